"""One step of the needs form: shown, saved, saved by itself, and what happens where two people write at once."""

from copy import copy
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app import queries
from requests_app.actions import EditedMeanwhile, Refused
from requests_app.domain.specificity import open_questions
from requests_app.models import AssistanceRequest
from requests_app.writing import actions
from requests_app.writing.marks import make_mark
from requests_app.writing.middleware import wants_json
from requests_app.writing.models import Unsaved
from requests_app.writing.progress import lines_of
from requests_app.writing.queries import as_stored, last_request, said_of
from requests_app.writing.reading import Difference, bind, differences, fingerprint
from requests_app.writing.steps import REVIEW, WHOLE, Step, step_form, steps_of
from requests_app.writing.views.files import keep_files

PREFILLED = ("institution", "national_plan", "currency", "languages", "channel", "inform_coordinators")


def step_page(request: HttpRequest, asked: AssistanceRequest, step: Step) -> HttpResponse:
    """A step as it is stored, or with what its writer typed and has not saved."""
    if request.method == "POST":
        return _posted(request, asked, step)
    kept = {row.step: row for row in Unsaved.objects.filter(owner=request.user, reference=asked.reference)}
    typed = kept.get(step.code)
    if typed is None:
        return _show(request, asked, step, None, kept=kept)
    form = step_form(step, copy(asked), bind(typed.data))
    form.is_valid()
    return _show(request, asked, step, form, kept=kept)


def _posted(request: HttpRequest, asked: AssistanceRequest, step: Step) -> HttpResponse:
    if request.POST.get("go") == "discard":
        actions.forget_unsaved(request.user, asked.reference, step.code)  # type: ignore[arg-type]
        return redirect(address_of(asked, step.code))
    form = step_form(step, asked, request.POST, request.FILES)
    refusal = ""
    if form.is_valid() and not (step.row_label and wants_json(request)):  # rows get their numbers when saved by hand
        try:
            _save(request, asked, step, form)
            return _saved(request, asked, step)
        except EditedMeanwhile:
            if not differences(form, step_form(step, as_stored(asked))):
                return _saved(request, as_stored(asked), step)
            refusal = _("Somebody else has saved this step since you opened it.")
        except Refused as refused:
            refusal = str(refused)
    return _not_saved(request, asked, step, form, refusal)


def _save(request: HttpRequest, asked: AssistanceRequest, step: Step, form: Any) -> None:
    """One transaction. That others saved other steps meanwhile does not matter: this one is what it was."""
    expected = None
    if asked.pk:
        sent = request.POST.get("version", "")
        expected = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
        if expected != asked.version and fingerprint(step_form(step, as_stored(asked))) == request.POST.get("seen"):
            expected = asked.version
    actions.save_step(
        asked,
        step.code,
        by=request.user,  # type: ignore[arg-type]
        changes=step.changes(form),
        expected_version=expected,
        also=partial(step.save, form) if step.save else None,
    )


def _saved(request: HttpRequest, asked: AssistanceRequest, step: Step) -> HttpResponse:
    if wants_json(request):
        answer = {
            "saved_at": timezone.now().isoformat(),
            "version": asked.version,
            "seen": fingerprint(step_form(step, AssistanceRequest.objects.get(pk=asked.pk))),
            "address": address_of(asked, step.code),
        }
        return JsonResponse(answer)
    for warning in step.warnings(asked):
        messages.warning(request, _("%(step)s: %(warning)s") % {"step": step.title, "warning": warning})
    go = request.POST.get("go", "next")
    if go == "leave":
        messages.success(request, _("Saved at %(time)s.") % {"time": timezone.now().strftime("%H:%M UTC")})
        return redirect(asked)
    return redirect(_destination(asked, step, go))


