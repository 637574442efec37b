"""Pages for those who look at all requests: coverage by State and area, relays and how they are answered."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import export
from requests_app import overviews, permissions
from requests_app.enums import AreaCode
from requests_app.filters import CoverageForm
from requests_app.models import AssistanceRequest, Relay

COVERAGE_COLUMNS = ["iso3", "state", "area", "requested", "relayed", "answered", "delivered", "without_response"]
RELAY_COLUMNS = ["supporter", "relayed", "answered", "rate_percent", "days_to_answer"]
SHOWN = 50  # silent relays


def coverage(request: HttpRequest) -> HttpResponse:
    """What was asked, relayed, answered and delivered, and which States wait for a first response."""
    if not permissions.can_see_coverage(request.user):
        raise PermissionDenied(_("Coverage is for the Coordinators, the President and the ISU."))
    on = as_of(request)
    form = CoverageForm(request.GET)
    since = form.cleaned_data["since"] if form.is_valid() else None
    found = overviews.coverage(AssistanceRequest.objects.visible_to(request.user), on, since)
    if kind := request.GET.get("format"):
        labels = {area.value: str(area.label) for area in AreaCode}
        records = [
            {
                "iso3": state,
                "state": found.names[state],
                "area": labels.get(area, ""),
                "requested": cell.requested,
                "relayed": cell.relayed,
                "answered": cell.answered,
                "delivered": cell.delivered,
                "without_response": cell.waits,
            }
            for (state, area), cell in sorted(found.grid.items())
        ]
        return export(kind, "coverage", COVERAGE_COLUMNS, records)
    context = {"found": found, "filter_form": form}
    return render(request, "requests_app/coverage.html", context)


def relays(request: HttpRequest) -> HttpResponse:
    """How many of the relays were answered, how soon, and which ones wait."""
    if not permissions.can_see_responses(request.user):
        raise PermissionDenied(_("This overview is for the Coordinators and the ISU."))
    on = as_of(request)
    visible = Relay.objects.visible_to(request.user)
    whole, each = overviews.responses(visible, on)
    if kind := request.GET.get("format"):
        records = [
            {
                "supporter": line.name,
                "relayed": line.sent,
                "answered": line.answered,
                "rate_percent": line.rate,
                "days_to_answer": None if line.days is None else round(line.days, 1),
            }
            for line in each
        ]
        return export(kind, "relays", RELAY_COLUMNS, records)
    context = {
        "on": on,
        "whole": whole,
        "each": each,
        "silent": overviews.silent_relays(visible.for_list(), on)[:SHOWN],
        "due_from": overviews.reminder_due_from(on),
        "reminder_days": settings.RELAY_REMINDER_DAYS,
    }
    return render(request, "requests_app/relays.html", context)
