"""The last page of the needs form: everything as it will be read, what is missing, and the submission."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app import permissions
from requests_app.actions import EditedMeanwhile, Refused
from requests_app.enums import Action
from requests_app.models import AssistanceRequest
from requests_app.writing import actions
from requests_app.writing.models import Unsaved
from requests_app.writing.progress import Needed, advised, lines_of, needed_to_submit
from requests_app.writing.reading import rows
from requests_app.writing.steps import REVIEW, REVIEW_PARTS, step_form, steps_of


def review_page(request: HttpRequest, asked: AssistanceRequest) -> HttpResponse:
    """Read everything once more; submit what a submission must have. `asked` is as it is stored."""
    kept = set(Unsaved.objects.filter(owner=request.user, reference=asked.reference).values_list("step", flat=True))
    needed = needed_to_submit(asked) if asked.is_draft else []
    needed += [
        Needed(step, step.title, _("What you typed here is not saved yet."))
        for step in steps_of(asked)
        if step.code in kept
    ]
    error = ""
    if request.method == "POST":
        is_ready = asked.is_draft and not needed
        error = _submit(request, asked) if is_ready else _("This request cannot be submitted yet.")
        if not error:
            messages.success(request, _("Submitted as %(ref)s.") % {"ref": asked.reference})
            return redirect(asked)
    sections = [(step, rows(step_form(step, asked))) for step in steps_of(asked)]
    context = {
        "asked": asked,
        "lines": lines_of(asked, kept, REVIEW),
        "sections": [(step, facts) for step, facts in sections if facts],
        "empty": [step for step, facts in sections if not facts],
        "parts": [(part.template, part.context(asked, request.user)) for part in REVIEW_PARTS],
        "may_submit": permissions.can_step(request.user, asked, Action.SUBMIT),  # type: ignore[arg-type]
        "needed": needed,
        "waiting": [reason for part in REVIEW_PARTS for reason in part.blocking(asked)],
        "advised": advised(asked),
        "error": error,
    }
    return render(request, "writing/review.html", context, status=422 if error else 200)


def _submit(request: HttpRequest, asked: AssistanceRequest) -> str:
    """Why it was not submitted; nothing where it was."""
    sent = request.POST.get("version", "")
    try:
        actions.save_step(
            asked,
            "",
            by=request.user,  # type: ignore[arg-type]
            changes={},
            expected_version=int(sent) if sent.isdecimal() and len(sent) < 10 else 0,
            submit_on=timezone.localdate(),
        )
    except EditedMeanwhile:
        return _("Somebody has changed this request since you opened this page. Please read it again, then submit.")
    except Refused as refused:
        return str(refused)
    return ""
