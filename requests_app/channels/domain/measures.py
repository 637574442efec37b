"""How long and over how many steps a request came to a direct channel. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from requests_app.enums import Action

#: What others do between the request and the channel. The State's own corrections and confirmations are no detour.
COUNTED = (Action.RELAY, Action.ANSWER, Action.ASK_CLARIFICATION, Action.CLARIFY)
#: What only those who handle requests do: who takes such a step stands between the two sides.
BY_HANDLERS = frozenset({Action.RELAY, Action.ASK_CLARIFICATION})


@dataclass(frozen=True, slots=True)
class Step:
    """One event in the life of a request; `actor` tells people apart, None where nobody is on record."""

    on: date
    action: Action
    actor: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """The way from a request to its direct channel. `days` is None where no exact day of submission is known."""

    days: int | None
    relays: int
    answers: int
    clarifications: int
    intermediaries: int

    @property
    def steps(self) -> int:
        return self.relays + self.answers + self.clarifications


def measure(submitted_on: date | None, opened_on: date, steps: Iterable[Step]) -> Measure:
    """Days between the two dates, and what happened up to and on the day on which the channel opened."""
    before = [step for step in steps if step.on <= opened_on and step.action in COUNTED]
    number = {action: sum(step.action == action for step in before) for action in COUNTED}
    return Measure(
        days=None if submitted_on is None else (opened_on - submitted_on).days,
        relays=number[Action.RELAY],
        answers=number[Action.ANSWER],
        clarifications=number[Action.ASK_CLARIFICATION] + number[Action.CLARIFY],
        intermediaries=len({step.actor for step in before if step.action in BY_HANDLERS}),
    )


def middle(values: Iterable[int | None]) -> float | None:
    """The median of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
