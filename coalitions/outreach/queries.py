"""The register of time-bound obligations with its contacts, and the outreach list of States and areas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from ccm_portal.accounts.models import Access
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import Theme
from ccm_portal.register.queries import running_deadlines
from ccm_portal.treaty.dates import add_months
from ccm_portal.treaty.deadlines import Status
from coalitions.outreach.domain.follow_up import DEADLINE_MONTHS, STANDING, outreach_status, reason_to_contact
from coalitions.outreach.enums import OutreachStatus, Reason, Result
from coalitions.outreach.models import FollowUp, OutreachEntry
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import AreaCode
from requests_app.extensions.queries import flags_on, with_flags
from requests_app.models import AssistanceRequest, RequestQuerySet

AREA_OF_ARTICLE = {3: AreaCode.STOCKPILES, 4: AreaCode.CLEARANCE}
#: What every follow-up rests on: the requests that the Coordinators on cooperation know of. One that a State kept
#: between itself and the ISU must not show by the absence of a follow-up.
COORDINATORS = Access(themes=frozenset({Theme.COOPERATION}))


@dataclass
class Contact:
    """A clock that runs, when its State was last contacted about it, and when it is to be contacted next."""

    row: Row
    last: FollowUp | None = None
    next: FollowUp | None = None


@dataclass
class Line:
    """A State and an area on the outreach list."""

    iso3: str
    state: str
    area: AreaCode
    status: OutreachStatus | None = None
    row: Row | None = None
    last_on: date | None = None
    last_words: str = ""
    next_on: date | None = None
    note: str = ""
    is_example: bool = False


@dataclass
class Asked:
    """Who has an open request of the last two years on a day, by clock and by area."""

    obligations: set[int | None]
    areas: dict[tuple[str, str], str]
    articles: set[tuple[str, int]]

    def answers(self, row: Row) -> bool:
        """Whether the clock's State has asked for help with it, or for more time."""
        pk = row.obligation.pk if row.obligation else None
        return (
            row.status == Status.EXTENSION_REQUESTED
            or pk in self.obligations
            or (row.state.pk, row.article) in self.articles
        )


def asked_on(requests: RequestQuerySet, on: date) -> Asked:
    """Open requests of the last two years, of those given: one query."""
    found = Asked(set(), {}, set())
    recent = requests.with_status_on(on).filter(status_on__in=OPEN, submitted_on__gte=add_months(on, -DEADLINE_MONTHS))
    for obligation, iso3, name, area, article in recent.order_by().values_list(
        "obligation", "state", "state__name", "areas", "areas__article"
    ):
        if obligation:
            found.obligations.add(obligation)
        if area:
            found.areas[iso3, area] = name
            found.articles.add((iso3, article))
    return found


def reason_on(row: Row, asked: Asked, on: date) -> Reason | None:
    """Why a State is to be contacted about a running clock on a day."""
    return None if asked.answers(row) else reason_to_contact(row.deadline, row.latest_submission, on)


def follow_ups(user: object, on: date) -> list[FollowUp]:
    """All that were known on a day, as they stood then: one query."""
    rows: QuerySet[FollowUp] = FollowUp.objects.visible_to(user).known_on(on).select_related("obligation__state", "by")
    found = list(rows)
    for row in found:
        if row.closed_on and row.closed_on > on:
            row.closed_on, row.result, row.note = None, "", ""
    return found


def time_bound(user: object, on: date, known: Iterable[FollowUp] = ()) -> list[Contact]:
    """Every clock that runs on a day, soonest first, with its contacts."""
    contacts = [Contact(row) for row in with_flags(running_deadlines(on), flags_on(user, on))]
    by_clock = {contact.row.obligation.pk: contact for contact in contacts if contact.row.obligation}
    for item in known:
        contact = by_clock.get(item.obligation_id)
        if contact is None:
            continue
        if item.closed_on is None:
            contact.next = contact.next or item  # they come by due day
        elif item.result != Result.RESOLVED and (
            contact.last is None or contact.last.closed_on is None or item.closed_on >= contact.last.closed_on
        ):
            contact.last = item
    return contacts


def outreach(user: object, on: date, known: Iterable[FollowUp], contacts: Iterable[Contact]) -> list[Line]:
    """Each State and area that has asked, presses, was contacted or declined, as far as the reader may know."""
    asked = asked_on(AssistanceRequest.objects.visible_to(user), on)
    lines: dict[tuple[str, str], Line] = {}
    words: dict[tuple[str, str], OutreachStatus | None] = {}
    pressing: set[tuple[str, str]] = set()

    def line(iso3: str, name: str, area: str) -> Line:
        return lines.setdefault((iso3, area), Line(iso3, name, AreaCode(area)))

    for (iso3, area), name in asked.areas.items():
        line(iso3, name, area)
    for contact in contacts:
        row = contact.row
        key = row.state.pk, str(AREA_OF_ARTICLE[row.article].value)
        found = line(*key[:1], row.state.name, key[1])
        found.row = found.row or row  # the soonest
        found.next_on = found.next_on or (contact.next.due_on if contact.next else None)
        if row.status != Status.EXTENSION_REQUESTED and reason_to_contact(row.deadline, row.latest_submission, on):
            pressing.add(key)
    for day, iso3, name, area, status, text, note, is_example in sorted(_notes(user, on, known), key=lambda n: n[0]):
        found = line(iso3, name, area)
        found.last_on, found.last_words, found.note, found.is_example = day, text, note, is_example
        words[iso3, area] = status
    for key, found in lines.items():
        found.status = outreach_status(
            has_asked=key in asked.areas, last_word=words.get(key), is_pressing=key in pressing
        )
    return sorted((found for found in lines.values() if found.status), key=lambda found: (found.state, found.area))


def _notes(
    user: object, on: date, known: Iterable[FollowUp]
) -> list[tuple[date, str, str, str, OutreachStatus | None, str, str, bool]]:
    """What was noted of States and areas by a day: results of follow-ups, and entries by hand."""
    notes = [
        (item.closed_on, item.obligation.state_id, item.obligation.state.name,
         str(AREA_OF_ARTICLE[item.obligation.article].value), STANDING[Result(item.result)],
         str(item.get_result_display()), item.note, item.is_example)
        for item in known
        if item.closed_on and STANDING[Result(item.result)]
    ]  # fmt: skip
    entries = OutreachEntry.objects.visible_to(user).filter(day__lte=on).select_related("state")
    return notes + [
        (entry.day, entry.state_id, entry.state.name, entry.area_id, OutreachStatus(entry.status),
         str(entry.get_status_display()), entry.note, entry.is_example)
        for entry in entries
    ]  # fmt: skip