def _not_saved(request: HttpRequest, asked: AssistanceRequest, step: Step, form: Any, refusal: str) -> HttpResponse:
    """What was typed is kept, whatever is wrong with it; who wants to go elsewhere goes."""
    now, is_row = timezone.now(), bool(step.row_label)
    typed = dict(request.POST.lists()) | keep_files(request, asked, form)
    actions.keep_unsaved(request.user.pk, asked.reference, step.code, typed, at=now)  # type: ignore[arg-type]
    is_wrong = not form.is_valid()
    if wants_json(request):
        answer = {"kept_at": now.isoformat(), "is_wrong": is_wrong, "is_conflict": bool(refusal), "is_row": is_row}
        return JsonResponse(answer, status=409 if refusal else 200)
    go = request.POST.get("go", "next")
    if not refusal and asked.pk and go not in ("next", "leave"):
        messages.warning(request, _("What you typed under “%(step)s” is kept, not saved yet.") % {"step": step.title})
        return redirect(_destination(asked, step, go))
    return _show(request, as_stored(asked), step, form, refusal=refusal, status=409 if refusal else 422)


def _show(
    request: HttpRequest,
    asked: AssistanceRequest,
    step: Step,
    typed: Any,
    *,
    kept: dict[str, Unsaved] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page. `asked` is as it is stored; `typed` is the form with what its writer typed, if that is not stored."""
    today = timezone.localdate()
    stored = step_form(step, asked)
    seen = fingerprint(stored)
    form = typed if typed is not None else step_form(step, asked)
    source = _prefill(form, asked, step) if step.prefilled and typed is None else None
    deadlines = []
    if "obligation" in step.fields:
        deadlines = queries.obligations_with_deadlines(asked.state, today)
        form.show_deadlines(deadlines)
    steps = steps_of(asked)
    context = {
        "asked": asked,
        "step": step,
        "form": form,
        "number": steps.index(step) + 1,
        "total": len(steps) + 1,
        "lines": lines_of(asked, kept or {}, step.code),
        "seen": seen,
        "mark": make_mark(request.user.pk, asked.reference),  # type: ignore[arg-type]
        "action": address_of(asked, step.code),
        "unsaved": kept.get(step.code) if kept else None,
        "refusal": refusal,
        "differences": differences(typed, stored, step.row_label) if asked.pk and typed and (refusal or kept) else [],
        "source": source,
        "deadlines": deadlines,
        "today": today,
        "warnings": step.warnings(asked) if asked.pk and typed is None else [],
        "questions": open_questions(said_of(asked)) if "requirement" in step.fields and asked.pk else (),
    }
    return render(request, "writing/step.html", context, status=status)


def overtaken_page(request: HttpRequest, asked: AssistanceRequest, code: str) -> HttpResponse:
    """A form sent for a request that was submitted meanwhile: the same click twice, or a colleague was faster."""
    found: list[Difference] = []
    stored = as_stored(asked)
    for step in steps_of(stored) if code != REVIEW else []:
        if code in (step.code, WHOLE):
            typed = step_form(step, stored, request.POST, request.FILES)
            found += differences(typed, step_form(step, stored), step.row_label)
    if wants_json(request):
        return JsonResponse({"is_conflict": True, "is_kept": False}, status=409)
    if not found:
        return redirect(asked)
    return render(request, "writing/overtaken.html", {"asked": asked, "differences": found}, status=409)


def address_of(asked: AssistanceRequest, code: str) -> str:
    """Where a step of a request is written; one that is not saved yet has its own address."""
    return reverse("requests:edit_step", args=[asked.reference, code]) if asked.pk else reverse("requests:new")


def _destination(asked: AssistanceRequest, step: Step, go: str) -> str:
    codes = [*(one.code for one in steps_of(asked)), REVIEW]
    place = codes.index(step.code)
    if go == "help":
        return reverse("requests:writing_help", args=[asked.reference])
    if go in codes:
        return address_of(asked, go)
    return address_of(asked, codes[max(place - 1, 0) if go == "back" else place + 1])


def _prefill(form: Any, asked: AssistanceRequest, step: Step) -> AssistanceRequest | None:
    """Put in what the State's last request said, until the step is saved; the request that it comes from."""
    writing = getattr(asked, "writing", None)
    if not asked.is_draft or (writing and step.code in writing.saved_steps):
        return None
    last = None if asked.author_writes else last_request(asked)  # an author knows no other request of the State
    if last is None:
        return None
    values = {
        name: getattr(last, name) for name in step.fields if name in PREFILLED and getattr(last, name) not in ("", [])
    }
    blank = AssistanceRequest()
    is_untouched = all(getattr(asked, name) == getattr(blank, name) for name in values)
    if not values or not is_untouched or values == {name: form.initial.get(name) for name in values}:
        return None
    form.initial.update(values)
    return last
