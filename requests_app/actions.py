"""The only writers of requests, relays and answers. Each is one transaction with its audit entry and mails."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import BigIntegerField, CharField, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import audit_event, queue_mails, record_event
from ccm_portal.accounts.models import Access, AuditEvent, User
from ccm_portal.accounts.posts import COOPERATION_COORDINATORS, ISU, Post, focal_points_of, readers_of
from ccm_portal.register.models import State
from ccm_portal.statements import Slot, made_once
from requests_app.domain.lifecycle import NOTE_REQUIRED, next_status
from requests_app.domain.needs import evidence_level
from requests_app.enums import NUMBERED, Action, AnswerKind, Channel, Part, ReleaseAct, Status, TextState, Visibility
from requests_app.models import (
    Answer,
    AssistanceRequest,
    EvidenceItem,
    Relay,
    RequestEvent,
    RequestQuerySet,
    SearchText,
    StatedIn,
    Supporter,
    sign_off_of,
)
from requests_app.overviews import reminder_due_from, silent_relays
from requests_app.permissions import is_kept_to_isu, may_receive, owns
from requests_app.wording import awaits_sign_off

#: What a State decides about who reads its request, and under which name the audit trail keeps a change of it.
RELEASE_FIELDS = {
    "visibility": ReleaseAct.VISIBILITY,
    "states_parties_text": ReleaseAct.STATES_PARTIES_TEXT,
    "public_summary": ReleaseAct.PUBLIC_SUMMARY,
    "locks": ReleaseAct.LOCKS,
    "relayed_read_locked": ReleaseAct.RELAYED_READ_LOCKED,
}
#: What no invited author changes.
OWNERS_FIELDS = (*RELEASE_FIELDS, "channel", "inform_coordinators")
TEXT_FIELDS = ("states_parties_text", "public_summary")


class Refused(Exception):
    """A write that a rule forbids; the message is for the person who tried, beside a field of the form if it names
    one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class EditedMeanwhile(Refused):
    """Somebody else saved the same record since this person opened it; `version` is the one now stored."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


def start_request(state: State, *, by: User) -> AssistanceRequest:
    """An unsaved draft of a State's request, under a provisional reference."""
    return AssistanceRequest(reference=f"DRAFT-{uuid4().hex[:10].upper()}", state=state, created_by=by)


@transaction.atomic
def save_request(
    request: AssistanceRequest,
    *,
    by: User,
    areas: Iterable[str] | None = None,
    evidence: Iterable[EvidenceItem] = (),
    removed_evidence: Iterable[EvidenceItem] = (),
    expected_version: int | None = None,
    submit_on: date | None = None,
    also: Callable[[], object] | None = None,
) -> AssistanceRequest:
    """Save what a form changed, with its areas (codes; None leaves them) and evidence; with `submit_on`, submit it; and
    what `also` writes, all in one transaction.

    Raises EditedMeanwhile where another save came first, and Refused where a submission lacks its main words.
    """
    evidence, removed_evidence, is_new = list(evidence), list(removed_evidence), request.pk is None
    if areas is not None or is_new:
        areas = list(areas or ())
    stored = None if is_new else _lock_for_save(request)
    if submit_on:
        _refuse_incomplete(request)
        is_touched = bool(evidence or removed_evidence)
        _refuse_unreleased_text(request, stored, by=by, is_changed=lambda: is_touched or _is_changed(request, areas))
    trail: list[AuditEvent] = []
    if stored is None:
        request.evidence_level = evidence_level([item.is_complete for item in evidence])
    else:
        _take_version(request, stored, expected_version, by=by)
        trail += _changes_of_release(request, stored, by=by)
        if evidence or removed_evidence:
            _store_evidence(request, evidence, removed_evidence)
            request.evidence_level = request.compute_evidence_level()
    if submit_on:
        trail.append(_number_and_date(request, submit_on, by=by))
    request.save()
    if areas is not None:
        request.areas.set(areas)  # type: ignore[arg-type]  # by code
    if is_new:
        _store_evidence(request, evidence, ())
    if not request.is_draft:
        SearchText.objects.store(request.build_search_rows(areas), is_new=submit_on is not None)
    trail.append(audit_event("request saved", by=by, subject=request.reference, version=request.version, new=is_new))
    if submit_on:
        trail.append(_step(request, Action.SUBMIT, Status.DRAFT, by=by, today=submit_on))
        _tell_handlers(request, submit_on)
    AuditEvent.objects.bulk_create(trail)
    if also:
        also()
    return request


