"""Who reads what of a request: which of its three texts, and which of its parts.

The requesting State decides twice. Its visibility says who may know of the request at all; its texts and locks say what
those who may know of it read. Nothing here widens what the visibility allows.
"""

from dataclasses import dataclass
from functools import lru_cache

from requests_app.enums import Audience, Part, Visibility

#: They handle the request, and read all of it.
INSIDERS = frozenset({Audience.OWNER, Audience.HANDLERS})
#: Which audiences a visibility reaches.
REACHED: dict[Visibility, frozenset[Audience]] = {
    Visibility.COORDINATORS_ISU: INSIDERS,
    Visibility.MATCH_PARTIES: INSIDERS | {Audience.RELAYED},
    Visibility.STATES_PARTIES: INSIDERS | {Audience.RELAYED, Audience.STATES_PARTIES},
    Visibility.PUBLIC: frozenset(Audience),
}
#: What a text of its own stands for: these parts together are the full text.
FULL_TEXT = frozenset({Part.CHALLENGE, Part.REQUIREMENT, Part.CONSEQUENCE, Part.QUOTE})
#: Locking the one locks the other.
FOLLOWS = {Part.FILES: Part.EVIDENCE}


@dataclass(frozen=True, slots=True)
class Release:
    """What the requesting State has decided about one request. A text that is not written is empty."""

    visibility: Visibility
    for_states_parties: str = ""
    for_public: str = ""
    locked: frozenset[Part] = frozenset()
    relayed_read_locked: bool = False


def is_wider(after: Visibility, before: Visibility) -> bool:
    """Whether a visibility reaches somebody whom the one before did not."""
    return not REACHED[after] <= REACHED[before]


def own_text(release: Release, audience: Audience) -> str:
    """The text that an audience reads in the place of the full one; empty where it reads the full one, or nothing.

    Nobody reads a fuller text than those who stand closer: without a public summary the public reads the version for
    States Parties, if there is one.
    """
    if audience not in REACHED[release.visibility]:
        return ""
    if audience == Audience.STATES_PARTIES:
        return release.for_states_parties
    return release.for_public or release.for_states_parties if audience == Audience.PUBLIC else ""


def parts_read(release: Release, audience: Audience) -> frozenset[Part]:
    """The parts that an audience reads: none where the visibility does not reach it; else all but those that a text
    of its own stands for, and those that the State has locked."""
    return _parts_read(release.visibility, bool(own_text(release, audience)), _locked_for(release, audience), audience)


@lru_cache(maxsize=1024)
def _parts_read(
    visibility: Visibility, has_own_text: bool, locked: frozenset[Part], audience: Audience
) -> frozenset[Part]:
    if audience not in REACHED[visibility]:
        return frozenset()
    return frozenset(Part) - (FULL_TEXT if has_own_text else frozenset()) - locked


def parts_locked(release: Release, audience: Audience) -> tuple[Part, ...]:
    """What an audience is told that the State does not share, whether or not there is something to share."""
    return tuple(part for part in Part if part in _locked_for(release, audience))


def _locked_for(release: Release, audience: Audience) -> frozenset[Part]:
    if audience in INSIDERS or (audience == Audience.RELAYED and release.relayed_read_locked):
        return frozenset()
    return _with_followers(release.locked)


@lru_cache(maxsize=1024)
def _with_followers(locked: frozenset[Part]) -> frozenset[Part]:
    return locked | {part for part, leader in FOLLOWS.items() if leader in locked}
