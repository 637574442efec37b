"""Which requests the digest of an audience may name."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from ccm_portal.accounts.models import PUBLIC, STATE_ROLES, Access, Appointment
from requests_app.models import AssistanceRequest

RECENT = timedelta(days=730)  # older requests are in the lists, and no news
#: What each audience may know of: nothing here rests on a person, a relay or an office.
STATES_PARTIES = Access(is_state_party=True)


@dataclass
class Released:
    """A request that its State has released to an audience."""

    reference: str
    state: str
    iso3: str
    areas: set[str] = field(default_factory=set)


def released_to(audience: Access, on: date) -> dict[str, Released]:
    """The recent open requests that an audience may know of, by address: one query."""
    rows = AssistanceRequest.objects.visible_to(audience).open().filter(submitted_on__gte=on - RECENT)
    found: dict[str, Released] = {}
    columns = rows.order_by("submitted_on", "pk").values_list("reference", "state__name", "state", "areas")
    for reference, state, iso3, area in columns:
        found.setdefault(f"/requests/{reference}/", Released(reference, state, iso3)).areas.add(area)
    return found


@dataclass
class Posts:
    """What readers hold: who reads as a State Party, and whose own requests are no news."""

    parties: set[int] = field(default_factory=set)
    own: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def audience(self, reader: int) -> Access:
        return STATES_PARTIES if reader in self.parties else PUBLIC


def posts_of(readers: set[int], on: date) -> Posts:
    """The posts of all readers: one query."""
    posts = Posts()
    for held in Appointment.objects.current(on).filter(user__in=readers, state__isnull=False):
        posts.own[held.user_id].add(held.state_id)  # type: ignore[arg-type]
        if held.role in STATE_ROLES and held.state and held.state.is_party_on(on):
            posts.parties.add(held.user_id)
    return posts