@transaction.atomic
def record_need(
    request: AssistanceRequest, stated: StatedIn, *, areas: Iterable[str], said_on: date, by: User, today: date
) -> AssistanceRequest:
    """Enter a need that a State has stated in an Article 7 report or at a meeting, with its own words.

    What was said at a formal meeting is public and the State's word; what was read in a report, or heard informally,
    counts only after the State has confirmed it.
    """
    is_formal = request.channel == Channel.FORMAL_MEETING
    is_informal = request.channel == Channel.INFORMAL_MEETING
    request.visibility = Visibility.COORDINATORS_ISU if is_informal else Visibility.PUBLIC
    _enter(request, areas=areas, said_on=said_on, confirmed_on=said_on if is_formal else None, by=by, today=today)
    stated.request = request
    stated.save()
    if not is_formal:
        _ask_to_confirm(request, today)
    return request


def _enter(
    request: AssistanceRequest,
    *,
    areas: Iterable[str],
    evidence: Iterable[EvidenceItem] = (),
    said_on: date,
    confirmed_on: date | None,
    by: User,
    today: date,
) -> None:
    """Put in as submitted what a State has said elsewhere than in the portal."""
    request.status = next_status(Action.RECORD, Status(request.status))
    request.reference = _next_reference(request.state_id, said_on.year)
    request.submitted_on, request.confirmed_on = said_on, confirmed_on
    areas = list(areas)
    request.save()
    request.areas.set(areas)  # type: ignore[arg-type]  # by code
    _store_evidence(request, evidence, ())
    SearchText.objects.store(request.build_search_rows(areas), is_new=True)
    _record_step(request, Action.RECORD, Status.DRAFT, by=by, today=today)


def _ask_to_confirm(request: AssistanceRequest, today: date) -> None:
    queue_mails(
        User.objects.focal_points(request.state_id, today),
        subject=lambda: _("Please confirm a need: %(reference)s") % {"reference": request.reference},
        body=lambda: _("A need was recorded from your words. It counts only once you have confirmed it."),
        path=request.get_absolute_url(),
    )


@transaction.atomic
def enter_for_state(
    request: AssistanceRequest,
    *,
    areas: Iterable[str],
    evidence: Iterable[EvidenceItem],
    received_on: date,
    is_signed: bool,
    by: User,
    today: date,
    also: Callable[[], object],
) -> AssistanceRequest:
    """Enter a request that a State has written on the form and sent to the ISU, and what `also` writes of it, all in
    one transaction. With a note verbale (`is_signed`) it is the State's word; without, it counts once the State has
    confirmed it. Raises Refused where its main words are missing."""
    _refuse_incomplete(request)
    evidence = list(evidence)
    request.evidence_level = evidence_level([item.is_complete for item in evidence])
    confirmed_on = received_on if is_signed else None
    _enter(request, areas=areas, evidence=evidence, said_on=received_on, confirmed_on=confirmed_on, by=by, today=today)
    request.is_being_entered = True
    also()
    request.is_being_entered = False
    if is_signed:
        queue_mails(
            User.objects.focal_points(request.state_id, today),
            subject=lambda: _("Your request is in the portal: %(reference)s") % {"reference": request.reference},
            body=lambda: _(
                "The ISU has entered what you sent with a note verbale. Please read whether all is as meant."
            ),
            path=request.get_absolute_url(),
        )
    else:
        _ask_to_confirm(request, today)
    _tell_handlers(request, today)
    return request


