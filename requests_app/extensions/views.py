"""Pages of risk flags and extension requests. Fetch through `visible_to`, ask permission, call an action."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User, access_of
from ccm_portal.register import views as register_views
from ccm_portal.register.clocks import Row
from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import ExtensionDecision, Obligation
from ccm_portal.register.queries import running_deadlines
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from ccm_portal.ui.templatetags.portal import day
from requests_app.actions import EditedMeanwhile, Refused
from requests_app.extensions import actions, permissions, queries
from requests_app.extensions.forms import (
    DraftForm,
    FundingForm,
    FundingFormSet,
    RiskForm,
    StockForm,
    StockFormSet,
    whole,
)
from requests_app.extensions.models import ExtensionDraft, RiskFlag

COLUMNS = [
    "iso3", "state", "clock", "number", "meeting", "requested", "is_late", "outcome", "new_deadline", "document",
    "source",
]  # fmt: skip
YEARS_SUGGESTED = 3
STEPS = {"withdraw": actions.withdraw_flag, "publish": actions.publish_flag}


@login_not_required
def deadline_list(request: HttpRequest) -> HttpResponse:
    """The register's deadlines, at risk where the visitor may know that their State says so."""
    return register_views.deadline_list(request, as_seen=partial(queries.as_seen_by, request.user))


@login_not_required
def deadline_detail(request: HttpRequest, iso3: str, slug: str) -> HttpResponse:
    """The register's page of one deadline, marked in the same way."""
    return register_views.deadline_detail(request, iso3, slug, as_seen=partial(queries.as_seen_by, request.user))


@login_not_required
def extension_list(request: HttpRequest) -> HttpResponse:
    """Extension requests under Articles 3 and 4 and what meetings decided."""
    on = as_of(request)
    return show_list(
        request,
        "extensions/extension_list.html",
        queries.lodged_or_considered(on),
        name="extension-requests",
        columns=COLUMNS,
        record=_record,
        filterset=AsOfForm(request.GET),
        on=on,
        drafts=_drafts_of(request.user),
        upcoming=[row for row in running_deadlines(on) if row.latest_submission and row.latest_submission >= on],
    )


def _drafts_of(user: Any) -> Any:
    """What is being written, for those who write it."""
    drafts = ExtensionDraft.objects.visible_to(user).filter(status="draft")
    return drafts.select_related("obligation__state") if user.is_authenticated else drafts.none()


def _record(extension: ExtensionDecision) -> dict[str, Any]:
    return {
        "iso3": extension.obligation.state_id,
        "state": extension.obligation.state.name,
        "clock": extension.obligation.limb,
        "number": extension.sequence,
        "meeting": extension.meeting.code if extension.meeting else "",
        "is_late": extension.came_late,  # type: ignore[attr-defined]
        "requested": extension.requested_on,
        "outcome": extension.outcome_on,  # type: ignore[attr-defined]
        "new_deadline": extension.granted_on,  # type: ignore[attr-defined]
        "document": extension.document,
        "source": extension.source,
    }


def flag_new(request: HttpRequest, pk: int) -> HttpResponse:
    """“We may not be able to complete in time”: the reason, and then the guided request for more time."""
    today = timezone.localdate()
    obligation, row = _own_clock(request, pk)
    flag = RiskFlag.objects.visible_to(request.user).raised_on(today).filter(obligation=obligation).first()
    form = RiskForm(request.POST if request.method == "POST" and not flag else None)
    if request.method == "POST" and (flag or form.is_valid()):
        by: User = request.user  # type: ignore[assignment]
        if flag:
            draft = actions.start_draft(obligation, by=by)
        else:
            draft = actions.raise_flag(obligation, reason=form.cleaned_data["reason"], by=by, today=today)
            messages.success(request, _("Recorded. Here is the guided request for more time; nobody else sees it yet."))
        return redirect("extensions:edit", draft.reference)
    context = {"form": form, "flag": flag, "row": row, "today": today, "obligation": obligation}
    return render(request, "extensions/flag_form.html", context, status=422 if form.errors else 200)


def _own_clock(request: HttpRequest, pk: int) -> tuple[Obligation, Row]:
    """A clock that runs, and for which this person may speak."""
    obligation = get_object_or_404(Obligation.objects.clocks().with_facts(), pk=pk)
    if not permissions.acts_for(access_of(request.user), obligation.state_id):
        raise PermissionDenied(_("A State, or the ISU on its behalf, says so of its own deadlines."))
    row = queries.clock_of(obligation, timezone.localdate())
    if row is None or not row.is_running:
        raise PermissionDenied(_("This clock does not run."))
    return obligation, row


