"""In which order the Coordinators turn to States: points for the deadline, the request and the last contact. Pure."""

from dataclasses import dataclass
from datetime import date

from coalitions.outreach.enums import PriorityReason
from requests_app.domain.shortlist import nearness

#: The one table of points: the most that each reason gives. A State has either asked or is silent, so that the whole
#: comes to a hundred at most, as what a person may set.
POINTS: dict[PriorityReason, int] = {
    PriorityReason.DEADLINE: 50,
    PriorityReason.ASKED: 25,
    PriorityReason.SILENT: 15,
    PriorityReason.CONTACT: 25,
}
MOST = 100
CONTACT_DAYS = 365  # after which a contact is as if there had been none


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a State in one area on a day. `is_pressing`: a deadline near or past, for which no more time is
    asked."""

    deadline: date | None
    has_asked: bool
    is_pressing: bool
    last_contact: date | None


@dataclass(frozen=True, slots=True)
class Score:
    """Points by reason, those that give none left out."""

    parts: dict[PriorityReason, int]

    @property
    def points(self) -> int:
        return sum(self.parts.values())


def score(standing: Standing, on: date) -> Score:
    """The nearer the deadline the more, in full once it has passed; for an open request, or for a pressing deadline
    without one; and the longer since the last contact the more, in full after a year or where there was none."""
    deadline = nearness(standing.deadline, on) if standing.deadline else 0.0
    waited = 1.0
    if standing.last_contact is not None:
        waited = min(max((on - standing.last_contact).days, 0) / CONTACT_DAYS, 1.0)
    portions = {
        PriorityReason.DEADLINE: deadline,
        PriorityReason.ASKED: float(standing.has_asked),
        PriorityReason.SILENT: float(standing.is_pressing and not standing.has_asked),
        PriorityReason.CONTACT: waited,
    }
    points = {reason: round(POINTS[reason] * portion) for reason, portion in portions.items()}
    return Score({reason: number for reason, number in points.items() if number})