@transaction.atomic
def confirm_need(request: AssistanceRequest, *, by: User, today: date) -> AssistanceRequest:
    """The State's word that what was read in its report, or heard at a meeting, is its need."""
    locked = lock(request.pk)
    before = Status(locked.status)
    next_status(Action.CONFIRM, before)
    if locked.confirmed_on is None:
        locked.confirmed_on = today
        locked.save(update_fields=["confirmed_on", "updated_at"])
        _record_step(locked, Action.CONFIRM, before, by=by, today=today)
    return locked


@made_once
def _stored() -> RequestQuerySet:
    """What a save asks of the stored request; locked until the end of the transaction. It asks nothing of other tables:
    whoever had to wait for the lock would be told what they held before."""
    rows = AssistanceRequest.objects.select_for_update(of=("self",)).only("version", *OWNERS_FIELDS)
    return rows.filter(pk=Slot("pk", BigIntegerField()))


@made_once
def _whole() -> RequestQuerySet:
    rows = AssistanceRequest.objects.select_for_update(of=("self",)).select_related("state")
    return rows.filter(pk=Slot("pk", BigIntegerField()))


def lock(request: int) -> AssistanceRequest:
    """The stored request with its State, by its key; nobody else writes it until the transaction ends."""
    (stored,) = _whole().ask(pk=request)
    return stored  # type: ignore[no-any-return]


def _lock_for_save(request: AssistanceRequest) -> AssistanceRequest:
    (stored,) = _stored().ask(pk=request.pk)
    return stored  # type: ignore[no-any-return]


def _take_version(request: AssistanceRequest, stored: AssistanceRequest, expected: int | None, *, by: User) -> None:
    if expected is not None and stored.version != expected:
        message = _(
            "Somebody else has saved this request since you opened it. Open it in another window to compare; what you "
            "typed is kept below, and saving again puts it in the place of theirs."
        )
        raise EditedMeanwhile(message, stored.version)
    request.version = stored.version + 1
    if not owns(by.access, request) and any(getattr(stored, name) != getattr(request, name) for name in OWNERS_FIELDS):
        raise Refused(_("Only the focal point of the State decides to whom the request goes and who may know of it."))


def _changes_of_release(request: AssistanceRequest, before: AssistanceRequest, *, by: User) -> Iterator[AuditEvent]:
    """What the State has changed of who reads what: from where to where, and never the texts themselves."""
    for field, action in RELEASE_FIELDS.items():
        old, new = getattr(before, field), getattr(request, field)
        if field in TEXT_FIELDS:
            old, new = _written(old), _written(new, rewritten=bool(old) and new != old)
        if old != new:
            yield audit_event(action, by=by, subject=request.reference, before=old, after=new)


def _written(text: str, *, rewritten: bool = False) -> str:
    if not text:
        return TextState.NONE
    return TextState.REWRITTEN if rewritten else TextState.WRITTEN


def _store_evidence(request: AssistanceRequest, items: Iterable[EvidenceItem], removed: Iterable[EvidenceItem]) -> None:
    for item in removed:
        item.delete()
    for item in items:
        item.request = request
        item.save()


@transaction.atomic
def submit_request(request: AssistanceRequest, *, by: User, today: date) -> AssistanceRequest:
    """Give a saved draft its reference number and put it before the Coordinators in office, or the ISU."""
    _refuse_incomplete(request)
    stored = _lock_for_save(request)
    _refuse_unreleased_text(request, stored, by=by, is_changed=lambda: stored.version != request.version)
    _number_and_date(request, today, by=by).save()
    request.save()
    SearchText.objects.store(request.build_search_rows(), is_new=True)
    _record_step(request, Action.SUBMIT, Status.DRAFT, by=by, today=today)
    _tell_handlers(request, today)
    return request


def _refuse_incomplete(request: AssistanceRequest) -> None:
    if not request.challenge.strip() or not request.requirement.strip():
        raise Refused(_("A request needs its challenge and its requirement before it can be submitted."))


