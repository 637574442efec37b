"""Pages of requests, relays and suggestions. Fetch through `visible_to`, ask permission, call an action."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, CharField, Exists, OuterRef, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import Access, access_of, party_of
from ccm_portal.statements import Slot, made_once
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from requests_app import actions, permissions, queries, readings
from requests_app.domain.files import safe_name
from requests_app.domain.lifecycle import PLAIN_STEPS, NotAllowed
from requests_app.domain.reading import INSIDERS
from requests_app.enums import Action
from requests_app.filters import RequestFilter
from requests_app.forms import (
    AnswerForm,
    RecordedNeedForm,
    RelayForm,
    StepForm,
    VisibilityForm,
)
from requests_app.models import (
    AssistanceRequest,
    EvidenceItem,
    Offer,
    Relay,
    RequestEvent,
    RequestQuerySet,
    Supporter,
    sign_off_of,
)
from requests_app.readings import Reading

#: What a nested app adds to a request's page, given the request as its visitor reads it and the visitor's own relay.
Panel = Callable[[HttpRequest, AssistanceRequest, Reading, Relay | None], dict[str, Any]]
#: What such a panel reads of the request on a day, in the statement that fetches it.
Facts = Callable[[RequestQuerySet, Access, date], RequestQuerySet]

NOT_RELAYED = gettext_lazy("This request was not relayed to you, or it is closed.")
SHOWN = 15  # suggestions before "show all"
SHORTLIST = 10  # requests put before a supporter: a shortlist, not a catalogue
COLUMNS = [
    "reference", "state", "title", "areas", "kinds", "status", "submitted_on", "currency", "total_cost", "gap",
    "evidence", "visibility", "channel", "visit", "not_shared", "example",
]  # fmt: skip


@login_not_required
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests that the visitor may know of."""
    visible = AssistanceRequest.objects.visible_to(request.user)
    chosen = RequestFilter(request.GET, visible.submitted(), request=request)
    return show_list(
        request,
        "requests_app/request_list.html",
        chosen.qs,
        name="requests",
        columns=COLUMNS,
        record=_request_record,
        prepare=lambda rows: readings.readings(access_of(request.user), queries.with_labels(rows)),
        by_key=chosen.by_key,
        is_dear=bool(request.GET.get("q", "").strip()),
        filterset=chosen,
        can_request=request.user.is_authenticated and permissions.can_request(request.user),
        can_record=request.user.is_authenticated and permissions.can_record(request.user),
        handles=access_of(request.user).sees_all_requests,
        enters_forms=access_of(request.user).is_isu,
    )


def _request_record(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "state": row.state.name,
        "title": row.title,
        "areas": row.area_labels,
        "kinds": [kind.label for kind in row.kinds],
        "status": getattr(row, "status_on", row.status),
        "submitted_on": row.submitted_on,
        "currency": row.currency,
        "total_cost": row.total_cost,
        "gap": row.resources.gap if row.resources else None,
        "evidence": row.evidence_level,
        "visibility": row.visibility,
        "channel": row.channel,
        "visit": row.is_visit,
        "not_shared": [part.label for part in row.withheld],
        "example": row.is_example,
    }


@made_once
def _one_request(access: Access, on: date, facts: tuple[Facts, ...]) -> RequestQuerySet:
    """A request with all that its page shows on a day; the reader may know of it."""
    rows = AssistanceRequest.objects.visible_to(access).for_detail()
    for with_facts in facts:
        rows = with_facts(rows, access, on)
    return rows.filter(reference=Slot("reference", CharField()))


def _visible_or_404(request: HttpRequest, reference: str, facts: Sequence[Facts] = ()) -> AssistanceRequest:
    statement = _one_request(access_of(request.user), timezone.localdate(), tuple(facts))
    found = statement.ask(reference=reference, party=party_of(request.user))
    if not found:
        raise Http404
    return found[0]


