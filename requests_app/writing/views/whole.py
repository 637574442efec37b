"""The whole needs form on one page: for those who have everything at hand, and for scripts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app import queries
from requests_app.actions import EditedMeanwhile, Refused
from requests_app.models import AssistanceRequest
from requests_app.writing import actions
from requests_app.writing.forms import EvidenceFormSet, NeedsForm
from requests_app.writing.marks import make_mark
from requests_app.writing.models import Unsaved
from requests_app.writing.reading import bind
from requests_app.writing.steps import EVIDENCE, WHOLE, steps_of
from requests_app.writing.views.files import keep_files


def whole_page(request: HttpRequest, asked: AssistanceRequest) -> HttpResponse:
    """All fields of the needs form; those of further sections have their steps."""
    today, submitting = timezone.localdate(), "submit" in request.POST
    data, files, kept = request.POST, request.FILES, None
    if request.method == "GET":
        kept = Unsaved.objects.filter(owner=request.user, reference=asked.reference, step=WHOLE).first()
        data, files = bind(kept.data) if kept else None, None  # type: ignore[assignment]
    form = NeedsForm(data, instance=asked, submitting=submitting)
    evidence = EvidenceFormSet(data, files, instance=asked, today=today, prefix="evidence")
    if request.method == "POST" and form.is_valid() & evidence.is_valid() and _save(request, form, evidence):
        return redirect(asked)
    if request.method == "POST":
        keep_files(request, asked, evidence)
    deadlines = queries.obligations_with_deadlines(asked.state, today)
    form.show_deadlines(deadlines)
    context = {
        "form": form,
        "evidence": evidence,
        "asked": asked,
        "deadlines": deadlines,
        "today": today,
        "unsaved": kept,
        "elsewhere": [step for step in steps_of(asked) if not step.fields and step.code != EVIDENCE],
        "mark": make_mark(request.user.pk, asked.reference),  # type: ignore[arg-type]
    }
    return render(request, "writing/whole.html", context, status=422 if request.method == "POST" else 200)


def _save(request: HttpRequest, form: NeedsForm, evidence: Any) -> bool:
    """Save, and submit if asked to; what a rule forbids stands above the form, with everything typed kept."""
    submitting = form.submitting and form.instance.is_draft
    try:
        asked = actions.save_step(
            form.save(),
            WHOLE,
            by=request.user,  # type: ignore[arg-type]
            changes={**form.changes(), **evidence.changes()},
            expected_version=(form.cleaned_data["version"] or 0) if form.instance.pk else None,
            also=lambda by: actions.take_over(evidence.kept_files()),
            submit_on=timezone.localdate() if submitting else None,
        )
    except EditedMeanwhile as conflict:
        form.add_error(None, str(conflict))
        typed = request.POST.copy()
        typed["version"] = str(conflict.version)  # told of it, the person may decide to save again
        form.data = typed
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    if submitting:
        messages.success(request, _("Submitted as %(ref)s.") % {"ref": asked.reference})
    else:
        messages.success(request, _("Saved at %(time)s.") % {"time": timezone.now().strftime("%H:%M UTC")})
    return True
