"""What follows from the figures and the evidence that a State gives with its need."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from requests_app.enums import EvidenceLevel, Missing

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of one need, in one currency."""

    total: Decimal
    national: Decimal = ZERO
    external: Decimal = ZERO

    @property
    def gap(self) -> Decimal:
        """What is still missing, never below zero: total less the national share less external money secured."""
        return max(self.total - self.national - self.external, ZERO)

    @property
    def is_sufficient(self) -> bool:
        return self.gap == ZERO


def in_all(lines: Iterable[Resources]) -> dict[str, Decimal]:
    """The sums of the columns of a table. What one line has too much covers no gap of another."""
    lines = list(lines)
    names = ("total", "national", "external", "gap")
    return {name: sum((getattr(line, name) for line in lines), ZERO) for name in names}


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of a need, as far as readiness asks for it."""

    has_areas: bool
    has_kinds: bool
    is_financial: bool
    challenge: str
    requirement: str
    plan: str
    institution: str
    has_evidence: bool
    total_cost: Decimal | None
    national_share: Decimal | None
    has_period: bool
    is_visit: bool = False
    lacks_sustainability: bool = False
    lacks_focal_point: bool = False
    lacks_participation: bool = False


def missing_for_donors(need: Need) -> tuple[Missing, ...]:
    """What is missing before donors should see a need, in the order of the form; nothing where it is ready.

    National ownership comes first: without a plan, or the word that one is in preparation, and without an institution
    no need is ready (Dubrovnik Action Plan 5.4, Lausanne Action Plan 41). A visit needs neither figures nor a cost: it
    is asked for to learn them.
    """
    given = {
        Missing.AREAS: need.has_areas,
        Missing.KINDS: need.has_kinds,
        Missing.CHALLENGE: bool(need.challenge.strip()),
        Missing.REQUIREMENT: bool(need.requirement.strip()),
        Missing.PLAN: bool(need.plan.strip()),
        Missing.INSTITUTION: bool(need.institution.strip()),
        Missing.EVIDENCE: need.is_visit or need.has_evidence,
        Missing.COST: need.is_visit
        or not need.is_financial
        or (need.total_cost is not None and need.national_share is not None),
        Missing.PERIOD: need.is_visit or need.has_period,
        Missing.SUSTAINABILITY: not need.lacks_sustainability,
        Missing.FOCAL_POINT: not need.lacks_focal_point,
        Missing.PARTICIPATION: not need.lacks_participation,
    }
    return tuple(code for code, is_given in given.items() if not is_given)


def evidence_level(items_complete: Collection[bool]) -> EvidenceLevel:
    """Asserted without evidence; fully evidenced when each item has figure, unit, source, date and method
    (Dubrovnik Action Plan 5.3: needs rest on dated data, not on an aspiration)."""
    if not items_complete:
        return EvidenceLevel.ASSERTED
    return EvidenceLevel.FULLY if all(items_complete) else EvidenceLevel.PARTLY