@login_not_required
def request_detail(
    request: HttpRequest, reference: str, panels: Sequence[Panel] = (), facts: Sequence[Facts] = ()
) -> HttpResponse:
    """One request, as far as the visitor may read it; nested apps add what they know as `panels` (see `urls.py`)."""
    asked = queries.with_details(_visible_or_404(request, reference, facts))
    own_relay = _own_relay(request, asked)
    reading = readings.read_by(access_of(request.user), asked, relayed=own_relay is not None)
    today = as_of(request)
    relatives = queries.relatives_of(asked, request.user, today)
    sees_relays = permissions.can_see_relays(request.user, asked)
    holders = [one for one in (asked, *relatives.taken_in) if getattr(one, "has_relays", True)]
    relays = queries.relay_lines(holders) if sees_relays and holders else []
    context = {
        "relatives": relatives,
        "line": getattr(asked, "line", None),
        "place": relatives.number_of(asked) if asked in relatives.needs else 0,
        **reading_context(asked, reading, today),
        "relays": relays,
        # a relay of a request that was joined into this one does not open this one: whoever relays decides anew
        "asked_before": queries.asked_before(relays, asked) if asked.is_open else [],
        "is_carried_on_unseen": own_relay is not None and hasattr(asked, "joined_into") and not relatives.taken_by,
        "own_relay": own_relay,
        "answer_form": AnswerForm() if own_relay and permissions.can_answer(request.user, own_relay) else None,  # type: ignore[arg-type]
        "steps": permissions.steps_open_to(request.user, asked),
        "step_form": StepForm(),
        "discusses": own_relay is not None and own_relay.discusses,  # type: ignore[attr-defined]
        **_rights(request, asked),
    }
    for panel in panels:
        context |= panel(request, asked, reading, own_relay)
    context["next"] = _next_step(context)
    return render(request, "requests_app/request_detail.html", context)


@made_once
def _events() -> "QuerySet[RequestEvent]":
    rows = RequestEvent.objects.filter(request=Slot("request", BigIntegerField())).select_related("actor")
    return rows.only("on", "action", "from_status", "to_status", "note", "actor__name")


def _next_step(page: dict[str, Any]) -> str:
    """What the reader would do next: of all the buttons of a request's page, the one that stands out."""
    answered = any(relay.answers for relay in page["relays"])
    may_ask = page["handles"] and page["asked"].is_open
    steps = {
        "confirm": page["can_confirm"],
        "still_valid": page.get("asked_valid"),
        "sign": page["signs"] and page["sign_off"].signed_version != page["sign_off"].request.version,
        "edit": page["can_edit"],
        "answer": page["answer_form"] and not page["own_relay"].answers.all(),
        "interest": page.get("can_follow") and not page["own_relay"] and not page["has_shown_interest"],
        "match": may_ask and not answered,
        "share": page.get("can_pledge") and not page["is_owner"],
    }
    return next((step for step, is_open in steps.items() if is_open), "")


def reading_context(asked: AssistanceRequest, reading: readings.Reading, today: date) -> dict[str, Any]:
    """What a request's page shows to whoever reads it."""
    return {
        "asked": reading,
        "stated": getattr(reading, "stated_in", None),
        "today": today,
        "stake": queries.deadline_at_stake(asked, today),
        "events": queries.history_for(_events().ask(request=asked.pk), in_full=reading.audience in INSIDERS),
    }


def _rights(request: HttpRequest, asked: AssistanceRequest) -> dict[str, Any]:
    user, access = request.user, access_of(request.user)
    writes = permissions.writes_with_state(user, asked)
    sign_off = sign_off_of(asked) if writes and asked.is_draft else None
    return {
        "is_owner": permissions.owns(access, asked),
        "writes": writes,
        "sign_off": sign_off,
        "signs": sign_off is not None and sign_off.post_id == user.pk,
        "handles": permissions.is_handled_by(access, asked) and not asked.is_draft,
        "sees_relays": permissions.can_see_relays(user, asked),
        "can_edit": user.is_authenticated and permissions.can_edit(user, asked),
        "can_split": user.is_authenticated and permissions.can_split(user, asked),
        "can_join": user.is_authenticated and permissions.can_join(user, asked),
        "can_confirm": permissions.can_confirm(user, asked),
    }


def _own_relay(request: HttpRequest, asked: AssistanceRequest) -> Relay | None:
    """The relay by which this visitor's State or organisation was asked."""
    access = access_of(request.user)
    if permissions.owns(access, asked) or (access.state is None and access.organisation is None):
        return None
    return next(iter(_relays_to(access).ask(reference=asked.reference)), None)


@made_once
def _relays_to(access: Access) -> "QuerySet[Relay]":
    talks = Supporter.objects.filter(pk=OuterRef("supporter"), discussions__request=OuterRef("request"))
    relays = _of_request(Relay.objects.addressed_to(access))
    return relays.annotate(discusses=Exists(talks)).prefetch_related("answers")[:1]


@made_once
def _relays_known_to(access: Access) -> "QuerySet[Relay]":
    return _of_request(Relay.objects.known_to(access))[:1]


def _of_request(relays: "QuerySet[Relay]") -> "QuerySet[Relay]":
    of_request = relays.filter(request__reference=Slot("reference", CharField()))
    return of_request.select_related("supporter__state", "supporter__organisation", "request")


def _relay_or_refuse(request: HttpRequest, reference: str) -> Relay:
    """The relay that this visitor acts on: one query. Raises Http404 where the visitor may not know of the request, and
    PermissionDenied where it was not relayed to the visitor."""
    access = access_of(request.user)
    relay = next(iter(_relays_known_to(access).ask(reference=reference)), None)
    if relay is None or permissions.owns(access, relay.request):
        _visible_or_404(request, reference)
        raise PermissionDenied(NOT_RELAYED)
    return relay


