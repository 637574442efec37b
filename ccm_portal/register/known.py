"""The register as pages read it: small, asked for by nearly every page, and changed a few times a year."""

from dataclasses import dataclass
from functools import cached_property

from ccm_portal.register.kept import Kept
from ccm_portal.register.models import Meeting, Obligation, State
from ccm_portal.register.search import fold
from ccm_portal.treaty.meetings import FormalMeeting


@dataclass(frozen=True, eq=False)
class Register:
    """The facts that deadlines are computed from, read together. Its rows are shared by all pages, which only show
    them: no right rests on them, and no form writes them."""

    states: dict[str, State]
    obligations: list[Obligation]
    meetings: list[FormalMeeting]

    @cached_property
    def joined(self) -> list[tuple[str, str]]:
        """(code, name) of every State that has joined, by name."""
        joined = [(state.iso3, state.name) for state in self.states.values() if state.deposited]
        return sorted(joined, key=lambda choice: fold(choice[1]))


def _read() -> Register:
    return Register(
        states={state.iso3: state for state in State.objects.all()},
        obligations=list(Obligation.objects.with_facts()),
        meetings=[meeting.as_formal for meeting in Meeting.objects.all() if meeting.is_formal],
    )


#: Read again after ten seconds; the process that changes the register (`admin`, `loading`) forgets it at once.
known_register = Kept(_read, seconds=10)
