"""Pages of the form as a file: take it out, send it back, see what it would change, take that over."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import Access, User
from ccm_portal.ui.listing import XLSX
from requests_app.actions import EditedMeanwhile, Refused, start_request
from requests_app.models import AssistanceRequest, RequestQuerySet
from requests_app.workbooks import actions, excel, permissions, queries, word
from requests_app.workbooks.comparing import Comparison, Filled, compare, fill, note_errors
from requests_app.workbooks.domain.grids import Returned
from requests_app.workbooks.enums import FileKind, Language, Way
from requests_app.workbooks.forms import (
    ReturnForm,
    ReturnForStateForm,
    TakeOutForm,
    TakeOutForStateForm,
    kind_of_file,
    read_file,
)
from requests_app.workbooks.layout import in_both, paper_of
from requests_app.workbooks.models import ReturnedForm

WRITERS = {FileKind.XLSX: excel.write, FileKind.DOCX: word.write}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTENT_TYPES = {FileKind.XLSX: XLSX, FileKind.DOCX: DOCX}


def facts(rows: RequestQuerySet, access: Access, on: date) -> RequestQuerySet:
    """Whether a request's page leads to forms that came back, in the statement that fetches it."""
    seen = ReturnedForm.objects.visible_to(access).filter(request=OuterRef("pk"))
    return rows.annotate(has_returned_forms=Exists(seen))


def panel(request: HttpRequest, asked: Any, reading: object, own_relay: object) -> dict[str, Any]:
    """What a request's page says of its form."""
    return {"has_returned_forms": asked.has_returned_forms}


# --- taking out -------------------------------------------------------------------------------------------------------


def forms_page(request: HttpRequest) -> HttpResponse:
    """Work without a link: a blank form to take out, and a filled one to send back."""
    user: User = request.user  # type: ignore[assignment]
    if not permissions.can_send(user):
        raise PermissionDenied(_("Requests are made by the focal point of a State Party."))
    return _forms_page(request, None, "workbooks/forms.html")


def request_form(request: HttpRequest, reference: str) -> HttpResponse:
    """The form of one request: to take out and send back for those who write it, and what came back before."""
    user: User = request.user  # type: ignore[assignment]
    asked = queries.find(user, reference, rows=())
    if asked is None:
        raise Http404
    received = ReturnedForm.objects.visible_to(user).filter(request=asked).select_related("received_by")
    may_send = permissions.can_take_out(user, asked)
    if not may_send and not received:
        raise Http404
    if request.method == "POST" and not may_send:
        raise PermissionDenied(_("This request can no longer be edited."))
    return _forms_page(request, asked, "workbooks/request_form.html", received=received, may_send=may_send)


