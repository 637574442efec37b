"""Pages of coalitions, work plans and case studies."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from ccm_portal.register.forms import WordsForm
from ccm_portal.register.picking import narrowed
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from coalitions import actions, permissions, queries
from coalitions.forms import CoalitionFilter, CoalitionForm, CommitmentForm
from coalitions.models import CaseStudy, Coalition, WorkPlan
from requests_app.forms import attempt
from requests_app.models import AssistanceRequest
from requests_app.queries import deadline_at_stake
from requests_app.shares.forms import offers_of
from requests_app.shares.models import Share

COLUMNS = ["name", "lead", "label", "status", "started_on", "ended_on", "members", "outcome", "source", "example"]


@login_not_required
def coalition_list(request: HttpRequest) -> HttpResponse:
    """Country Coalitions and partnerships that worked like one."""
    on = as_of(request)
    form = CoalitionFilter(request.GET)
    rows = Coalition.objects.visible_to(request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = rows.filter(**{key: chosen[key] for key in ("status", "label") if chosen.get(key)})
    if reference := chosen.get("request"):
        asked = AssistanceRequest.objects.visible_to(request.user).filter(reference=reference)
        found = found.filter(requests__in=asked)
    return show_list(
        request,
        "coalitions/coalition_list.html",
        narrowed(found.select_related("lead"), chosen.get("q") or "").with_members(),
        name="coalitions",
        columns=COLUMNS,
        record=_record,
        filterset=form,
        active=rows.active_on(on).count(),
        on=on,
    )


def _record(coalition: Coalition) -> dict[str, Any]:
    return {
        "name": coalition.name,
        "lead": coalition.lead.name,
        "label": coalition.label,
        "status": coalition.status,
        "started_on": coalition.started_on,
        "ended_on": coalition.ended_on,
        "members": [str(member) for member in coalition.members.all()],
        "outcome": coalition.outcome,
        "source": coalition.source,
        "example": coalition.is_example,
    }


def _visible_or_404(request: HttpRequest, slug: str) -> Coalition:
    return get_object_or_404(Coalition.objects.visible_to(request.user).with_members(), slug=slug)


@login_not_required
def coalition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One coalition: who, for what, and what was committed, as far as the visitor may read it."""
    coalition = _visible_or_404(request, slug)
    user, today = request.user, as_of(request)
    sees_ledger = permissions.sees_ledger(user, coalition)
    visible = AssistanceRequest.objects.visible_to(user).filter(coalitions=coalition).single(today)
    asked = [(item, deadline_at_stake(item, today)) for item in visible]
    context = {
        "coalition": coalition,
        "asked": asked,
        "ledger": queries.ledger_of(coalition, today) if sees_ledger else None,
        "can_confirm": user.is_authenticated and permissions.can_confirm(user, coalition),
        "can_commit": user.is_authenticated and permissions.can_commit(user, coalition),
        "obligations": coalition.obligations.all(),
    }
    return render(request, "coalitions/coalition_detail.html", context)


def coalition_proposal(request: HttpRequest, iso3: str) -> HttpResponse:
    """Who could form a coalition for a State's open requests, what else would do, and what changes if one drops out."""
    visible = AssistanceRequest.objects.visible_to(request.user).filter(state=iso3.upper()).open().counted()
    known = list(visible.select_related("state").prefetch_related("areas").order_by("reference"))
    if not known:
        raise Http404
    asked = [item for item in known if permissions.can_propose(request.user, item)]  # type: ignore[arg-type]
    if not asked:
        raise PermissionDenied(_("A coalition is formed by the affected State, or proposed to it by the Coordinators."))
    proposal = queries.propose(asked, timezone.localdate())
    dropped = request.GET.get("without", "")
    plan = proposal.without(dropped) if dropped in proposal.plan.codes else proposal.plan
    members = proposal.members(plan)
    context = {
        "state": asked[0].state,
        "proposal": proposal,
        "plan": plan,
        "members": members,
        "dropped": proposal.ranked[dropped].supporter.name if plan is not proposal.plan else "",
        "uncovered": proposal.uncovered(plan),
        "to_release": proposal.to_release(members),
        "alternatives": [(proposal.names(other), other) for other in proposal.alternatives()],
        "draft": urlencode(
            [
                *(("request", item.reference) for item in proposal.requests),
                *(("member", f"{member.ranked.supporter.code}:{member.role.value}") for member in members),
            ]
        ),
    }
    return render(request, "coalitions/coalition_proposal.html", context)


