"""The only writers of country requests, splits and joinings. Each is one transaction with its audit entry."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import readers_of
from requests_app.actions import Refused, lock, save_request, start_request, submit_request, take_step
from requests_app.country_requests.domain.amounts import (
    NOTHING,
    Amounts,
    Impossible,
    Years,
    earliest,
    in_proportion,
    latest,
    put_together,
    taken_from,
    years_taken_from,
)
from requests_app.country_requests.models import CountryRequest, Joining, Line, Split
from requests_app.country_requests.queries import evidence_to_take, joinable_into, parts_to_take
from requests_app.country_requests.wording import lacking
from requests_app.domain import lifecycle
from requests_app.enums import Action, Channel, Part, Status, Visibility
from requests_app.models import PARTS, AssistanceRequest, EvidenceItem, SearchText
from requests_app.permissions import is_divisible
from requests_app.queries import deadline_at_stake
from requests_app.readings import PART_OF
from requests_app.shares.enums import ShareStatus
from requests_app.shares.queries import coverage_of
from requests_app.specifics.enums import AREA_OF_PART
from requests_app.specifics.models import CostYear
from requests_app.writing.actions import save_step
from requests_app.writing.steps import REVIEW

#: What the needs of one country request share, and a further need begins with.
SHARED = (
    "institution", "national_plan", "channel", "inform_coordinators", "visibility", "locks", "relayed_read_locked",
    "currency", "languages", "is_example",
)  # fmt: skip
#: What a part begins with besides: the same obligation, the same kinds of help, the same time.
ALIKE = (
    "obligation_id", "challenge", "consequence", "is_technical", "is_material", "is_financial", "desired_start",
    "desired_end", "partners",
)  # fmt: skip


@transaction.atomic
def start_country_request(first: AssistanceRequest, *, title: str, by: User) -> CountryRequest:
    """Make a request the first need of a country request."""
    found = CountryRequest(
        reference=f"{first.state_id}-CR-{uuid4().hex[:6].upper()}",  # by chance: a number would tell of hidden ones
        state_id=first.state_id,
        title=title,
        created_by=by,
        is_example=first.is_example,
    )
    found.save()
    _add_line(found, first)
    record_event("country request: begun", by=by, subject=found.reference, first=first.reference)
    return found


def _add_line(country_request: CountryRequest, request: AssistanceRequest) -> None:
    try:
        with transaction.atomic():
            Line.objects.create(country_request=country_request, request=request)
    except IntegrityError:
        raise Refused(_("This need belongs to a country request already.")) from None


@transaction.atomic
def add_need(country_request: CountryRequest, *, by: User) -> AssistanceRequest:
    """A further draft, beginning with what the first need says of institution, plan, channel and visibility."""
    first = AssistanceRequest.objects.filter(line__country_request=country_request).order_by("line__pk")[0]
    draft = start_request(country_request.state, by=by)
    _copy(first, draft, SHARED)
    draft.channel = _channel_of(first)
    save_request(draft, by=by, areas=[], evidence=[])
    _add_line(country_request, draft)
    record_event("country request: need added", by=by, subject=country_request.reference, need=draft.reference)
    return draft


def _copy(source: AssistanceRequest, target: AssistanceRequest, names: Iterable[str]) -> None:
    for name in names:
        setattr(target, name, getattr(source, name))


def _channel_of(source: AssistanceRequest) -> str:
    """What the State now writes itself goes to the ISU or the Coordinators, wherever its first need was said."""
    return source.channel if source.channel == Channel.ISU else Channel.COORDINATORS


@dataclass(frozen=True)
class Outcome:
    """What became of one draft: submitted, or what it still lacks."""

    request: AssistanceRequest
    lacks: list[str] = field(default_factory=list)


def submit_ready(drafts: Iterable[AssistanceRequest], *, by: User, today: date) -> list[Outcome]:
    """Submit each draft that is ready, each wholly or not at all; one that is not ready does not hold up the others."""
    return [_submit_one(draft, by=by, today=today) for draft in drafts]


def _submit_one(draft: AssistanceRequest, *, by: User, today: date) -> Outcome:
    try:
        with transaction.atomic():
            locked = lock(draft.pk)
            if locked.is_draft and (lacks := lacking([locked], by=by)[locked.pk]):
                return Outcome(locked, lacks)
            sent = save_step(locked, REVIEW, by=by, changes={}, expected_version=locked.version, submit_on=today)
            return Outcome(sent)
    except (Refused, lifecycle.NotAllowed) as refusal:
        return Outcome(draft, [str(refusal)])


@transaction.atomic
def split_request(
    original: AssistanceRequest,
    *,
    part: Mapping[str, Any],
    moved: Mapping[str, Any],
    remaining: str,
    expected_version: int,
    by: User,
    today: date,
    years: Years | None = None,
    staying: Collection[str] | None = None,
    evidence: Iterable[EvidenceItem] = (),
) -> AssistanceRequest:
    """Make a part of a request a need of its own under the same country request. `part` has its title, requirement
    and areas; `moved` the amounts that go with it, by which the original's fall; `remaining` the requirement and
    `staying` the areas that the original keeps, all of them where nothing is said; `years` what goes with it of the
    costs of each year, in proportion where that is not said; `evidence` what both rest on. What says more of an area
    that the original does not keep goes along with it. Of a submitted request the part is submitted too, and is as
    open as it to the same readers."""
    if not is_divisible(original):
        raise Refused(_("Only a draft, or an open request that the State has confirmed, can be split."))
    was_draft, areas = original.is_draft, [area.pk for area in original.areas.all()]
    if staying is not None:
        areas = [code for code in areas if code in staying]
    split = Split(original=original, on=today, by=by, currency=original.currency, **moved)
    whole = _amounts(original)
    _set_amounts(original, _taken_from(original, split))
    _refuse_less_than_is_promised(original)
    original.requirement = remaining
    save_request(original, by=by, areas=areas, evidence=[], expected_version=expected_version)
    line = Line.objects.filter(request=original).select_related("country_request").first()
    # Who may know of the part alone reads the common title: it does not repeat the original's.
    common = _("Needs of %(state)s") % {"state": original.state.name}
    country_request = line.country_request if line else start_country_request(original, title=common, by=by)
    new = start_request(original.state, by=by)
    _copy(original, new, (*SHARED, *ALIKE))
    new.channel = _channel_of(original)
    new.title, new.requirement = part["title"], part["requirement"]
    if original.states_parties_text or original.public_summary:
        new.visibility = Visibility.COORDINATORS_ISU  # until the State has written what others read of the part
    _set_amounts(new, _amounts(split))
    save_request(new, by=by, areas=part["areas"], evidence=_anew(evidence))
    _add_line(country_request, new)
    split.part = new
    split.save()
    moved_parts = _move_parts(original, new, {*part["areas"]} - {*areas})
    moved_years = _divide_years(original, new, whole, _amounts(split), years)
    if not was_draft:
        submit_request(new, by=by, today=today)
        take_step(original, Action.SPLIT, by=by, today=today, note=_("A part became a need of its own."))
        _tell_supporters(original, gettext_lazy("A part of %(reference)s is now a need of its own"), today)
    record_event(
        "request split", by=by, subject=original.reference, part=new.reference, years=moved_years, parts=moved_parts
    )
    return new


def _move_parts(original: AssistanceRequest, new: AssistanceRequest, areas: Collection[str]) -> list[str]:
    """What says more of an area goes where the area goes. Which parts went, for the audit trail."""
    moved = []
    for code, area in AREA_OF_PART.items():
        rows = AssistanceRequest._meta.get_field(code).related_model._default_manager.filter(request=original)  # type: ignore[union-attr]
        if area in areas and rows.update(request=new):
            moved.append(str(code))
    if moved and not original.is_draft:
        SearchText.objects.store(AssistanceRequest.objects.get(pk=original.pk).build_search_rows())
    return moved


def _anew(evidence: Iterable[EvidenceItem]) -> list[EvidenceItem]:
    """The same evidence for another request: the first keeps its own; the file is the same."""
    items = list(evidence)
    for item in items:
        _as_new(item)
    return items


def _as_new(row: Model) -> None:
    """Saved, it is a row beside the one that it was read from."""
    row.pk, row._state.adding = None, True


def _divide_years(
    original: AssistanceRequest, new: AssistanceRequest, whole: Amounts, part: Amounts, chosen: Years | None
) -> dict[int, str]:
    """Divide the costs by year between the original, whose row is locked by now, and its part; what went of each."""
    rows = {row.year: row for row in original.cost_years.all()}
    years = {year: Amounts(row.total, row.national, row.external, whole.currency) for year, row in rows.items()}
    try:
        moved = in_proportion(years, whole, part) if chosen is None else chosen
        left = years_taken_from(years, moved, whole, part)
    except Impossible as impossible:
        raise Refused(str(impossible)) from None
    for year, amounts in left.items():
        goes = moved.get(year, NOTHING)
        if not any((goes.total, goes.national, goes.external)):
            continue
        CostYear.objects.create(
            request=new, year=year, total=goes.total or 0, national=goes.national, external=goes.external
        )
        row = rows[year]
        row.total, row.national, row.external = amounts.total or 0, amounts.national, amounts.external
        if any((amounts.total, amounts.national, amounts.external)):
            row.save()
        else:
            row.delete()  # all of it went along
    return {year: str(goes.total) for year, goes in moved.items() if goes.total}


def _refuse_less_than_is_promised(original: AssistanceRequest) -> None:
    """Shares stay with the original: what remains of it is at least what they cover."""
    vars(original).pop("resources", None)  # computed from the amounts before
    if coverage_of(original, original.shares.standing().for_list()).exceeds:
        raise Refused(_("Supporters have taken on more than would remain of this request: move less of its amounts."))


def _amounts(record: AssistanceRequest | Split) -> Amounts:
    return Amounts(record.total_cost, record.national_share, record.external_secured, record.currency)


def _set_amounts(request: AssistanceRequest, amounts: Amounts) -> None:
    request.total_cost, request.national_share = amounts.total, amounts.national
    request.external_secured, request.currency = amounts.external, amounts.currency


def _taken_from(original: AssistanceRequest, split: Split) -> Amounts:
    try:
        return taken_from(_amounts(original), _amounts(split))
    except Impossible as impossible:
        raise Refused(str(impossible)) from None


@transaction.atomic
def join_requests(
    closing: AssistanceRequest, survivor: AssistanceRequest, *, requirement: str, by: User, today: date
) -> AssistanceRequest:
    """Close a request as withdrawn and carry on in another of the same State, with the areas, kinds and amounts of
    both and the sooner deadline; where no requirement is given it requires what both have said. Raises Refused where
    that cannot be."""
    rows = AssistanceRequest.objects.select_for_update().filter(pk__in=[closing.pk, survivor.pk]).order_by("pk")
    stored = {row.pk: row for row in rows}
    closing, survivor = stored[closing.pk], stored[survivor.pk]
    _refuse_impossible_joining(closing, survivor)
    try:
        _set_amounts(survivor, put_together(_amounts(survivor), _amounts(closing)))
    except Impossible as impossible:
        raise Refused(str(impossible)) from None
    survivor.requirement = requirement.strip() or f"{survivor.requirement}\n\n{closing.requirement}".strip()
    survivor.desired_start = earliest(survivor.desired_start, closing.desired_start)
    survivor.desired_end = latest(survivor.desired_end, closing.desired_end)
    survivor.obligation_id = _sooner_obligation(survivor, closing, today)
    goes_along = parts_to_take(closing, survivor, today)
    _keep_back(survivor, closing)
    for kind in closing.kinds:
        setattr(survivor, f"is_{kind.value}", True)
    areas = {area.pk for request in (survivor, closing) for area in request.areas.all()}
    _take_over_parts(survivor, closing, goes_along)
    _take_over_supporters(survivor, closing)
    evidence = _anew(evidence_to_take(closing, survivor, goes_along))
    save_request(survivor, by=by, areas=areas, evidence=evidence, expected_version=survivor.version)
    take_step(closing, Action.JOIN, by=by, today=today, note=_("Joined into another request of the State."))
    take_step(survivor, Action.TAKE_IN, by=by, today=today, note=_("Took in another request of the State."))
    Joining.objects.filter(survivor=closing).update(survivor=survivor)  # what was joined before is read from here too
    Joining.objects.create(closed=closing, survivor=survivor, on=today, by=by)
    _tell_supporters(closing, gettext_lazy("%(reference)s was joined into another request"), today)
    survivor.coalitions.add(*closing.coalitions.all())  # who works on the one works on both
    record_event("requests joined", by=by, subject=closing.reference, into=survivor.reference, evidence=len(evidence))
    survivor.refresh_from_db()
    return survivor


def _keep_back(survivor: AssistanceRequest, closing: AssistanceRequest) -> None:
    """What one of the two kept back stays back, also from those who read a text of their own in its place."""
    if closing.locks and not closing.relayed_read_locked:
        survivor.relayed_read_locked = False
    texts = ("states_parties_text", "public_summary")
    is_bared = any(getattr(closing, name) and not getattr(survivor, name) for name in texts)
    survivor.locks = sorted({*survivor.locks, *closing.locks, *([Part.REQUIREMENT] if is_bared else [])})


def _take_over_parts(survivor: AssistanceRequest, closing: AssistanceRequest, goes_along: Collection[Part]) -> None:
    """What depends on the areas goes along with what it is read with: the costs of each year are summed, and a part
    that the survivor lacks becomes its own. Figures on people stay behind where the survivor has its own."""
    years = {row.year: row for row in survivor.cost_years.all()}
    for row in closing.cost_years.all() if PART_OF["cost_years"] in goes_along else ():
        own = years.get(row.year, CostYear(request=survivor, year=row.year, total=0))
        own.total += row.total
        for name in ("national", "external"):
            if (more := getattr(row, name)) is not None:
                setattr(own, name, (getattr(own, name) or 0) + more)
        own.save()
    stated = [name for name in PARTS if hasattr(closing, name) and not hasattr(survivor, name)]
    taken = [name for name in stated if PART_OF[name] in goes_along]
    rows = [getattr(closing, name) for name in taken]
    if "victims" in taken and PART_OF["victim_figures"] in goes_along and not survivor.victim_figures.exists():
        rows += closing.victim_figures.all()
    for row in rows:
        _copy_to(survivor, row)


def _take_over_supporters(survivor: AssistanceRequest, closing: AssistanceRequest) -> None:
    """Who follows the closing request or has shown interest in it, and what was offered for it, does so here too."""
    for rows, there, key in (
        (closing.followings.all(), survivor.followings.all(), "supporter_id"),
        (closing.interests.standing(), survivor.interests.standing(), "supporter_id"),
        (closing.attached_offers.all(), survivor.attached_offers.all(), "offer_id"),
    ):
        known = {getattr(row, key) for row in there}
        for row in rows:
            if getattr(row, key) not in known:
                _copy_to(survivor, row)


def _copy_to(survivor: AssistanceRequest, row: Model) -> None:
    """The same row for the survivor; the closed request keeps its own, as it was."""
    _as_new(row)
    row.request = survivor  # type: ignore[attr-defined]
    row.save()


def _refuse_impossible_joining(closing: AssistanceRequest, survivor: AssistanceRequest) -> None:
    if closing.pk == survivor.pk:
        raise Refused(_("A request cannot be joined into itself."))
    if closing.state_id != survivor.state_id:
        raise Refused(_("Only requests of one State can be joined."))
    if Joining.objects.filter(closed__in=[closing, survivor]).exists():
        raise Refused(_("One of these requests was joined into another already."))
    if not lifecycle.is_possible(Action.JOIN, Status(closing.status)):
        raise Refused(
            _("%(reference)s is a draft, closed, or agreed with a supporter, who relies on it: it cannot be joined.")
            % {"reference": closing.reference}
        )
    if closing.confirmed_on is None or not joinable_into(closing).filter(pk=survivor.pk).exists():
        raise Refused(
            _("Both requests must be open and confirmed, and what was stated in one report stays with that report.")
        )
    if closing.shares.exclude(status=ShareStatus.WITHDRAWN).exists():
        raise Refused(
            _("Shares of supporters rest on %(reference)s: join the other request into it.")
            % {"reference": closing.reference}
        )


def _sooner_obligation(survivor: AssistanceRequest, closing: AssistanceRequest, today: date) -> int | None:
    """The obligation whose running deadline comes first; else the survivor's."""
    stakes = [(request.obligation_id, deadline_at_stake(request, today)) for request in (survivor, closing)]
    running = [(stake.deadline, pk) for pk, stake in stakes if stake and stake.is_running and stake.deadline]
    return min(running)[1] if running else survivor.obligation_id or closing.obligation_id


def _tell_supporters(request: AssistanceRequest, subject: Promise, today: date) -> None:
    """Those to whom it was relayed learn that what they studied has changed; the link shows what they may read."""
    relays = request.relays.select_related("supporter")
    queue_mails(
        User.objects.holding(today, *(readers_of(relay.supporter) for relay in relays)),
        subject=lambda: str(subject) % {"reference": request.reference},
        body=lambda: _("A step was recorded on this request."),
        path=request.get_absolute_url(),
    )
