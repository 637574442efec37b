"""The pages on which a State writes the parts of its need. Fetch through `visible_to`, ask permission, act."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app.actions import EditedMeanwhile, Refused, save_request
from requests_app.models import AssistanceRequest
from requests_app.permissions import can_edit
from requests_app.specifics import queries
from requests_app.specifics.enums import PartCode
from requests_app.specifics.forms import TABLES, form_of, save_form


def _own_request(request: HttpRequest, reference: str, code: str) -> tuple[AssistanceRequest, PartCode]:
    """A request that the person may edit, and one of its parts."""
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(request.user).for_detail(), reference=reference)
    if code not in PartCode.values:
        raise Http404
    if not can_edit(request.user, asked):  # type: ignore[arg-type]
        raise PermissionDenied(_("This request can no longer be edited."))
    return asked, PartCode(code)


def part_edit(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """One part of a need: its form or its table."""
    asked, part = _own_request(request, reference, code)
    data = request.POST if request.method == "POST" else None
    form = form_of(part, asked, data, today=timezone.localdate())
    if data is not None and form.is_valid() and _save(request, asked, part, form):
        return redirect(asked)
    is_table = part in TABLES
    context = {
        "asked": asked,
        "part": part,
        "form": [] if is_table else form,
        "table": form if is_table else None,
        "failed": [form] if is_table and data is not None else [],
        "version": asked.version,
        "refused": getattr(form, "refused", ""),
        "model_laws": queries.model_laws() if part == PartCode.LEGISLATION else [],
    }
    return render(request, "specifics/part_form.html", context, status=200 if data is None else 422)


def _save(request: HttpRequest, asked: AssistanceRequest, part: PartCode, form: Any) -> bool:
    """Save; what a rule forbids stands above the form, with everything typed kept."""
    version, by = request.POST.get("version", ""), request.user
    try:
        with transaction.atomic():
            save_request(
                asked,
                by=by,  # type: ignore[arg-type]
                areas=[area.pk for area in asked.areas.all()],
                evidence=(),
                expected_version=int(version) if version.isdigit() else 0,
            )
            save_form(part, form, by=by)  # type: ignore[arg-type]
    except EditedMeanwhile as conflict:
        asked.version = conflict.version  # told of it, the person may decide to save again
        form.refused = str(conflict)
        return False
    except Refused as refusal:
        form.refused = str(refusal)
        return False
    messages.success(request, _("Saved at %(time)s.") % {"time": timezone.now().strftime("%H:%M UTC")})
    return True
