"""Who holds which office on a day, and texts that name the holders. The one place that pages, letters and mails ask."""

from dataclasses import dataclass
from datetime import date

from ccm_portal.register.enums import OfficeKind
from ccm_portal.register.models import Office, OfficeTerm
from ccm_portal.register.placeholders import PLACEHOLDER, fill

#: The order in which offices stand on a page.
ORDER = (OfficeKind.PRESIDENT, OfficeKind.COORDINATOR, OfficeKind.FRIEND, OfficeKind.MEMBER, OfficeKind.ISU)


@dataclass(frozen=True)
class Post:
    """An office on a day: who holds it; where nobody is on record, who did last."""

    office: Office
    holders: list[OfficeTerm]
    last: list[OfficeTerm]

    @property
    def names(self) -> list[str]:
        return sorted({term.holder for term in self.holders})


def posts_on(on: date) -> list[Post]:
    """Every office with its holders on a day: two queries. Offices outside the standing ones (friends of the
    President, members without a theme) are listed only while somebody holds them."""
    terms = list(OfficeTerm.objects.filter(starts__lte=on).select_related("office", "state"))
    posts = [_post(office, [t for t in terms if t.office_id == office.pk], on) for office in Office.objects.all()]
    standing = {OfficeKind.PRESIDENT, OfficeKind.COORDINATOR, OfficeKind.ISU}
    shown = [post for post in posts if post.holders or post.office.kind in standing]
    return sorted(shown, key=lambda post: (ORDER.index(OfficeKind(post.office.kind)), post.office.name))


def post_of(office: Office, on: date) -> Post:
    """One office on a day."""
    terms = OfficeTerm.objects.filter(office=office, starts__lte=on).select_related("office", "state")
    return _post(office, list(terms), on)


def _post(office: Office, begun: list[OfficeTerm], on: date) -> Post:
    """From the terms that had begun by the day."""
    holders = sorted((t for t in begun if t.ends is None or t.ends >= on), key=lambda term: term.holder)
    over = [t for t in begun if t.ends and t.ends < on]
    latest = max((t.ends for t in over if t.ends), default=None)
    last = sorted((t for t in over if t.ends == latest), key=lambda term: term.holder)
    return Post(office, holders, [] if holders else last)


def with_holders(text: str, on: date) -> str:
    """A stored text with its placeholders filled from the register, as of the text's day: one query if it has any."""
    wanted = {name for name, _day in PLACEHOLDER.findall(text)}
    if not wanted:
        return text
    offices = {
        office.placeholder: list(office.terms.all())
        for office in Office.objects.filter(placeholder__in=wanted).prefetch_related("terms__state", "terms__office")
    }

    def holders(name: str, day: date) -> list[str] | None:
        if name not in offices:
            return None
        return sorted({t.holder for t in offices[name] if t.starts <= day and (t.ends is None or t.ends >= day)})

    return fill(text, on, holders)