def _is_changed(request: AssistanceRequest, areas: list[str] | None) -> bool:
    """Whether a save would change what is stored. The row is locked, so that it holds until the save."""
    stored = AssistanceRequest.objects.get(pk=request.pk)
    names = [field.attname for field in AssistanceRequest._meta.concrete_fields if field.name != "updated_at"]
    if any(getattr(stored, name) != getattr(request, name) for name in names):
        return True
    return areas is not None and set(areas) != set(stored.areas.values_list("pk", flat=True))


def _refuse_unreleased_text(
    request: AssistanceRequest, stored: AssistanceRequest | None, *, by: User, is_changed: Callable[[], bool]
) -> None:
    """Focal points submit, and nobody before the sign-off that the State has asked for is given to this very text."""
    if not owns(by.access, request):
        raise Refused(_("Only the focal point of the State submits its requests."))
    if stored is None:
        return
    asked = sign_off_of(request)
    if asked and (is_changed() or asked.signed_version != request.version):
        raise Refused(awaits_sign_off(asked.post.name))


def _number_and_date(request: AssistanceRequest, today: date, *, by: User) -> AuditEvent:
    """What the audit trail keeps of it is still to be written."""
    request.status = next_status(Action.SUBMIT, Status(request.status))
    drafted_as, request.reference = request.reference, _next_reference(request.state_id, today.year)
    request.submitted_on = request.confirmed_on = today
    return audit_event(NUMBERED, by=by, subject=request.reference, drafted_as=drafted_as)


def _tell_handlers(request: AssistanceRequest, today: date) -> None:
    queue_mails(
        User.objects.holding(today, *_handlers(request)),
        subject=lambda: _("New request for assistance: %(reference)s") % {"reference": request.reference},
        body=lambda: _("%(state)s has submitted a request for assistance.") % {"state": request.state.name},
        path=request.get_absolute_url(),
    )


STATE = Slot("state", CharField())


@made_once
def _numbering() -> "QuerySet[State]":
    return State.objects.select_for_update().only("pk").filter(pk=STATE)


@made_once
def _last_number() -> "QuerySet[AssistanceRequest, str]":
    given = AssistanceRequest.objects.filter(state=STATE, reference__startswith=Slot("prefix", CharField()))
    return given.order_by(Length("reference").desc(), "-reference").values_list("reference", flat=True)[:1]


def _next_reference(iso3: str, year: int) -> str:
    """The State's next number of the year. The State's row is locked, so that no number is given twice."""
    prefix = f"{iso3}-{year}-"
    _numbering().ask(state=iso3)
    last = next(iter(_last_number().ask(state=iso3, prefix=prefix)), None)
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:03d}"


def _handlers(request: AssistanceRequest) -> list[Post]:
    """Those who are told of a new request: the ISU if it goes there, and the Coordinators unless the State objects."""
    return [*([ISU] if request.channel == Channel.ISU else []), *coordinators_told(request)]


def coordinators_told(request: AssistanceRequest) -> list[Post]:
    """The Coordinators in office, and nobody where the State keeps its request to the ISU."""
    return [] if is_kept_to_isu(request) else [COOPERATION_COORDINATORS]


def _record_step(
    request: AssistanceRequest, action: Action, before: Status, *, by: User, today: date, note: str = ""
) -> None:
    _step(request, action, before, by=by, today=today, note=note).save()


def _step(
    request: AssistanceRequest, action: Action, before: Status, *, by: User, today: date, note: str = ""
) -> AuditEvent:
    """What the audit trail keeps of it is still to be written."""
    RequestEvent.objects.create(
        request=request, on=today, actor=by, action=action, from_status=before, to_status=request.status, note=note
    )
    return audit_event(f"request: {action}", by=by, subject=request.reference, status=request.status)


