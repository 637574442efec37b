"""The floor: the least that any page of rows does for a person who is signed in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from requests_app.models import AssistanceRequest

FLOOR = "/floor/"
SHOWN = ("reference", "title", "state_id", "status", "visibility", "submitted_on", "currency", "total_cost")


@login_not_required
def floor(request: HttpRequest) -> HttpResponse:
    """Session and user loaded, one query for 25 rows, a table of 8 columns; nothing else."""
    submitted = AssistanceRequest.objects.filter(submitted_on__isnull=False)
    rows = submitted.order_by("-submitted_on", "-pk").only(*SHOWN)[:25]
    return HttpResponse(render_to_string("bench/floor.html", {"name": request.user.name, "rows": rows}))  # type: ignore[union-attr]
