"""A request as one reader reads it. Pages, lists and files are given a `Reading`, never the request itself.

What a reading does not know by name it refuses, so a new field is read by nobody until it stands in `OPEN`, `INSIDE`
or `FIELDS`.
"""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from ccm_portal.accounts.models import Access
from requests_app.domain.reading import FULL_TEXT, INSIDERS, REACHED, own_text, parts_locked, parts_read
from requests_app.enums import Audience, Part, Visibility
from requests_app.models import AssistanceRequest, Relay
from requests_app.permissions import is_handled_by

#: As whom the requesting State may look at its own request.
OTHERS = (Audience.RELAYED, Audience.STATES_PARTIES, Audience.PUBLIC)
#: Read by everybody who may know of the request.
OPEN = frozenset({
    "pk", "reference", "title", "state", "state_id", "areas", "kinds", "is_technical", "is_material", "is_financial",
    "obligation", "obligation_id", "status", "get_status_display", "visibility", "get_visibility_display", "channel",
    "get_channel_display", "inform_coordinators", "covered_year", "meeting", "submitted_on", "submitted_precision",
    "confirmed_on", "source", "source_id", "note", "is_verified", "is_example", "is_draft", "is_open",
    "get_absolute_url", "languages",
    # what lists add to their rows
    "status_on", "status_label", "shown_status", "channel_label", "area_labels", "language_labels",
    "is_visit",  # as the kinds of help are; what the visit is for stands with the requirement
})  # fmt: skip
#: Read by the requesting State and those who handle the request.
INSIDE = frozenset(
    {"missing_for_donors", "is_incomplete", "states_parties_text", "public_summary", "relayed_read_locked", "partners"}
)
#: What belongs to each part that the State may lock.
FIELDS: dict[Part, tuple[str, ...]] = {
    Part.CHALLENGE: ("challenge",),
    Part.REQUIREMENT: ("requirement", "capacity", "victims", "legislation", "visit"),
    Part.CONSEQUENCE: ("consequence",),
    Part.QUOTE: ("stated_in",),
    Part.AMOUNTS: ("total_cost", "national_share", "external_secured", "currency", "resources", "cost_years"),
    Part.PERIOD: ("desired_start", "desired_end"),
    Part.INSTITUTION: ("institution",),
    Part.PLAN: ("national_plan",),
    Part.EVIDENCE: (
        "evidence",
        "evidence_level",
        "get_evidence_level_display",
        "evidence_label",
        "area_release",
        "victim_figures",
    ),
    Part.FILES: (),  # of the evidence: the pages ask `shares`
    Part.OUTCOME: ("outcome",),
}
PART_OF = {name: part for part, names in FIELDS.items() for name in names}


class NotForReading(Exception):
    """Something of a request for which nobody has said who reads it."""


class Reading:
    """A request as an audience reads it; what is not shared with it is None."""

    def __init__(self, request: AssistanceRequest, audience: Audience) -> None:
        self._request = request
        self.audience = audience

    def __str__(self) -> str:
        return self._request.reference

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in OPEN:
            return getattr(self._request, name)
        if name in INSIDE:
            return getattr(self._request, name) if self.audience in INSIDERS else None
        if name in PART_OF:
            return getattr(self._request, name) if self.shares(PART_OF[name]) else None
        raise NotForReading(name)

    def shares(self, part: Part) -> bool:
        """Whether the audience reads a part."""
        return part in (self._parts_of_full_text if part in FULL_TEXT else self._other_parts)

    @cached_property
    def _parts_of_full_text(self) -> frozenset[Part]:
        return parts_read(self._request.release, self.audience)

    @cached_property
    def _other_parts(self) -> frozenset[Part]:
        return parts_read(self._request.locked_release, self.audience)

    @property
    def is_reached(self) -> bool:
        """Whether the visibility lets the audience know of the request."""
        return self.audience in REACHED[Visibility(self._request.visibility)]

    @property
    def text(self) -> str:
        """The text written for this audience, which it reads in the place of the full one; else empty."""
        return own_text(self._request.release, self.audience)

    @property
    def withheld(self) -> list[Part]:
        """What the State has locked for this audience, whether or not there is something behind it."""
        return list(parts_locked(self._request.locked_release, self.audience))

    @property
    def shares_evidence(self) -> bool:
        return self.shares(Part.EVIDENCE)

    @property
    def shares_files(self) -> bool:
        return self.shares(Part.FILES)

    @property
    def shares_amounts(self) -> bool:
        return self.shares(Part.AMOUNTS)


def read_by(access: Access, request: AssistanceRequest, *, relayed: bool | None = None) -> Reading:
    """The request as a person reads it who may know of it; `relayed` where it is known whether it went to them."""
    if relayed is None:
        return readings(access, [request])[0]
    return _as_read(access, [request], {request.pk} if relayed else set())[0]


def readings(access: Access, requests: Iterable[AssistanceRequest]) -> list[Reading]:
    """Requests as a person reads them who may know of them; one query for those to whom requests are relayed."""
    rows = list(requests)
    return _as_read(access, rows, _relayed_to(access, rows))


def _as_read(access: Access, rows: Collection[AssistanceRequest], relayed: Collection[int]) -> list[Reading]:
    written = _written_by(access, rows)
    return [Reading(row, Audience.OWNER if row.pk in written else _audience(access, row, relayed)) for row in rows]


def _written_by(access: Access, rows: Collection[AssistanceRequest]) -> set[int]:
    """Those that an invited national author writes with the State: what one writes one reads whole."""
    if access.author is None:
        return set()
    own = [row.pk for row in rows if row.pk and row.state_id == access.author_state.pk]  # type: ignore[union-attr]
    invited = AssistanceRequest.objects.filter(pk__in=own).written_by(access)
    return set(invited.values_list("pk", flat=True))


def _relayed_to(access: Access, rows: Collection[AssistanceRequest]) -> set[int]:
    if access.is_isu or not (access.state or access.organisation):
        return set()
    own = access.state.pk if access.state else None  # a State reads its own whole, relayed or not
    others = [row.pk for row in rows if row.pk and row.state_id != own]
    relays = Relay.objects.addressed_to(access).filter(request__in=others)
    return set(relays.order_by().values_list("request", flat=True))


def _audience(access: Access, request: AssistanceRequest, relayed: Collection[int]) -> Audience:
    if access.state is not None and access.state.pk == request.state_id:
        return Audience.OWNER
    if is_handled_by(access, request):
        return Audience.HANDLERS
    if request.pk in relayed:
        return Audience.RELAYED
    return Audience.STATES_PARTIES if access.is_state_party else Audience.PUBLIC
