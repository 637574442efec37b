"""The only writers of follow-ups, outreach entries and priorities set by hand."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import HANDLERS
from ccm_portal.register.known import known_register
from ccm_portal.register.queries import running_deadlines
from coalitions.outreach.domain.follow_up import DUE_DAYS
from coalitions.outreach.enums import Reason, Result
from coalitions.outreach.models import FollowUp, OutreachEntry, PriorityOverride
from coalitions.outreach.queries import COORDINATORS, asked_on, reason_on
from requests_app.actions import Refused
from requests_app.models import AssistanceRequest


@dataclass(frozen=True)
class Opened:
    """What a run changed."""

    opened: list[FollowUp]
    resolved: int


@transaction.atomic
def open_follow_ups(on: date) -> Opened:
    """Open what the day asks for, and close what needs no contact any more. Any number of runs do it once.

    A State gets one follow-up at a time for a clock; the same reason does not come back for the same deadline once a
    contact was recorded, a more pressing one does.
    """
    known_register.forget()  # what is written rests on the register itself
    asked = asked_on(AssistanceRequest.objects.visible_to(COORDINATORS), on)
    rows = {row.obligation.pk: row for row in running_deadlines(on) if row.obligation}
    opened, resolved = [], 0
    taken: set[int] = set()
    done: set[tuple[int, str, date]] = set()
    for item in FollowUp.objects.select_for_update():
        row = rows.get(item.obligation_id)
        if item.closed_on is None and (row is None or asked.answers(row) or row.deadline != item.deadline):
            item.closed_on, item.result = max(on, item.opened_on), Result.RESOLVED
            item.save()
            resolved += 1
        elif item.closed_on is None:
            taken.add(item.obligation_id)
        elif item.result != Result.RESOLVED:
            done.add((item.obligation_id, item.reason, item.deadline))
    for pk, row in rows.items():
        reason = reason_on(row, asked, on)
        if reason and pk not in taken and (pk, reason, row.deadline) not in done:
            opened.append(_open(row.obligation, reason, row.deadline, on, on + timedelta(days=DUE_DAYS[reason])))
    if opened or resolved:
        record_event("follow-ups computed", by=None, subject=on, opened=len(opened), resolved=resolved)
    if opened:
        queue_mails(
            User.objects.holding(on, *HANDLERS),
            subject=lambda: _("New follow-ups"),
            body=lambda: _("States with pressing obligations are to be contacted."),
            path="/follow-ups/",
            kind=MailKind.HANDLING,
        )
    return Opened(opened, resolved)


def _open(obligation: object, reason: Reason, deadline: date, on: date, due_on: date) -> FollowUp:
    return FollowUp.objects.create(obligation=obligation, reason=reason, deadline=deadline, opened_on=on, due_on=due_on)


@transaction.atomic
def record_result(
    follow_up: FollowUp, *, result: str, note: str, by: User, today: date, again_on: date | None = None
) -> FollowUp:
    """Close a follow-up with what the contact brought; with `again_on`, open the next one for that day."""
    locked = FollowUp.objects.select_for_update(of=("self",)).select_related("obligation").get(pk=follow_up.pk)
    if locked.closed_on is not None:
        raise Refused(_("Somebody has recorded a result for this follow-up already."))
    locked.closed_on, locked.result, locked.note, locked.by = today, Result(result), note, by
    locked.save()
    record_event("follow-up closed", by=by, subject=locked.obligation, result=result)
    if again_on is not None:
        _open(locked.obligation, Reason.AGAIN, locked.deadline, today, again_on)
    return locked


@transaction.atomic
def add_entry(entry: OutreachEntry, *, by: User) -> OutreachEntry:
    """Note something of the outreach to a State."""
    entry.by = by
    entry.save()
    record_event("outreach noted", by=by, subject=entry.state_id, area=entry.area_id, status=entry.status)
    return entry


@transaction.atomic
def set_priority(new: PriorityOverride, *, seen: int | None, by: User, today: date) -> PriorityOverride:
    """Put a priority in the place of the computed one; what stood is lifted by it. Raises Refused where somebody else
    has changed it since the person saw `seen`, the key of what stood."""
    stood = _standing_priority(new.state_id, new.area_id)
    if (stood.pk if stood else None) != seen:
        raise Refused(_("Somebody else has changed this priority since you opened it. Please look again."))
    if stood:
        _lift(stood, by=by, today=today)
    new.set_on, new.set_by = today, by
    new.save()
    record_event("priority set", by=by, subject=new.state_id, area=new.area_id, points=new.points, reason=new.reason)
    return new


@transaction.atomic
def lift_priority(state: str, area: str, *, by: User, today: date) -> None:
    """The computed priority counts again; that another one stood stays on record."""
    if stood := _standing_priority(state, area):
        _lift(stood, by=by, today=today)
        record_event("priority lifted", by=by, subject=state, area=area)


def _standing_priority(state: str, area: str) -> PriorityOverride | None:
    rows = PriorityOverride.objects.select_for_update().filter(state=state, area=area, lifted_on__isnull=True)
    return rows.first()


def _lift(stood: PriorityOverride, *, by: User, today: date) -> None:
    stood.lifted_on, stood.lifted_by = today, by
    stood.save(update_fields=["lifted_on", "lifted_by"])
