"""The needs of country requests as a visitor may know them, and what each still lacks."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from requests_app.country_requests.models import CountryRequest
from requests_app.domain import lifecycle
from requests_app.enums import Action, Missing, Status
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


def lacking(draft: AssistanceRequest) -> list[str]:
    """What a draft needs before it can be submitted."""
    needed = {
        _("A title in one line"): draft.title.strip(),
        Missing.AREAS.label: draft.areas.all(),
        Missing.CHALLENGE.label: draft.challenge.strip(),
        Missing.REQUIREMENT.label: draft.requirement.strip(),
        Missing.KINDS.label: draft.kinds,
        _("Say in which currency the amounts are."): draft.currency or not draft.is_financial,
    }
    return [str(text) for text, is_given in needed.items() if not is_given]
