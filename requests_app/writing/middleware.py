"""What is posted to the needs form without a valid session is kept for the person whose signed mark it carries, and
given back after signing in. Everybody else is sent to sign in as on any other page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from requests_app.writing.actions import keep_sent, keep_unsaved
from requests_app.writing.marks import read_mark
from requests_app.writing.steps import WHOLE

View = TypeVar("View", bound=Callable[..., HttpResponse])


def keeps_text(view: View) -> View:
    """Marks a view whose posted text outlives the session."""
    view.keeps_text = True  # type: ignore[attr-defined]
    return view


def wants_json(request: HttpRequest) -> bool:
    """Whether our script asks, and no page is to be shown."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


class KeepTextMiddleware:
    """Stands before the middleware that requires a sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.method != "POST" or not hasattr(view, "keeps_text") or request.user.is_authenticated:
            return None
        address = keep_posted(request, kwargs.get("step", ""))
        if wants_json(request):
            return JsonResponse({"is_kept": address is not None, "address": address}, status=401)
        if address is not None:
            messages.warning(request, _("Your session had ended. What you typed is kept: sign in to find it again."))
        return redirect_to_login(address or request.get_full_path())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was opened before the person signed in again: its text is kept, and shown to be saved."""
    match = request.resolver_match
    if match is not None and hasattr(match.func, "keeps_text"):
        address = keep_posted(request, match.kwargs.get("step", ""))
        if address is not None and not wants_json(request):
            return redirect(address)
    return csrf_failure(request, reason)


def keep_posted(request: HttpRequest, step: str) -> str | None:
    """Keep what was posted for the person who opened the form; the address at which it is given back, or None."""
    marked = read_mark(request.POST.get("mark", ""))
    if marked is None or request.user.pk not in (None, marked[0]):
        return None
    owner, reference = marked
    step = step or request.POST.get("step", WHOLE)[:30]
    keys, lost = keep_sent(request.FILES, owner=owner, reference=reference)
    keep_unsaved(owner, reference, step, dict(request.POST.lists()) | keys, at=timezone.now())
    if lost:
        messages.warning(
            request, _("Please choose again, since it was not kept: %(names)s") % {"names": ", ".join(lost)}
        )
    if request.path == reverse("requests:new"):
        return f"{request.path}?draft={reference}{'&all' if step == WHOLE else ''}"
    return f"{request.path}{'?all' if step == WHOLE else ''}"