@transaction.atomic
def take_step(
    request: AssistanceRequest, action: Action, *, by: User, today: date, note: str = ""
) -> AssistanceRequest:
    """Move a request along its life cycle. Raises NotAllowed for a jump and Refused where words are missing."""
    locked = lock(request.pk)
    before = Status(locked.status)
    locked.status = next_status(action, before)
    if action in NOTE_REQUIRED and not note.strip():
        raise Refused(_("Please say in a few words what is asked or what came of it."))
    if locked.status in {Status.MET, Status.PARTLY_MET, Status.UNMET}:
        locked.outcome = note
    locked.version += 1
    locked.save()
    _record_step(locked, action, before, by=by, today=today, note=note)
    others = _handlers(locked) if by.access.state else [focal_points_of(locked.state_id)]
    queue_mails(
        User.objects.holding(today, *others),
        subject=lambda: (
            _("Request %(reference)s: %(status)s")
            % {"reference": locked.reference, "status": Status(locked.status).label}
        ),
        body=lambda: _("A step was recorded on this request."),
        path=locked.get_absolute_url(),
    )
    return locked


@transaction.atomic
def change_visibility(request: AssistanceRequest, visibility: str, *, by: User) -> AssistanceRequest:
    """The requesting State's recorded act of widening or narrowing who may know of its request."""
    locked = lock(request.pk)
    before = copy(locked)
    locked.visibility = Visibility(visibility)
    return _store_release(locked, before, by=by)


@transaction.atomic
def change_reading(
    request: AssistanceRequest,
    *,
    states_parties_text: str,
    public_summary: str,
    locks: Iterable[str],
    relayed_read_locked: bool,
    by: User,
    expected_version: int | None = None,
) -> AssistanceRequest:
    """The requesting State's recorded act of saying what those read who may know of its request. Raises EditedMeanwhile
    where another save came first."""
    locked = lock(request.pk)
    before = copy(locked)
    if expected_version is not None and locked.version != expected_version:
        raise EditedMeanwhile(
            _(
                "Somebody else has saved this request since you opened it. What you typed is kept below, and saving "
                "again puts it in the place of theirs."
            ),
            locked.version,
        )
    locked.states_parties_text, locked.public_summary = states_parties_text.strip(), public_summary.strip()
    locked.locks, locked.relayed_read_locked = [Part(code).value for code in locks], relayed_read_locked
    return _store_release(locked, before, by=by)


def _store_release(request: AssistanceRequest, before: AssistanceRequest, *, by: User) -> AssistanceRequest:
    request.version += 1
    request.save()
    if not request.is_draft:
        SearchText.objects.store(request.build_search_rows())
    AuditEvent.objects.bulk_create(_changes_of_release(request, before, by=by))
    return request


@transaction.atomic
def relay_request(
    request: AssistanceRequest,
    supporters: Iterable[Supporter],
    *,
    by: User,
    today: date,
    note: str = "",
    again: bool = False,
) -> list[Relay]:
    """Put a request before chosen supporters, one tracked relay each. Raises Refused where the State has not released
    it to one of them, or where one was asked before and `again` does not confirm."""
    supporters = list(supporters)
    locked = lock(request.pk)
    if not supporters:
        raise Refused(_("Choose at least one supporter."))
    if any(supporter.state_id == locked.state_id for supporter in supporters):
        raise Refused(_("A State is not asked to help itself."))
    _refuse_unreleased(locked, supporters, today)
    before_relays = Relay.objects.filter(request=locked, supporter__in=supporters)
    asked = [
        relay.supporter.name for relay in before_relays.select_related("supporter__state", "supporter__organisation")
    ]
    if asked and not again:
        raise Refused(
            _("Already relayed to %(names)s. Tick “relay again” if you mean to.") % {"names": ", ".join(sorted(asked))}
        )
    before = Status(locked.status)
    locked.status = next_status(Action.RELAY, before)
    locked.save(update_fields=["status", "updated_at"])
    relays = [
        Relay.objects.create(request=locked, supporter=supporter, sent_on=today, sent_by=by, note=note)
        for supporter in supporters
    ]
    names = ", ".join(supporter.name for supporter in supporters)
    _record_step(locked, Action.RELAY, before, by=by, today=today, note=names)
    for supporter in supporters:
        queue_mails(
            User.objects.holding(today, readers_of(supporter)),
            subject=lambda: _("Request for assistance relayed to you: %(reference)s") % {"reference": locked.reference},
            body=lambda: _("The Coordinators on international cooperation and assistance relay this request to you."),
            path=locked.get_absolute_url(),
        )
    return relays


