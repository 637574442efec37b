"""Landing pages: the public home, the signed-in person's board, and the health check."""

import re
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import User
from ccm_portal.register.models import State
from ccm_portal.register.queries import membership_counts, running_deadlines
from ccm_portal.ui.asof import as_of
from reports import boards
from requests_app.models import AssistanceRequest
from requests_app.queries import with_labels

#: What is worth giving back of a refused form: prose, not codes, numbers and keys.
SEVERAL_WORDS = re.compile(r"\S\s+\S|[^\x00-\u0dff]")


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """The public home: who seeks help for what, what comes next, how to ask and how to help."""
    today = as_of(request)
    visible = AssistanceRequest.objects.visible_to(request.user).submitted()
    rows = running_deadlines(today)
    context = {
        "today": today,
        "counts": membership_counts(State.objects.all(), today),
        "upcoming": [row for row in rows if row.deadline >= today][:8],
        "undecided": [row for row in rows if row.deadline < today],
        "requests": with_labels(list(visible.open().for_list()[:6])),
        "open_requests": visible.open().count(),
        "areas": boards.open_by_area(visible),
    }
    return render(request, "home.html", context)


def dashboard(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own board."""
    board = boards.board_for(request.user, timezone.localdate())  # type: ignore[arg-type]
    return render(request, "dashboard.html", {"board": board, "today": board.today})


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal can answer: the database is reached and migrated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM register_state LIMIT 1")
    return JsonResponse({"status": "ok"})


def closed(request: HttpRequest) -> HttpResponse:
    """A page of the sign-in library that the portal does not offer."""
    raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that cannot be read, with what it should look like."""
    return render(request, "400.html", {"reason": str(exception)}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing that this person may know of; tries of signed-in people go on the audit trail."""
    if isinstance(getattr(request, "user", None), User):
        record_event("refused", by=request.user, subject=request.path)  # type: ignore[arg-type]
    return render(request, "404.html", status=404)


def explain_not_allowed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who opens an address that only takes forms gets a page, as for any other mistake."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        before = request.path.rstrip("/").rpartition("/")[0] + "/"
        page = render(request, "405.html", {"before": before}, status=405)
        page["Allow"] = response["Allow"]
        return page

    return respond


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A step that is not open to this person, which gives back what was typed for it; refusals of signed-in people go
    on the audit trail."""
    if isinstance(request.user, User):
        record_event("refused", by=request.user, subject=request.path)
    typed = [text.strip() for name, texts in request.POST.lists() if "password" not in name for text in texts]
    context = {"reason": str(exception or ""), "typed": [text for text in typed if SEVERAL_WORDS.search(text)]}
    return render(request, "403.html", context, status=403)
