"""The needs of country requests as a visitor may know them."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from requests_app.country_requests.models import CountryRequest, Line
from requests_app.domain import lifecycle
from requests_app.domain.reading import is_wider
from requests_app.enums import Action, Part, Status, Visibility
from requests_app.models import LIST_FIELDS, AssistanceRequest, EvidenceItem, Relay, RequestQuerySet
from requests_app.permissions import is_kept_to_isu


def needs_of(country_request: CountryRequest, user: object, on: date) -> RequestQuerySet:
    """The needs that the visitor may know of, in the order in which they came."""
    known = AssistanceRequest.objects.visible_to(user).filter(line__country_request=country_request)
    return known.single(on).order_by("line__pk")


def with_groups(requests: RequestQuerySet) -> RequestQuerySet:
    """As `for_list`, with the country request of each row: no further query."""
    named = ("reference", "title", "is_example")
    return requests.select_related("state", "line__country_request").only(
        *LIST_FIELDS, "line__request", *(f"line__country_request__{name}" for name in named)
    )


def groups_of(requests: Iterable[AssistanceRequest]) -> list[CountryRequest]:
    """The country requests of rows `with_groups`, each once."""
    found = [request.line.country_request for request in requests if hasattr(request, "line")]
    return list(dict.fromkeys(found))


def joinable_into(closing: AssistanceRequest) -> "QuerySet[AssistanceRequest]":
    """The requests of the same State that could take this one in."""
    takes = [status for status in Status if lifecycle.is_possible(Action.TAKE_IN, status)]
    rows = AssistanceRequest.objects.filter(state=closing.state_id, status__in=takes, confirmed_on__isnull=False)
    same_report = Q(covered_year=closing.covered_year) if closing.covered_year else Q()
    return rows.filter(same_report).exclude(pk=closing.pk)


def parts_to_take(closing: AssistanceRequest, survivor: AssistanceRequest, on: date) -> frozenset[Part]:
    """The parts of a request that go along in a joining: those that nobody would read by the survivor who could not
    read them with the request that closes. The locks of both are united, so those who stand as far off read the same
    of either."""
    level = Visibility(closing.visibility)
    if is_wider(Visibility(survivor.visibility), level):
        return frozenset()
    if is_kept_to_isu(closing) and not is_kept_to_isu(survivor):
        return frozenset()
    writing = set(survivor.authors.current().values_list("user", flat=True))
    if writing - set(closing.authors.current().values_list("user", flat=True)):
        return frozenset()
    if Visibility(survivor.visibility) == Visibility.COORDINATORS_ISU:
        return frozenset(Part)
    known = set(closing.relays.values_list("supporter", flat=True))
    asked = survivor.relays.exclude(supporter__in=known).select_related("supporter__state", "supporter__organisation")
    if not asked:
        return frozenset(Part)
    if all(level == Visibility.PUBLIC or (level == Visibility.STATES_PARTIES and _is_party(one, on)) for one in asked):
        # whoever was asked reads what is locked for others, where the State says so: others than those asked do not
        return frozenset(Part) - frozenset(map(Part, closing.locks))
    return frozenset()


def evidence_to_take(
    closing: AssistanceRequest, survivor: AssistanceRequest, goes_along: Collection[Part]
) -> list[EvidenceItem]:
    """The evidence that goes along with these parts: with its files or not at all, and nothing that the survivor has
    already."""
    if not {Part.EVIDENCE, Part.FILES} <= set(goes_along):
        return []
    known = {_same(item) for item in survivor.evidence.all()}
    return [item for item in closing.evidence.all() if _same(item) not in known]


def _same(item: EvidenceItem) -> tuple[Any, ...]:
    said = (item.claim, item.figure, item.unit, item.source, item.dated, item.method)
    return (*said, item.file.name if item.file else "")


def _is_party(relay: Relay, on: date) -> bool:
    return relay.supporter.state is not None and relay.supporter.state.is_party_on(on)


def review_of_group(asked: AssistanceRequest, user: object) -> dict[str, Any]:
    """What the review of the needs form shows of the other needs beside this one."""
    line = Line.objects.filter(request=asked).select_related("country_request").first()
    group = line.country_request if line else None
    needs = needs_of(group, user, timezone.localdate()) if group else AssistanceRequest.objects.none()
    return {"group": group, "needs": needs.exclude(pk=asked.pk).only("reference", "title", "status")}
