"""Where a State stands towards the Convention on a given date (Articles 16, 17 and 20)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ccm_portal.treaty.dates import entry_into_force, withdrawal_effective


class Membership(StrEnum):
    """The status ladder. A deposited instrument is not yet a State Party in force; sources sometimes count it so."""

    NON_PARTY = "non_party"
    SIGNATORY = "signatory"
    DEPOSITED = "deposited_not_yet_in_force"
    STATE_PARTY = "state_party"
    WITHDRAWAL_NOTIFIED = "withdrawal_notified"
    FORMER = "former_state_party"


#: Those bound by the Convention: a notified withdrawal changes nothing until it takes effect.
BOUND = frozenset({Membership.STATE_PARTY, Membership.WITHDRAWAL_NOTIFIED})
#: Those that have deposited: what the Depositary and press releases count as "parties".
DEPOSITED_COUNT = BOUND | {Membership.DEPOSITED}


@dataclass(frozen=True, slots=True)
class TreatyActs:
    """What a State has done, as the Depositary recorded it."""

    signed: date | None = None
    deposited: date | None = None
    withdrawal_received: date | None = None
    conflict_ended: date | None = None
    conflict_goes_on: bool = False  # Article 20.3: engaged in an armed conflict that has not ended

    @property
    def in_force(self) -> date | None:
        """Entry into force for this State, if it has deposited."""
        return entry_into_force(self.deposited) if self.deposited else None

    @property
    def withdrawn(self) -> date | None:
        """The day its withdrawal takes effect, if it has given notice and no armed conflict holds it up."""
        if self.withdrawal_received is None or self.conflict_goes_on:
            return None
        return withdrawal_effective(self.withdrawal_received, self.conflict_ended)


def membership(acts: TreatyActs, on: date) -> Membership:
    """The State's status at the start of the day `on`; acts dated later are not yet known to that day."""
    if acts.deposited and acts.deposited <= on:
        if acts.withdrawn and acts.withdrawn <= on:
            return Membership.FORMER
        if acts.in_force and acts.in_force > on:
            return Membership.DEPOSITED
        if acts.withdrawal_received and acts.withdrawal_received <= on:
            return Membership.WITHDRAWAL_NOTIFIED
        return Membership.STATE_PARTY
    if acts.signed and acts.signed <= on:
        return Membership.SIGNATORY
    return Membership.NON_PARTY


def is_bound(acts: TreatyActs, on: date) -> bool:
    """Whether the Convention binds the State on that day."""
    return membership(acts, on) in BOUND