@require_POST
def request_opened(request: HttpRequest, reference: str) -> HttpResponse:
    """A supporter takes up the request relayed to it."""
    relay = _relay_or_refuse(request, reference)
    actions.mark_opened(relay, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return redirect("requests:detail", reference)


def request_record(request: HttpRequest) -> HttpResponse:
    """The ISU or a Coordinator enters what a State has said in a report or at a meeting."""
    if not permissions.can_record(request.user):  # type: ignore[arg-type]
        raise PermissionDenied(_("Only the ISU and the Coordinators record what a State has said."))
    today = timezone.localdate()
    draft = AssistanceRequest(created_by=request.user)
    form = RecordedNeedForm(request.POST or None, instance=draft, today=today)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        asked = actions.record_need(
            form.save(commit=False),
            form.stated(),
            areas=chosen["areas"],
            said_on=chosen["said_on"],
            by=request.user,  # type: ignore[arg-type]
            today=today,
        )
        messages.success(request, _("Recorded as %(ref)s.") % {"ref": asked.reference})
        return redirect(asked)
    return render(request, "requests_app/request_record.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def request_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """A State confirms a need that somebody else read in its words."""
    asked = _visible_or_404(request, reference)
    if not permissions.can_confirm(request.user, asked):
        raise PermissionDenied(_("There is nothing for you to confirm here."))
    actions.confirm_need(asked, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("Confirmed: the need counts from today."))
    return redirect(asked)


@require_POST
def request_step(request: HttpRequest, reference: str, action: str) -> HttpResponse:
    """Take a plain step of the life cycle."""
    asked = _visible_or_404(request, reference)
    if action not in PLAIN_STEPS:
        raise Http404
    if not permissions.can_step(request.user, asked, Action(action)):  # type: ignore[arg-type]
        raise PermissionDenied(_("This step is not open to you now."))
    form = StepForm(request.POST)
    if form.is_valid() and _take_step(request, asked, Action(action), form):
        messages.success(request, _("Recorded."))
        return redirect(asked)
    context = {"asked": asked, "form": form, "step": Action(action)}
    return render(request, "requests_app/request_step.html", context, status=422)


def _take_step(request: HttpRequest, asked: AssistanceRequest, step: Action, form: StepForm) -> bool:
    note = form.cleaned_data["note"]
    try:
        actions.take_step(asked, step, by=request.user, today=timezone.localdate(), note=note)  # type: ignore[arg-type]
    except (actions.Refused, NotAllowed) as refusal:
        form.add_error("note", str(refusal))
        return False
    return True


def request_visibility(request: HttpRequest, reference: str) -> HttpResponse:
    """The requesting State decides who may know of its request."""
    asked = _visible_or_404(request, reference)
    if not permissions.can_change_visibility(request.user, asked):  # type: ignore[arg-type]
        raise PermissionDenied
    form = VisibilityForm(request.POST or None, initial={"visibility": asked.visibility})
    if request.method == "POST" and form.is_valid():
        actions.change_visibility(asked, form.cleaned_data["visibility"], by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Recorded."))
        return redirect(asked)
    return render(request, "requests_app/request_visibility.html", {"form": form, "asked": asked})


def request_matches(request: HttpRequest, reference: str) -> HttpResponse:
    """Ranked supporters for one request, with reasons; from here it is relayed."""
    visible = AssistanceRequest.objects.visible_to(request.user).select_related("state").prefetch_related("areas")
    asked = get_object_or_404(visible, reference=reference)
    access = request.user.access  # type: ignore[union-attr]
    if asked.is_draft or not (permissions.is_handled_by(access, asked) or permissions.owns(access, asked)):
        raise PermissionDenied(_("Suggestions are for the requesting State, the Coordinators and the ISU."))
    can_relay = permissions.can_step(request.user, asked, Action.RELAY)  # type: ignore[arg-type]
    form = RelayForm(request.POST or None)
    if request.method == "POST" and can_relay and form.is_valid() and _relay(request, asked, form):
        return redirect(asked)
    today = timezone.localdate()
    ranked = queries.ranked_supporters(asked, today, limit=None if "all" in request.GET else SHOWN)
    for item in ranked:
        item.supporter.may_receive = permissions.may_receive(asked, item.supporter, on=today)  # type: ignore[attr-defined]
    context = {
        "asked": asked,
        "form": form,
        "can_relay": can_relay,
        "ranked": ranked,
        "interested": asked.interests.standing().select_related("supporter__state", "supporter__organisation"),
        "attached": _attached(request, asked),
        "attachable": _attachable(request, asked) if can_relay else [],
        "chosen": request.POST.getlist("supporters"),
        "shown": SHOWN,
    }
    return render(request, "requests_app/request_matches.html", context, status=422 if form.errors else 200)


def _attached(request: HttpRequest, asked: AssistanceRequest) -> Any:
    """The offers put with a request that the visitor may know of."""
    known = asked.attached_offers.filter(offer__in=Offer.objects.visible_to(request.user).values("pk"))
    return known.select_related("offer__supporter__state", "offer__supporter__organisation")


def _attachable(request: HttpRequest, asked: AssistanceRequest) -> Any:
    """Open offers that are not with the request yet."""
    offers = Offer.objects.may_be_attached(request.user, timezone.localdate())
    others = offers.exclude(attached_to__request=asked).exclude(supporter__state=asked.state_id)
    return others.select_related("supporter__state", "supporter__organisation").order_by("title")


def _relay(request: HttpRequest, asked: AssistanceRequest, form: RelayForm) -> bool:
    chosen = form.cleaned_data
    try:
        relays = actions.relay_request(
            asked,
            chosen["supporters"].select_related("state", "organisation"),
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
            note=chosen["note"],
            again=chosen["again"],
        )
    except (actions.Refused, NotAllowed) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Relayed to %(n)s supporters.") % {"n": len(relays)})
    return True


@require_POST
def request_answer(request: HttpRequest, reference: str) -> HttpResponse:
    """A supporter answers the request relayed to it."""
    relay = _relay_or_refuse(request, reference)
    if not permissions.can_answer(request.user, relay):  # type: ignore[arg-type]
        raise PermissionDenied(NOT_RELAYED)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = {"asked": relay.request, "answer_form": form, "own_relay": relay}
        return render(request, "requests_app/request_answer.html", context, status=422)
    answer = form.cleaned_data
    actions.answer_relay(relay, kind=answer["kind"], text=answer["text"], by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("Your answer was sent to the requesting State and the Coordinators."))
    return redirect(relay.request)


@login_not_required
def evidence_file(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """A file of evidence, to those who may read the request; always as a download, never shown in the browser."""
    asked = _visible_or_404(request, reference)
    item = get_object_or_404(EvidenceItem, pk=pk, request=asked)
    if not item.file or not readings.read_by(access_of(request.user), asked).shares_files:
        raise Http404
    if request.user.is_authenticated:
        record_event("file downloaded", by=request.user, subject=reference, file=item.file_name)
    response = FileResponse(
        item.file.open("rb"), as_attachment=True, filename=item.file_name or safe_name(str(item.file))
    )
    response["Content-Type"] = "application/octet-stream"
    return response


def matching(request: HttpRequest) -> HttpResponse:
    """Where matching starts: for those who handle requests the open ones, for supporters the ones that fit them."""
    access = request.user.access  # type: ignore[union-attr]
    if not (access.sees_all_requests or access.state or access.organisation):
        raise PermissionDenied(_("Matching is for States, supporters, the Coordinators and the ISU."))
    rows = AssistanceRequest.objects.visible_to(request.user).open().select_related("state").order_by("-submitted_on")
    supporter = supporter_of(request)
    handled = rows if access.sees_all_requests else rows.none()
    others = rows.exclude(state=access.state) if access.state else rows
    context = {
        "handles": access.sees_all_requests,
        "waiting": handled.filter(relays__isnull=True)[:25],
        "relayed": handled.filter(relays__isnull=False).distinct()[:25],
        "supporter": supporter,
        "fitting": queries.requests_fitting(supporter, others[:200], timezone.localdate(), access=access)[:SHORTLIST]
        if supporter
        else [],
        "followed": others.filter(followings__supporter=supporter)[:25] if supporter else [],
        "own": rows.filter(state=access.state)[:25] if access.state else [],
    }
    return render(request, "requests_app/matching.html", context)


def supporter_of(request: HttpRequest) -> Supporter | None:
    """The supporter that the visitor speaks for."""
    access = access_of(request.user)
    supporters = Supporter.objects.select_related("state", "organisation")
    if access.state:
        return supporters.filter(state=access.state).first()
    return supporters.filter(organisation=access.organisation).first() if access.organisation else None


def matching_weights(request: HttpRequest) -> HttpResponse:
    """The table of points that rankings use, with each line that the ISU has changed and why."""
    access = request.user.access  # type: ignore[union-attr]
    if not (access.sees_all_requests or access.state or access.organisation):
        raise PermissionDenied(_("Matching is for States, supporters, the Coordinators and the ISU."))
    return render(
        request, "requests_app/matching_weights.html", {"lines": queries.weight_lines(), "is_isu": access.is_isu}
    )