@require_POST
def flag_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Withdraw a warning, or make it public."""
    flags = RiskFlag.objects.visible_to(request.user).raised_on(timezone.localdate())
    flag = get_object_or_404(flags.select_related("obligation__state"), obligation=pk)
    if step not in STEPS:
        raise Http404
    may = permissions.can_publish if step == "publish" else permissions.acts_for
    if not may(access_of(request.user), flag.obligation.state_id):
        raise PermissionDenied
    STEPS[step](flag, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("Recorded."))
    return redirect(flag.obligation.state)


def _visible_or_404(request: HttpRequest, reference: str) -> ExtensionDraft:
    return get_object_or_404(ExtensionDraft.objects.visible_to(request.user).for_detail(), reference=reference)


@login_not_required
def draft_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One request for more time: a draft with what it lacks, or what was lodged."""
    draft = _visible_or_404(request, reference)
    can_edit = request.user.is_authenticated and permissions.can_edit(request.user, draft)
    row = queries.clock_of(draft.obligation, draft.lodged_on or timezone.localdate())
    context = {
        "draft": draft,
        "row": row,
        "today": timezone.localdate(),
        "items": queries.items_of(draft),
        "check": queries.check(draft) if can_edit else None,
        "funding_total": queries.funding_total(draft),
        "new_deadline": draft.new_deadline(row.deadline) if row else None,
        "can_edit": can_edit,
    }
    return render(request, "extensions/draft_detail.html", context)


def draft_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """The guided request: the treaty's items, the figures, the funding table. Saved at any time."""
    draft = _visible_or_404(request, reference)
    if not permissions.can_edit(request.user, draft):  # type: ignore[arg-type]
        raise PermissionDenied(_("This request can no longer be edited."))
    today, data = timezone.localdate(), request.POST if request.method == "POST" else None
    row = queries.clock_of(draft.obligation, today)
    form = DraftForm(data, instance=draft, is_further=queries.is_further(draft.obligation))
    funding: Any = FundingFormSet(data, prefix="funding", initial=_funding_rows(draft, row))
    stocks: Any = StockFormSet(data, prefix="stocks", initial=_stock_rows(draft)) if form.article == 3 else None
    valid = data is not None and form.is_valid() & funding.is_valid() & (stocks is None or stocks.is_valid())
    if valid and form.has_currency_for(funding.lines()) and _save(request, form, funding, stocks):
        return redirect(draft)
    context = {
        "form": form,
        "funding": funding,
        "stocks": stocks,
        "failed": [table for table in (funding, stocks) if data is not None and table and not table.is_valid()],
        "draft": draft,
        "row": row,
        "today": today,
    }
    return render(request, "extensions/draft_form.html", context, status=200 if data is None else 422)


def _funding_rows(draft: ExtensionDraft, row: Row | None) -> list[dict[str, Any]]:
    """The stored lines; for a new table, the years that an extension would begin with."""
    lines = [{name: whole(getattr(line, name)) for name in FundingForm.base_fields} for line in draft.funding.all()]
    first = row.deadline.year if row else timezone.localdate().year
    return lines or [{"year": first + number} for number in range(YEARS_SUGGESTED)]


def _stock_rows(draft: ExtensionDraft) -> list[dict[str, Any]]:
    return [{name: getattr(line, name) for name in StockForm.base_fields} for line in draft.stocks.all()]


def _save(request: HttpRequest, form: DraftForm, funding: Any, stocks: Any) -> bool:
    """Save; what a rule forbids stands above the form, with everything typed kept."""
    try:
        actions.save_draft(
            form.save(commit=False),
            by=request.user,  # type: ignore[arg-type]
            funding=funding.lines(),
            stocks=stocks.lines() if stocks else [],
            expected_version=form.cleaned_data["version"] or 0,
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
    messages.success(request, _("Saved at %(time)s.") % {"time": timezone.now().strftime("%H:%M UTC")})
    return True


@require_POST
def draft_lodge(request: HttpRequest, reference: str) -> HttpResponse:
    """Lodge a complete draft."""
    draft = _visible_or_404(request, reference)
    if not permissions.can_edit(request.user, draft):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        lodged = actions.lodge_draft(draft, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        late = (
            _("It is marked as late: the last day was %(day)s.") % {"day": day(lodged.due_on)} if lodged.is_late else ""
        )
        messages.success(request, f"{_('Lodged. Everybody can read it now.')} {late}".strip())
    return redirect(draft)


@require_POST
def draft_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a draft away unlodged."""
    draft = _visible_or_404(request, reference)
    if not permissions.can_edit(request.user, draft):  # type: ignore[arg-type]
        raise PermissionDenied
    actions.withdraw_draft(draft, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The draft is withdrawn."))
    return redirect(draft.obligation.state)