def _forms_page(request: HttpRequest, asked: AssistanceRequest | None, template: str, **context: Any) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    is_isu, today = asked is None and permissions.enters_for_states(user), timezone.localdate()
    make = partial(ReturnForStateForm, today=today) if is_isu else ReturnForm
    form = make(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (returned := _keep(request, form, asked)):
        return redirect("workbooks:returned", returned.key)
    context |= {
        "asked": asked,
        "form": form,
        "take_out": TakeOutForStateForm() if is_isu else TakeOutForm(),
        "enters": is_isu,
        "waiting": ReturnedForm.objects.waiting_for(user),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: ReturnForm, asked: AssistanceRequest | None) -> ReturnedForm | None:
    """The form as it waits to be taken over; None where it is not for this person, or not for this request."""
    user: User = request.user  # type: ignore[assignment]
    identity, chosen = form.returned.identity, form.cleaned_data
    try:
        if identity.get("language") not in Language.values:
            raise Refused(_("This form does not say in which language it is."))
        meant = queries.request_of(identity, user)
        if asked is not None and meant.pk != asked.pk:
            told = {"other": identity["reference"], "this": asked.reference}
            raise Refused(_("This form is for %(other)s, and this page for %(this)s.") % told)
    except Refused as refused:
        form.add_error("file", str(refused))
        return None
    returned = ReturnedForm(
        state=meant.state,
        reference=identity["reference"],
        kind=kind_of_file(chosen["file"].name),
        language=identity["language"],
        way=chosen.get("way", Way.UPLOAD),
        sender=chosen.get("sender", ""),
        received_on=chosen.get("received_on", timezone.localdate()),
        received_by=user,
    )
    note = chosen["note"]
    return actions.keep_returned(
        returned,
        content=chosen["file"].read(),
        name=chosen["file"].name,
        note=(note.name, note.read()) if note else None,
    )


def blank(request: HttpRequest) -> HttpResponse:
    """A blank form of a State, under a reference of its own, with what the register knows."""
    user: User = request.user  # type: ignore[assignment]
    if not permissions.can_send(user):
        raise PermissionDenied(_("Requests are made by the focal point of a State Party."))
    form = (TakeOutForStateForm if permissions.enters_for_states(user) else TakeOutForm)(request.GET)
    if not form.is_valid():
        messages.error(request, _("Choose a language and a kind of file."))
        return redirect("workbooks:forms")
    state = form.cleaned_data.get("state") or user.access.state
    return _as_file(start_request(state, by=user), form)  # type: ignore[arg-type]


def filled(request: HttpRequest, reference: str) -> HttpResponse:
    """The form of a request with what is stored of it, for those who may write on it."""
    user: User = request.user  # type: ignore[assignment]
    asked = queries.find(user, reference)
    if asked is None:
        raise Http404
    if not permissions.can_take_out(user, asked):
        raise PermissionDenied(_("This request can no longer be edited."))
    form = TakeOutForm(request.GET)
    if not form.is_valid():
        messages.error(request, _("Choose a language and a kind of file."))
        return redirect("workbooks:form", asked.reference)
    return _as_file(asked, form)


def _as_file(asked: AssistanceRequest, form: TakeOutForm) -> HttpResponse:
    kind, language = FileKind(form.cleaned_data["kind"]), form.cleaned_data["language"]
    paper = paper_of(asked, language, today=timezone.localdate())
    response = HttpResponse(WRITERS[kind](paper), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{asked.reference}-{language}.{kind}"'
    return response


# --- sending back -----------------------------------------------------------------------------------------------------


def returned_form(request: HttpRequest, key: str) -> HttpResponse:
    """What a form that came back would change, field by field; only what is ticked is taken over."""
    user: User = request.user  # type: ignore[assignment]
    returned = get_object_or_404(ReturnedForm.objects.waiting_for(user).select_related("state"), key=key)
    if request.method == "POST" and "drop" in request.POST:
        actions.drop(returned)
        messages.success(request, _("The form was let go; nothing was changed."))
        return redirect("requests:list")
    try:
        with returned.file.open("rb") as file:
            said = read_file(returned.file_name, file.read())
        asked = _asked_by(request, said, user)
    except Refused as error:  # what was right when it came was overtaken
        return render(request, "workbooks/returned.html", {"returned": returned, "refusal": str(error)}, status=409)
    comparison = compare(said, asked, in_both(returned.language), today=timezone.localdate())
    comparison.is_of_blank = said.identity["version"] == "0"
    version = asked.version if asked.pk else 0
    if request.method != "POST":
        tried = {change.key for change in comparison.changes if change.is_proposed}
        note_errors(comparison, _filled(returned, asked, comparison, tried))
        ticked = {change.key for change in comparison.changes if change.is_proposed}
        return _show(request, returned, asked, comparison, ticked, version)
    return _take_over(request, returned, asked, comparison, version)


def _asked_by(request: HttpRequest, said: Returned, user: User) -> AssistanceRequest:
    """The request that the form is for, or a new one: a blank form that was copied serves for several."""
    asked = queries.request_of(said.identity, user)
    if "new" in request.POST and said.identity.get("version") == "0" and asked.pk:
        return start_request(asked.state, by=user)
    return asked


def _filled(returned: ReturnedForm, asked: AssistanceRequest, comparison: Comparison, ticked: set[str]) -> Filled:
    taken = [change for change in comparison.changes if change.key in ticked and change.is_readable]
    return fill(asked, comparison, taken, today=timezone.localdate(), submitting=returned.way != Way.UPLOAD)


def _take_over(
    request: HttpRequest, returned: ReturnedForm, asked: AssistanceRequest, comparison: Comparison, version: int
) -> HttpResponse:
    ticked = {change.key for change in comparison.changes if change.is_readable}
    if asked.pk or "new" not in request.POST:
        ticked &= set(request.POST.getlist("take"))
    form = _filled(returned, asked, comparison, ticked)
    if not form.is_valid:
        note_errors(comparison, form)
        return _show(request, returned, asked, comparison, ticked, version, status=422)
    sent = request.POST.get("version", "")
    try:
        actions.accept(
            returned,
            form.asked,
            changes=form.changes,
            writers=form.writers,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            today=timezone.localdate(),
            expected_version=(int(sent) if sent.isdecimal() and len(sent) < 10 else 0) if asked.pk else None,
        )
    except EditedMeanwhile:
        messages.warning(request, _("Somebody has changed this request since you opened this page. Please look again."))
        return redirect("workbooks:returned", returned.key)
    except (Refused, IntegrityError) as refused:
        comparison.errors.append(
            str(refused) if isinstance(refused, Refused) else _("This was saved by somebody else at the same moment.")
        )
        return _show(request, returned, asked, comparison, ticked, version, status=409)
    messages.success(request, _("Taken over from the form. Nothing is submitted before you do so."))
    return redirect(form.asked)


def _show(
    request: HttpRequest,
    returned: ReturnedForm,
    asked: AssistanceRequest,
    comparison: Comparison,
    ticked: set[str],
    version: int,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "returned": returned,
        "asked": asked,
        "comparison": comparison,
        "lines": [(change, change.key in ticked) for change in comparison.changes],
        "version": version,
        "is_new": version == 0,
        "enters": returned.way != Way.UPLOAD,
        "may_begin_anew": version > 0 and comparison.is_of_blank,
    }
    return render(request, "workbooks/returned.html", context, status=status)


def returned_file(request: HttpRequest, key: str, what: str) -> FileResponse:
    """A form that was taken over, or its note verbale, for the State and those who handle the request: a download."""
    returned = get_object_or_404(ReturnedForm.objects.visible_to(request.user).select_related("request"), key=key)
    files = {"form": (returned.file, returned.file_name), "note": (returned.note, returned.note_name)}
    file, name = files.get(what, (None, ""))
    if not file:
        raise Http404
    record_event("file downloaded", by=request.user, subject=returned.request.reference, file=name)  # type: ignore[arg-type, union-attr]
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name)
    response["Content-Type"] = "application/octet-stream"
    return response
