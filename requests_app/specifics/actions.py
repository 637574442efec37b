"""The only writers of the parts of a need. Each is one transaction with its audit entry; the version of the request is
taken by `save_request`, in the same save."""

from collections.abc import Iterable

from django.db import models, transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import User
from requests_app.actions import Refused, lock
from requests_app.models import AssistanceRequest, SearchText
from requests_app.permissions import can_edit
from requests_app.specifics.enums import PartCode
from requests_app.specifics.models import CostYear, VictimFigure


@transaction.atomic
def save_part(part: models.Model, *, by: User) -> None:
    """Save a part that is one record: victim assistance, legislation, capacity, area release, visit."""
    request: AssistanceRequest = part.request  # type: ignore[attr-defined]
    _refuse_unless_editable(request, by=by)
    part.save()
    _note(request, _code(part), by=by)


@transaction.atomic
def save_costs(
    request: AssistanceRequest, years: Iterable[CostYear], *, removed: Iterable[CostYear] = (), by: User
) -> None:
    """Save what changed in the costs by year, in the request's one currency."""
    years = list(years)
    if years and not request.currency:
        raise Refused(_("Say first in which currency the amounts of this request are."))
    _save_lines(request, PartCode.COSTS, years, removed, by=by)


@transaction.atomic
def save_figures(
    request: AssistanceRequest, figures: Iterable[VictimFigure], *, removed: Iterable[VictimFigure] = (), by: User
) -> None:
    """Save what changed in the numbers of victims."""
    _save_lines(request, PartCode.FIGURES, figures, removed, by=by)


@transaction.atomic
def remove_part(part: models.Model, *, by: User) -> None:
    """Take a part out of its need; the audit trail keeps that it was there."""
    request: AssistanceRequest = part.request  # type: ignore[attr-defined]
    _refuse_unless_editable(request, by=by)
    code = _code(part)
    part.delete()
    without = AssistanceRequest.objects.select_related("state").get(pk=request.pk)
    _note(without, code, by=by, removed=True)


def _save_lines(
    request: AssistanceRequest,
    part: PartCode,
    lines: Iterable[models.Model],
    removed: Iterable[models.Model],
    *,
    by: User,
) -> None:
    _refuse_unless_editable(request, by=by)
    for line in removed:  # first, so that a year or group may be entered anew
        line.delete()
    for line in lines:
        line.request = request  # type: ignore[attr-defined]
        line.save()
    _note(request, part, by=by)


def _refuse_unless_editable(request: AssistanceRequest, *, by: User) -> None:
    stored = lock(request.pk)
    if not (request.is_being_entered or can_edit(by, stored)):
        raise Refused(_("This request can no longer be edited."))


def _code(part: models.Model) -> PartCode:
    return PartCode(part._meta.get_field("request").remote_field.name)  # type: ignore[union-attr]


def _note(request: AssistanceRequest, part: PartCode, *, by: User, removed: bool = False) -> None:
    """The copy that search reads follows, and the trail says what was done."""
    if not request.is_draft:
        SearchText.objects.store(request.build_search_rows())
    action = "request part removed" if removed else "request part saved"
    record_event(action, by=by, subject=request.reference, part=part.value)