def coalition_new(request: HttpRequest) -> HttpResponse:
    """Found a coalition around one or several requests of a State; a proposal fills in its members."""
    visible = AssistanceRequest.objects.visible_to(request.user).select_related("state", "obligation")
    found = visible.filter(reference__in=request.GET.getlist("request")).prefetch_related("areas").order_by("reference")
    requests = list(found)
    if not requests or len({item.state_id for item in requests}) > 1:
        raise Http404
    asked = requests[0]
    if not all(permissions.can_propose(request.user, item) for item in requests):  # type: ignore[arg-type]
        raise PermissionDenied(_("A coalition is formed by the affected State, or proposed to it by the Coordinators."))
    form = CoalitionForm(
        request.POST or None,
        initial={"name": _("Country Coalition for %(state)s") % {"state": asked.state.name}},
        members=request.GET.getlist("member"),
        beside=queries.on_the_same_articles(requests),
    )
    if request.method == "POST" and form.is_valid():
        coalition = actions.propose_coalition(
            form.save(commit=False),
            requests=requests,
            members=form.members(),
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
        )
        messages.success(request, _("The coalition is recorded."))
        return redirect(coalition)
    context = {"form": form, "asked": asked, "requests": requests, "existing": queries.existing_structures(asked.state)}
    return render(request, "coalitions/coalition_form.html", context, status=422 if form.errors else 200)


@require_POST
def coalition_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """The affected State takes the lead."""
    coalition = _visible_or_404(request, slug)
    if not permissions.can_confirm(request.user, coalition):  # type: ignore[arg-type]
        raise PermissionDenied
    actions.confirm_coalition(coalition, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("You lead this coalition now."))
    return redirect(coalition)


def commitment_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a commitment."""
    user: User = request.user  # type: ignore[assignment]
    coalition = _visible_or_404(request, slug)
    if not permissions.can_commit(user, coalition):
        raise PermissionDenied(_("Commitments are recorded by the coalition's parties, the Coordinators and the ISU."))
    members = [member.supporter for member in coalition.members.all()]
    if not (permissions.leads(user, coalition) or user.access.sees_all_requests):
        members = permissions.own_memberships(user, coalition)
    today = timezone.localdate()
    share = Share()
    form = CommitmentForm(
        request.POST or None,
        instance=share,
        supporters=list({supporter.code: supporter for supporter in members}.values()),
        offers=offers_of(user, today, members),
        requests=AssistanceRequest.objects.visible_to(user).filter(coalitions=coalition),
        initial={"from_year": today.year, "to_year": today.year},
    )
    if request.method == "POST" and form.is_valid():
        share.supporter = form.cleaned_data["supporter"]
        if attempt(form, lambda: actions.record_commitment(share, coalition=coalition, by=user, today=today)):
            messages.success(request, _("The commitment is recorded."))
            return redirect(coalition)
    context = {"form": form, "coalition": coalition}
    return render(request, "coalitions/commitment_form.html", context, status=422 if form.errors else 200)


@login_not_required
def work_plan_list(request: HttpRequest) -> HttpResponse:
    """Work plans of the Coordinators and the ISU."""
    plans, form = WorkPlan.objects.select_related("office", "up_to"), WordsForm(request.GET)
    return show_list(
        request,
        "coalitions/work_plan_list.html",
        narrowed(plans.prefetch_related("activities"), form.typed),
        name="work-plans",
        columns=["name", "office", "starts", "ends", "source"],
        record=lambda plan: {
            "name": plan.name,
            "office": plan.office.name if plan.office else "",
            "starts": plan.starts,
            "ends": plan.ends,
            "source": plan.source,
        },
        filterset=form,
    )


@login_not_required
def work_plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One work plan with its activities and its quarters."""
    plans = WorkPlan.objects.select_related("office", "action_plan", "up_to")
    related = ("activities__actions__plan", "activities__decisions__meeting", "steps__activity")
    plan = queries.with_named_holders(get_object_or_404(plans.prefetch_related(*related), slug=slug))
    context = {"plan": plan, "quarters": queries.quarters(list(plan.steps.all())), "today": timezone.localdate()}
    return render(request, "coalitions/work_plan_detail.html", context)


@login_not_required
def case_study_list(request: HttpRequest) -> HttpResponse:
    """Partnerships outside the Convention from which one can learn."""
    form = WordsForm(request.GET)
    return show_list(
        request,
        "coalitions/case_study_list.html",
        narrowed(CaseStudy.objects.all(), form.typed),
        name="case-studies",
        columns=["name", "actors", "year", "link", "text", "source", "verified", "example"],
        record=lambda study: {
            "name": study.name,
            "actors": study.actor_list,
            "year": study.year,
            "link": study.link,
            "text": study.text,
            "source": study.source,
            "verified": study.is_verified,
            "example": study.is_example,
        },
        filterset=form,
    )
