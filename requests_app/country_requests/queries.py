"""The needs of country requests as a visitor may know them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from requests_app.country_requests.models import CountryRequest, Line
from requests_app.domain import lifecycle
from requests_app.enums import Action, Status
from requests_app.models import LIST_FIELDS, AssistanceRequest, RequestQuerySet


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


def review_of_group(asked: AssistanceRequest, user: object) -> dict[str, Any]:
    """What the review of the needs form shows of the other needs beside this one."""
    line = Line.objects.filter(request=asked).select_related("country_request").first()
    group = line.country_request if line else None
    needs = needs_of(group, user, timezone.localdate()) if group else AssistanceRequest.objects.none()
    return {"group": group, "needs": needs.exclude(pk=asked.pk).only("reference", "title", "status")}
