"""The register of time-bound obligations with its contacts, the outreach list of States and areas, and in which order
to turn to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from ccm_portal.accounts.models import Access
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import Theme
from ccm_portal.register.queries import running_deadlines
from ccm_portal.treaty.dates import add_months
from ccm_portal.treaty.deadlines import Status
from coalitions.outreach.domain.follow_up import DEADLINE_MONTHS, STANDING, outreach_status, reason_to_contact
from coalitions.outreach.domain.priority import Score, Standing, score
from coalitions.outreach.enums import OutreachStatus, Reason, Result
from coalitions.outreach.models import FollowUp, OutreachEntry, PriorityOverride
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import AreaCode
from requests_app.extensions.queries import flags_on, with_flags
from requests_app.models import AssistanceRequest, RequestQuerySet

AREA_OF_ARTICLE = {3: AreaCode.STOCKPILES, 4: AreaCode.CLEARANCE}
#: What every follow-up rests on: the requests that the Coordinators on cooperation know of. One that a State kept
#: between itself and the ISU must not show by the absence of a follow-up.
COORDINATORS = Access(themes=frozenset({Theme.COOPERATION}))


@dataclass(frozen=True)
class Note:
    """Something noted of the contact with a State: the result of a follow-up, or an entry by hand (no obligation)."""

    day: date
    iso3: str
    state: str
    area: str
    status: OutreachStatus
    words: str
    text: str
    is_example: bool
    obligation: int | None = None


@dataclass
class Contact:
    """A clock that runs, when its State was last contacted about it, and when it is to be contacted next."""

    row: Row
    last: Note | None = None
    next: FollowUp | None = None


@dataclass
class Line:
    """A State and an area on the outreach list."""

    iso3: str
    state: str
    area: AreaCode
    status: OutreachStatus | None = None
    row: Row | None = None
    note: Note | None = None
    next_on: date | None = None


@dataclass
class Asked:
    """Who has an open request of the last two years on a day, by clock and by area."""

    obligations: set[int | None]
    areas: dict[tuple[str, str], str]
    articles: set[tuple[str, int]]

    def answers(self, row: Row) -> bool:
        """Whether the clock's State has asked for help with it, or for more time."""
        return row.status == Status.EXTENSION_REQUESTED or self.names(row)

    def names(self, row: Row) -> bool:
        """Whether the clock's State has asked for help with it."""
        pk = row.obligation.pk if row.obligation else None
        return pk in self.obligations or (row.state.pk, row.article) in self.articles


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


def notes(user: object, on: date, known: Iterable[FollowUp]) -> list[Note]:
    """What was noted by a day, oldest first: one query."""
    found = [
        Note(
            day=item.closed_on,
            iso3=item.obligation.state_id,
            state=item.obligation.state.name,
            area=AREA_OF_ARTICLE[item.obligation.article].value,
            status=status,
            words=str(item.get_result_display()),
            text=item.note,
            is_example=item.is_example,
            obligation=item.obligation_id,
        )
        for item in known
        if item.closed_on and (status := STANDING[Result(item.result)])
    ]
    entries = OutreachEntry.objects.visible_to(user).filter(day__lte=on).select_related("state").order_by("pk")
    found += [
        Note(
            day=entry.day,
            iso3=entry.state_id,
            state=entry.state.name,
            area=entry.area_id,
            status=OutreachStatus(entry.status),
            words=str(entry.get_status_display()),
            text=entry.note,
            is_example=entry.is_example,
        )
        for entry in entries
    ]
    return sorted(found, key=lambda note: note.day)


def time_bound(user: object, on: date, known: Sequence[FollowUp] = (), noted: Sequence[Note] = ()) -> list[Contact]:
    """Every clock that runs on a day, soonest first, with its last contact and the next one due."""
    contacts = [Contact(row) for row in with_flags(running_deadlines(on), flags_on(user, on))]
    for contact in contacts:
        pk = contact.row.obligation.pk if contact.row.obligation else None
        key = contact.row.state.pk, AREA_OF_ARTICLE[contact.row.article].value
        about = [n for n in noted if n.obligation == pk or (n.obligation is None and (n.iso3, n.area) == key)]
        spoken = [note for note in about if note.status is not OutreachStatus.PRESSING]
        contact.last = spoken[-1] if spoken else None
        contact.next = next((f for f in known if f.obligation_id == pk and f.closed_on is None), None)
    return contacts


def outreach(user: object, on: date, noted: Iterable[Note], contacts: Iterable[Contact]) -> list[Line]:
    """Each State and area that has asked, presses, was contacted or declined, as far as the reader may know."""
    asked = asked_on(AssistanceRequest.objects.visible_to(user), on)
    lines: dict[tuple[str, str], Line] = {}
    words: dict[tuple[str, str], OutreachStatus] = {}
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
    for note in noted:
        found = line(note.iso3, note.state, note.area)
        found.note, words[note.iso3, note.area] = note, note.status
    for key, found in lines.items():
        found.status = outreach_status(
            has_asked=key in asked.areas, last_word=words.get(key), is_pressing=key in pressing
        )
    return sorted((found for found in lines.values() if found.status), key=lambda found: (found.state, found.area))


@dataclass
class Target:
    """A State and an area on the priority list, with what a person has put in the place of the computed points."""

    iso3: str
    state: str
    area: AreaCode
    row: Row | None = None
    has_asked: bool = False
    note: Note | None = None
    score: Score = field(default_factory=lambda: Score({}))
    override: PriorityOverride | None = None

    @property
    def points(self) -> int:
        return self.override.points if self.override else self.score.points


def priorities(user: object, on: date) -> list[Target]:
    """Each State and area with a running clock, an open request or a contact, the highest priority first, as far as the
    reader may know: five queries."""
    known = follow_ups(user, on)
    asked = asked_on(AssistanceRequest.objects.visible_to(user), on)
    targets: dict[tuple[str, str], Target] = {}

    def target(iso3: str, name: str, area: str) -> Target:
        return targets.setdefault((iso3, area), Target(iso3, name, AreaCode(area)))

    for (iso3, area), name in asked.areas.items():
        target(iso3, name, area).has_asked = True
    for row in running_deadlines(on):
        found = target(row.state.pk, row.state.name, AREA_OF_ARTICLE[row.article].value)
        found.row = found.row or row  # the soonest
        found.has_asked = found.has_asked or asked.names(row)
    for note in notes(user, on, known):
        if note.status != OutreachStatus.PRESSING:
            target(note.iso3, note.state, note.area).note = note  # the latest
    for override in PriorityOverride.objects.visible_to(user).standing(on).select_related("state", "set_by"):
        target(override.state_id, override.state.name, override.area_id).override = override
    for found in targets.values():
        found.score = score(_standing(found, on), on)
    return sorted(targets.values(), key=lambda found: (-found.points, found.state, found.area))


def _standing(target: Target, on: date) -> Standing:
    row = target.row
    return Standing(
        deadline=row.deadline if row else None,
        has_asked=target.has_asked,
        is_pressing=row is not None
        and row.status != Status.EXTENSION_REQUESTED
        and reason_to_contact(row.deadline, row.latest_submission, on) is not None,
        last_contact=target.note.day if target.note else None,
    )
