"""What people hold, as those are named to whom a mail goes: a role, and whose."""

from dataclasses import dataclass
from typing import Protocol

from ccm_portal.accounts.enums import Role
from ccm_portal.register.enums import Theme


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody may hold: a role, and which State's (`state__pk`), organisation's or office's."""

    role: str
    of: str = ""
    which: str | int | None = None


ISU = Post(Role.ISU)
PRESIDENT = Post(Role.PRESIDENT)
#: The Coordinators on international cooperation and assistance in office.
COOPERATION_COORDINATORS = Post(Role.COORDINATOR, "office__theme", Theme.COOPERATION)
HANDLERS = (COOPERATION_COORDINATORS, ISU)


def focal_points_of(iso3: str | None) -> Post:
    """The post of a State's focal points."""
    return Post(Role.FOCAL_POINT, "state__pk", iso3)


class Party(Protocol):
    """A State or an organisation, as a supporter or an applicant is one."""

    state_id: str | None
    organisation_id: int | None


def readers_of(party: Party) -> Post:
    """The post that reads what is sent to a State or an organisation."""
    if party.state_id:
        return focal_points_of(party.state_id)
    return Post(Role.PARTNER, "organisation__pk", party.organisation_id)
