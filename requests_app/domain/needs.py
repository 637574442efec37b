"""What follows from the figures and the evidence that a State gives with its need."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from requests_app.enums import EvidenceLevel

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


def evidence_level(items_complete: Collection[bool]) -> EvidenceLevel:
    """Asserted without evidence; fully evidenced when each item has figure, unit, source, date and method
    (Dubrovnik Action Plan 5.3: needs rest on dated data, not on an aspiration)."""
    if not items_complete:
        return EvidenceLevel.ASSERTED
    return EvidenceLevel.FULLY if all(items_complete) else EvidenceLevel.PARTLY
