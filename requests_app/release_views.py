"""Pages on which the requesting State says who reads what, and sees it as others would."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app import actions, permissions, queries
from requests_app.enums import Audience
from requests_app.forms import ReadingForm
from requests_app.models import AssistanceRequest
from requests_app.readings import OTHERS, Reading
from requests_app.views import reading_context


def _own_or_refused(request: HttpRequest, reference: str) -> AssistanceRequest:
    visible = AssistanceRequest.objects.visible_to(request.user).for_detail()
    asked = queries.with_details(get_object_or_404(visible, reference=reference))
    if not permissions.can_change_visibility(request.user, asked):  # type: ignore[arg-type]
        raise PermissionDenied(_("Only the requesting State says who reads its request."))
    return asked


def request_texts(request: HttpRequest, reference: str) -> HttpResponse:
    """The other texts of a request, and its locks."""
    asked = _own_or_refused(request, reference)
    form = ReadingForm(request.POST or None, instance=asked)
    version = asked.version
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, asked, form)
            messages.success(request, _("Recorded. See how others read it now."))
            return redirect("requests:texts", reference)
        except actions.EditedMeanwhile as conflict:
            form.add_error(None, str(conflict))
            version = conflict.version  # told of it, the person may decide to save again
    context = {"form": form, "asked": asked, "others": OTHERS, "version": version}
    return render(request, "requests_app/request_texts.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, asked: AssistanceRequest, form: ReadingForm) -> None:
    sent, chosen = request.POST.get("version", ""), form.cleaned_data
    actions.change_reading(
        asked,
        states_parties_text=chosen["states_parties_text"],
        public_summary=chosen["public_summary"],
        locks=chosen["locks"],
        relayed_read_locked=chosen["relayed_read_locked"],
        by=request.user,  # type: ignore[arg-type]
        expected_version=int(sent) if sent.isdecimal() and len(sent) < 10 else 0,
    )


def request_as(request: HttpRequest, reference: str, audience: str) -> HttpResponse:
    """The request's own page as others read it, or would once it is submitted; nothing on it acts."""
    asked = _own_or_refused(request, reference)
    if audience not in OTHERS:
        raise Http404
    reading = Reading(asked, Audience(audience))
    context = {
        **reading_context(asked, reading, timezone.localdate()),
        "others": OTHERS,
        "viewed_as": reading.audience,
    }
    return render(request, "requests_app/request_as.html", context)


def request_history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every change of who may read what, for the requesting State."""
    asked = _own_or_refused(request, reference)
    context = {"asked": asked, "changes": queries.release_changes(asked)}
    return render(request, "requests_app/request_history.html", context)