def _refuse_unreleased(request: AssistanceRequest, supporters: list[Supporter], today: date) -> None:
    refused = [supporter.name for supporter in supporters if not may_receive(request, supporter, on=today)]
    if refused:
        raise Refused(
            _("%(state)s has not released this request to: %(names)s. Ask it to widen the visibility first.")
            % {"state": request.state.name, "names": ", ".join(refused)}
        )


def mark_opened(relay: Relay, *, by: User, at: datetime) -> None:
    """Note when the supporter first opened a relayed request."""
    if Relay.objects.filter(pk=relay.pk, opened_at__isnull=True).update(opened_at=at):
        record_event("relay opened", by=by, subject=relay.request.reference, supporter=relay.supporter.code)


@transaction.atomic
def answer_relay(relay: Relay, *, kind: str, text: str, by: User, today: date) -> Answer:
    """Record a supporter's answer and tell the requesting State and those who relayed."""
    request = lock(relay.request_id)
    before = Status(request.status)
    request.status = next_status(Action.ANSWER, before)
    request.save(update_fields=["status", "updated_at"])
    answer = Answer.objects.create(relay=relay, kind=AnswerKind(kind), text=text, answered_on=today, answered_by=by)
    if relay.answered_on is None:
        Relay.objects.filter(pk=relay.pk, answered_on__isnull=True).update(answered_on=today)
    _record_step(request, Action.ANSWER, before, by=by, today=today, note=f"{relay.supporter.name}: {answer.kind}")
    queue_mails(
        User.objects.holding(today, focal_points_of(request.state_id), *_handlers(request)),
        subject=lambda: (
            _("%(supporter)s has answered request %(reference)s")
            % {"supporter": relay.supporter.name, "reference": request.reference}
        ),
        body=AnswerKind(kind).label,
        path=request.get_absolute_url(),
    )
    return answer


@transaction.atomic
def remind_silent(on: date) -> list[Relay]:
    """Remind the supporters, once for each relay, of what was relayed to them and waits for their answer.

    Nobody is reminded of what the State has not released to them any more, nor of a relay that a later one replaced.
    """
    sent_until = reminder_due_from(on)
    due = silent_relays(Relay.objects.filter(reminded_on__isnull=True, sent_on__lte=sent_until), on)
    reminded = []
    for relay in due.select_related("request", "supporter__state", "supporter__organisation"):
        supporter, request = relay.supporter, relay.request
        if request.confirmed_on is None or not may_receive(request, supporter, on=on):
            continue
        told = _remind(User.objects.holding(on, readers_of(supporter)), request)
        if told:
            Relay.objects.filter(pk=relay.pk).update(reminded_on=on)
            record_event("relay reminded", by=None, subject=request.reference, supporter=supporter.code)
            reminded.append(relay)
    return reminded


def _remind(people: Iterable[User], request: AssistanceRequest) -> int:
    return queue_mails(
        people,
        subject=lambda: _("Reminder: request %(reference)s waits for your answer") % {"reference": request.reference},
        body=lambda: _(
            "A request for assistance was relayed to you. Any answer helps, also that you are unable to help."
        ),
        path=request.get_absolute_url(),
    )


def own_supporter(access: Access) -> Supporter:
    """The supporter that a person speaks for; an unsaved one for a State or organisation that is on no list of donors
    yet: anybody may offer."""
    rows = Supporter.objects.select_related("state", "organisation")
    if access.state:
        return rows.filter(state=access.state).first() or Supporter(code=access.state.iso3, state=access.state)
    party = access.organisation
    if party is None:
        raise Refused(_("You speak for no State and no organisation."))
    return rows.filter(organisation=party).first() or Supporter(code=party.code, organisation=party)
