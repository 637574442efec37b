"""Addresses of the needs form: which request, may it be written on, which page of the form.

A draft has its reference before it is saved. The form carries it, signed, so that a second click finds the request of
the first one, and what is posted after a session has ended is kept for the person who typed it.
"""

import re

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import access_of
from requests_app import permissions
from requests_app.actions import start_request
from requests_app.models import AssistanceRequest
from requests_app.writing.marks import read_mark
from requests_app.writing.middleware import keeps_text
from requests_app.writing.queries import ROWS, SUBMITTED_ROWS, to_write
from requests_app.writing.steps import REVIEW, STEPS, WHOLE, steps_of
from requests_app.writing.views.files import file_new, file_part
from requests_app.writing.views.help import writing_help
from requests_app.writing.views.review import review_page
from requests_app.writing.views.step import overtaken_page, step_page
from requests_app.writing.views.whole import whole_page

__all__ = ["file_new", "file_part", "request_edit", "request_new", "writing_help"]
DRAFT_REFERENCE = re.compile(r"DRAFT-[0-9A-F]{10}")


@keeps_text
def request_new(request: HttpRequest) -> HttpResponse:
    """The first step of a request that is not saved yet; with `?all`, or posted without a step, the whole form."""
    if not permissions.can_request(request.user):  # type: ignore[arg-type]
        raise PermissionDenied(_("Requests are made by the focal point of a State Party."))
    asked = start_request(access_of(request.user).state, by=request.user)  # type: ignore[arg-type]
    code = _code(request)
    if reference := _begun_as(request):
        if begun := _find(request, reference):
            return _edit(request, begun, reference, code)
        asked.reference = reference
    try:
        return _page(request, asked, code)
    except IntegrityError:  # two clicks at the same moment: the other one has saved it
        begun = _find(request, reference)
        if begun is None:
            raise
        return _edit(request, begun, reference, code)


@keeps_text
def request_edit(request: HttpRequest, reference: str, step: str = "") -> HttpResponse:
    """One step of a request that may be written on, or its whole form."""
    asked = _find(request, reference, step)
    if asked is None:
        raise Http404
    return _edit(request, asked, reference, step or _code(request, asked))


def _begun_as(request: HttpRequest) -> str:
    """The reference under which this person began, from the form's mark or from the address after signing in."""
    if request.method == "GET":
        reference = request.GET.get("draft", "")
    else:
        marked = read_mark(request.POST.get("mark", ""))
        reference = marked[1] if marked and marked[0] == request.user.pk else ""
    return reference if DRAFT_REFERENCE.fullmatch(reference) else ""


def _code(request: HttpRequest, asked: AssistanceRequest | None = None) -> str:
    """Which page: the step that is posted or was left last; the whole form where it is asked for, or posted bare."""
    if request.method == "POST":
        return request.POST.get("step", WHOLE)
    writing = getattr(asked, "writing", None)
    return WHOLE if "all" in request.GET else (writing and writing.last_step) or STEPS[0].code


def _find(request: HttpRequest, reference: str, step: str = "") -> AssistanceRequest | None:
    """A request by its reference, or by the one that it was begun under, with what the page reads of its rows."""
    rows = ROWS
    if request.method == "POST":
        rows = SUBMITTED_ROWS if (step or _code(request)) == REVIEW else ()
    found = to_write(access_of(request.user), reference, rows=rows)
    if found is not None:
        found.author_writes = not permissions.owns(access_of(request.user), found)
    return found


def _edit(request: HttpRequest, asked: AssistanceRequest, reference: str, code: str) -> HttpResponse:
    """A stored request: written on, or shown as it is where somebody has submitted it meanwhile."""
    if not permissions.can_edit(request.user, asked):  # type: ignore[arg-type]
        if request.method == "POST" and permissions.writes_with_state(request.user, asked):
            return overtaken_page(request, asked, code)
        if asked.reference != reference:
            return redirect(asked)
        raise PermissionDenied(_("This request can no longer be edited."))
    return _page(request, asked, code)


def _page(request: HttpRequest, asked: AssistanceRequest, code: str) -> HttpResponse:
    if code == WHOLE:
        return whole_page(request, asked)
    if code == REVIEW and asked.pk:
        return review_page(request, asked)
    step = next((step for step in steps_of(asked) if step.code == code), None)
    if step is None:
        raise Http404
    return step_page(request, asked, step)
