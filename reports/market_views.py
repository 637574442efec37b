"""The market view, and its tables as files."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import export
from reports import permissions
from reports.market import Overview, overview
from requests_app.domain.market import Money
from requests_app.enums import AreaCode, Kind
from requests_app.forms import AreaForm
from requests_app.permissions import can_offer, can_see_responses

SHOWN = 50  # unmet needs on the page; the file has them all
AREAS = dict(AreaCode.choices)
KINDS = dict(Kind.choices)


def market(request: HttpRequest) -> HttpResponse:
    """Open needs beside open offers and supporters, of the requests that the reader may know of."""
    user = request.user
    if not permissions.sees_market(user):
        raise PermissionDenied(
            _("The market view is for States, supporters, the Coordinators, the President and the ISU.")
        )
    on, form = as_of(request), AreaForm(request.GET)
    area = form.cleaned_data["area"] if form.is_valid() else ""
    found = overview(user, on, area)  # type: ignore[arg-type]
    if kind := request.GET.get("format"):
        table = request.GET.get("table", "coverage")
        if table not in TABLES:
            raise BadRequest(_("The market view has no table “%(name)s”.") % {"name": table[:20]})
        columns, records = TABLES[table]
        return export(kind, f"market-{table}", columns, records(found))
    context = {
        "found": found,
        "filter_form": form,
        "unmet": [(found.asked[one.key], one.need.deadline, lack) for one, lack in found.unmet[:SHOWN]],
        "idle": [(found.name(code), *_of_offer(offer), why, (code, offer.title) in found.example_offers)
                 for code, offer, why in found.idle],
        "unlocks": [(AREAS[u.area], KINDS[u.kind], u, [found.names[state] for state in u.states])
                    for u in found.unlocks],
        "handles": can_see_responses(user),
        "speaks": can_offer(user),  # type: ignore[arg-type]
        "strained": [(found.name(load.code), load) for load in found.strained],
    }  # fmt: skip
    return render(request, "reports/market.html", context)


def _of_offer(offer: Any) -> tuple[str, list[str], list[str]]:
    """Title, areas and kinds in words."""
    areas = [str(label) for code, label in AREAS.items() if code in offer.areas]
    return offer.title, areas, [str(label) for code, label in KINDS.items() if code in offer.kinds]


def _coverage(found: Overview) -> Iterable[dict[str, Any]]:
    for (state, area), cell in sorted(found.grid.items()):
        for currency, money in sorted(cell.amounts.items()) or [("", Money())]:
            yield {
                "iso3": state,
                "state": found.names[state],
                "area": str(AREAS.get(area, "")),
                "needs": cell.needs,
                "with_share": cell.with_share,
                "without_cost": cell.without_cost,
                "cost_not_shared": cell.cost_kept,
                "currency": currency,
                "asked": money.asked if currency else None,
                "covered": money.covered if currency else None,
                "open": money.open if currency else None,
            }


def _unmet(found: Overview) -> Iterable[dict[str, Any]]:
    for one, lack in found.unmet:
        asked = found.asked[one.key]
        yield {
            "reference": one.key,
            "state": asked.state.name,
            "title": asked.title,
            "areas": [str(area) for area in asked.areas.all()],
            "kinds": [kind.label for kind in asked.kinds],
            "deadline": one.need.deadline,
            "lacks": lack.label,
            "example": asked.is_example,
        }


def _idle(found: Overview) -> Iterable[dict[str, Any]]:
    for code, offer, why in found.idle:
        title, areas, kinds = _of_offer(offer)
        yield {
            "supporter": found.name(code),
            "offer": title,
            "areas": areas,
            "kinds": kinds,
            "left": offer.left,
            "why": why.label,
            "example": (code, title) in found.example_offers,
        }


def _unlocks(found: Overview) -> Iterable[dict[str, Any]]:
    for rank, unlock in enumerate(found.unlocks, start=1):
        yield {
            "rank": rank,
            "area": str(AREAS[unlock.area]),
            "kind": str(KINDS[unlock.kind]),
            "needs": len(unlock.needs),
            "kind_not_said": unlock.unsaid,
            "states": [found.names[state] for state in unlock.states],
            "nearest_deadline": unlock.nearest,
            "references": [one.key for one in unlock.needs],
        }


def _supporters(found: Overview) -> Iterable[dict[str, Any]]:
    for load in found.by_name:
        yield {
            "supporter": found.name(load.code),
            "needs_wanted": len(load.wanted),
            "places_left": load.places,
            "currency": load.currency,
            "promised": load.promised if load.currency else None,
            "usual_contribution_to": load.size,
            "over_subscribed": [strain.label for strain in load.strains],
        }


#: Name in the address -> columns, and what gives the records.
TABLES: dict[str, tuple[list[str], Callable[[Overview], Iterable[dict[str, Any]]]]] = {
    "coverage": (
        [
            "iso3", "state", "area", "needs", "with_share", "without_cost", "cost_not_shared", "currency", "asked",
            "covered", "open",
        ],
        _coverage,
    ),
    "unmet": (["reference", "state", "title", "areas", "kinds", "deadline", "lacks", "example"], _unmet),
    "idle": (["supporter", "offer", "areas", "kinds", "left", "why", "example"], _idle),
    "unlocks": (
        ["rank", "area", "kind", "needs", "kind_not_said", "states", "nearest_deadline", "references"],
        _unlocks,
    ),
    "supporters": (
        [
            "supporter", "needs_wanted", "places_left", "currency", "promised", "usual_contribution_to",
            "over_subscribed",
        ],
        _supporters,
    ),
}  # fmt: skip
