"""What of a request waits on whom, since when, and whether it takes too long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from requests_app.domain.lifecycle import OPEN
from requests_app.enums import Status
from requests_app.waiting.enums import AlarmReason, Limit, Party


@dataclass(frozen=True)
class Life:
    """What a request has lived through, as far as somebody waits for something."""

    status: Status
    submitted_on: date
    since: date  # in this status
    is_confirmed: bool = True
    silent_since: date | None = None  # the earliest relay without an answer
    asked_valid_on: date | None = None  # "still valid?" without an answer
    silence: tuple[Party, date, date] | None = None  # who may stop it, from when, until when


@dataclass(frozen=True)
class Waiting:
    """One thing that waits."""

    party: Party
    what: Limit
    since: date
    due_on: date

    def is_overdue(self, on: date) -> bool:
        return self.due_on < on


#: Status -> who has the next step. A relayed request waits on the supporters, by the day of each relay.
NEXT_STEP: dict[Status, tuple[Party, Limit] | None] = {
    Status.SUBMITTED: (Party.HANDLERS, Limit.FIRST_STEP),
    Status.CLARIFICATION: (Party.OWNER, Limit.CLARIFY),
    Status.RELAYED: None,
    Status.ANSWERED: (Party.OWNER, Limit.AGREE),
    Status.AGREED: (Party.SUPPORTERS, Limit.START),
    Status.DELIVERING: (Party.SUPPORTERS, Limit.DELIVER),
    Status.DELIVERED: (Party.OWNER, Limit.CLOSE),
}


def waiting(life: Life, limits: Mapping[Limit, int]) -> list[Waiting]:
    """What waits, the most pressing first; nothing of a draft or of what is closed."""
    if life.status not in OPEN:
        return []
    steps: list[tuple[Party, Limit, date]] = []
    if step := NEXT_STEP[life.status]:
        steps.append((*step, life.since))
    if life.silent_since is not None:
        steps.append((Party.SUPPORTERS, Limit.ANSWER, life.silent_since))
    if not life.is_confirmed:
        steps.append((Party.OWNER, Limit.CONFIRM, life.submitted_on))
    if life.asked_valid_on is not None:
        steps.append((Party.OWNER, Limit.STILL_VALID, life.asked_valid_on))
    found = [Waiting(party, what, since, since + timedelta(days=limits[what])) for party, what, since in steps]
    if life.silence is not None:
        party, since, until = life.silence
        found.append(Waiting(party, Limit.SILENCE, since, until))
    return sorted(found, key=lambda item: (item.due_on, item.what))


#: Before help is agreed on, a request counts as unmatched.
UNMATCHED = (Status.SUBMITTED, Status.CLARIFICATION, Status.RELAYED, Status.ANSWERED)


def cut_off(reason: AlarmReason, on: date, limits: Mapping[Limit, int]) -> date:
    """What began on this day or before has waited too long."""
    return on - timedelta(days=limits[Limit(reason.value)])


def alarms(
    status: Status,
    submitted_on: date,
    first_relay: date | None,
    *,
    is_answered: bool,
    on: date,
    limits: Mapping[Limit, int],
) -> set[AlarmReason]:
    """Why a request needs attention: relayed and answered by nobody, or without any agreement, for too long."""
    found = set()
    is_silent = first_relay is not None and not is_answered
    if status in OPEN and is_silent and first_relay <= cut_off(AlarmReason.NO_ANSWER, on, limits):  # type: ignore[operator]
        found.add(AlarmReason.NO_ANSWER)
    if status in UNMATCHED and submitted_on <= cut_off(AlarmReason.NO_MATCH, on, limits):
        found.add(AlarmReason.NO_MATCH)
    return found
