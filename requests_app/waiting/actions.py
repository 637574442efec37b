"""The only writers of silence procedures, yearly and closing questions, alarms, openings and time limits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import Letter, queue_letters, queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User, party_of
from ccm_portal.accounts.posts import HANDLERS, ISU, Post, focal_points_of
from requests_app.actions import (
    Refused,
    change_visibility,
    coordinators_told,
    lock,
    relay_request,
)
from requests_app.domain.lifecycle import CLOSED, OPEN, NotAllowed, next_status
from requests_app.enums import Action, AnswerKind, Status, Visibility
from requests_app.models import Answer, AssistanceRequest, Relay, RequestEvent, Supporter
from requests_app.permissions import is_kept_to_isu
from requests_app.shares.models import Share
from requests_app.waiting.domain.calendar import QUESTIONS, add_working_days, is_to_be_asked, questions_due
from requests_app.waiting.enums import AlarmReason, Limit, Purpose, SilenceResult
from requests_app.waiting.models import (
    Alarm,
    Holiday,
    NeedMet,
    Opening,
    Silence,
    TimeLimit,
    ValidityCheck,
    known_limits,
)
from requests_app.waiting.queries import RECENT, calling_for

LIST = "/requests/waiting/"


@dataclass
class Done:
    """What a nightly run changed."""

    alarms: int = 0
    cleared: int = 0
    asked: int = 0
    silences: int = 0
    questions: int = 0

    @property
    def number(self) -> int:
        return self.alarms + self.cleared + self.asked + self.silences + self.questions


@transaction.atomic
def run_clocks(on: date) -> Done:
    """All that a day asks for: alarms, yearly questions, the ends of silence procedures, questions after closing. A
    fixed number of queries, however many requests, beside those of the silence procedures that end. Any number of runs
    on a day do it once."""
    known_limits.forget()
    done = Done()
    done.silences = _end_silences(on)
    done.cleared = _clear_alarms(on)
    done.alarms = _raise_alarms(on)
    focal_points = User.objects.focal_points_by_state(on)
    done.asked = _ask_whether_valid(on, focal_points)
    done.questions = _ask_whether_met(on, focal_points)
    if done.number:
        record_event("clocks run", by=None, subject=on, **vars(done))
    return done


# --- alarms ---------------------------------------------------------------------------------------------------------


def _clear_alarms(on: date) -> int:
    standing = Alarm.objects.filter(cleared_on=None)
    return sum(
        standing.filter(reason=reason).exclude(request__in=calling_for(reason, on).values("pk")).update(cleared_on=on)
        for reason in AlarmReason
    )


def _raise_alarms(on: date) -> int:
    raised, is_kept = [], []
    for reason in AlarmReason:
        known = Alarm.objects.filter(reason=reason, cleared_on=None).values("request")
        rows = calling_for(reason, on).filter(submitted_on__gte=on - RECENT, confirmed_on__isnull=False)
        for request in rows.exclude(pk__in=known).only("channel", "inform_coordinators"):
            raised.append(Alarm(request=request, reason=reason, raised_on=on))
            is_kept.append(is_kept_to_isu(request))
    Alarm.objects.bulk_create(raised)
    if raised:
        queue_mails(
            User.objects.holding(on, *([ISU] if all(is_kept) else HANDLERS)),
            subject=lambda: _("Requests have waited for too long"),
            body=lambda: _("The list shows what waits on whom, the longest first."),
            path=LIST,
            kind=MailKind.HANDLING,
        )
    return len(raised)


# --- once a year: still valid? ----------------------------------------------------------------------------------------

VALID_SALT = "waiting.still-valid"


def valid_token(check: ValidityCheck, reader: User) -> str:
    """The secret of one focal point's link to answer one yearly question."""
    return signing.dumps([check.pk, reader.pk], salt=VALID_SALT)


def _ask_whether_valid(on: date, focal_points: dict[str, list[User]]) -> int:
    last = ValidityCheck.objects.filter(request=OuterRef("pk")).order_by().values("request")
    rows = AssistanceRequest.objects.filter(status__in=OPEN, confirmed_on__isnull=False).annotate(
        last_asked_on=Subquery(last.annotate(last=Max("asked_on")).values("last"))
    )
    due_on = on + timedelta(days=known_limits()[Limit.STILL_VALID])
    checks = [
        ValidityCheck(request=row, asked_on=on, due_on=due_on)
        for row in rows.only("reference", "state", "submitted_on")
        if is_to_be_asked(row.submitted_on, row.last_asked_on, on)  # type: ignore[arg-type]
    ]
    ValidityCheck.objects.bulk_create(checks)
    queue_letters(
        [_valid_letter(check, reader) for check in checks for reader in focal_points.get(check.request.state_id, [])],
        kind=MailKind.REQUESTS,
    )
    return len(checks)


def _valid_letter(check: ValidityCheck, reader: User) -> Letter:
    reference = check.request.reference

    def subject() -> str:
        return _("Is request %(reference)s still valid?") % {"reference": reference}

    return Letter(
        reader,
        subject,
        lambda: _("Please confirm it with one click; you need not sign in."),
        reverse("waiting:still_valid", args=[valid_token(check, reader)]),
        about=check.request.get_absolute_url(),
    )


@transaction.atomic
def confirm_valid(check: ValidityCheck, *, by: User, now: datetime) -> bool:
    """Record that the need still stands. Returns whether it was the first answer; earlier questions have it too."""
    request = lock(check.request_id)
    open_ones = ValidityCheck.objects.unanswered().filter(request=request)
    if not open_ones.update(answered_at=now, answered_by=by):
        return False
    status = next_status(Action.STILL_VALID, Status(request.status))
    RequestEvent.objects.create(
        request=request, on=timezone.localdate(now), actor=by, action=Action.STILL_VALID, from_status=status,
        to_status=status,
    )  # fmt: skip
    record_event(f"request: {Action.STILL_VALID}", by=by, subject=request.reference)
    return True


# --- silence procedures -----------------------------------------------------------------------------------------------


def last_day_to_stop(on: date) -> date:
    """The end of a silence procedure that starts on a day: working days, Monday to Friday without verified holidays."""
    holidays = set(Holiday.objects.filter(is_verified=True, day__gt=on).values_list("day", flat=True))
    return add_working_days(on, known_limits()[Limit.SILENCE], holidays)


@transaction.atomic
def start_silence(
    request: AssistanceRequest,
    purpose: Purpose,
    *,
    by: User,
    today: date,
    supporters: Iterable[Supporter] = (),
    visibility: str = "",
    note: str = "",
    is_example: bool = False,
) -> Silence:
    """Say what will happen to a request's text unless somebody who is asked stops it in time."""
    locked = lock(request.pk)
    if Silence.objects.running().filter(request=locked).exists():
        raise Refused(_("A silence procedure is running for this request already."))
    silence = Silence.objects.create(
        request=locked, purpose=purpose, visibility=visibility, started_on=today, started_by=by,
        ends_on=last_day_to_stop(today), note=note, is_example=is_example,
    )  # fmt: skip
    silence.supporters.set(supporters)
    record_event("silence started", by=by, subject=locked.reference, purpose=purpose, ends=str(silence.ends_on))
    posts = [focal_points_of(locked.state_id)] if purpose == Purpose.CIRCULATE else _all_handlers(locked)
    asked = User.objects.holding(today, *posts)
    _tell(silence, asked, lambda: _("Silence procedure on %(reference)s") % {"reference": locked.reference})
    return silence


def _all_handlers(request: AssistanceRequest) -> list[Post]:
    return [ISU, *coordinators_told(request)]


def _both_sides(request: AssistanceRequest, today: date) -> list[User]:
    return User.objects.holding(today, focal_points_of(request.state_id), *_all_handlers(request))


def _tell(silence: Silence, people: Iterable[User], subject: object) -> None:
    queue_mails(
        people,
        subject=subject,  # type: ignore[arg-type]
        body=lambda: _("Its page says what is meant to happen, until which day it can be stopped, and by whom."),
        path=f"{silence.request.get_absolute_url()}silence/",
    )


@transaction.atomic
def stop_silence(silence: Silence, *, by: User, today: date, reason: str) -> Silence:
    """Stop it: nothing is circulated and nothing released."""
    locked = Silence.objects.select_for_update(of=("self",)).select_related("request__state").get(pk=silence.pk)
    if not locked.is_running:
        raise Refused(_("This silence procedure has ended already."))
    if not reason.strip():
        raise Refused(_("Say why the silence procedure is stopped."))
    locked.result, locked.ended_on, locked.stopped_by, locked.reason = SilenceResult.STOPPED, today, by, reason
    locked.save()
    reference = locked.request.reference
    record_event("silence stopped", by=by, subject=reference)
    people = _both_sides(locked.request, today)
    _tell(locked, people, lambda: _("Silence procedure on %(reference)s: stopped") % {"reference": reference})
    return locked


def _end_silences(on: date) -> int:
    """Those whose last day has passed without a stop: what was meant to happen happens, if it still may."""
    over = Silence.objects.select_for_update(of=("self",)).running().filter(ends_on__lt=on)
    ended = list(over.select_related("request__state", "started_by").prefetch_related("supporters"))
    for silence in ended:
        try:
            with transaction.atomic():
                _carry_out(silence, on)
            silence.result = SilenceResult.CARRIED_OUT
        except (Refused, NotAllowed) as refusal:
            silence.result, silence.reason = SilenceResult.NOT_POSSIBLE, str(refusal)
        silence.ended_on = on
        silence.save()
        reference = silence.request.reference
        record_event("silence ended", by=None, subject=reference, result=silence.result)
        people = _both_sides(silence.request, on)
        _tell(silence, people, lambda r=reference: _("Silence procedure on %(reference)s: ended") % {"reference": r})
    return len(ended)


def _carry_out(silence: Silence, on: date) -> None:
    request, by = silence.request, silence.started_by
    if silence.purpose == Purpose.PUBLISH:
        if not request.is_open:
            raise Refused(_("The request is closed."))
        change_visibility(request, silence.visibility, by=by)
        return
    since = Relay.objects.filter(request=request, sent_on__gte=silence.started_on).values("supporter")
    supporters = silence.supporters.exclude(pk__in=since).select_related("state", "organisation")
    relay_request(request, supporters, by=by, today=on, note=silence.note, again=True)


#: From the narrowest to the widest circle of readers.
CIRCLES = (Visibility.COORDINATORS_ISU, Visibility.MATCH_PARTIES, Visibility.STATES_PARTIES, Visibility.PUBLIC)


def wider_than(visibility: str) -> list[Visibility]:
    """To which circles of readers a request may still be released."""
    return list(CIRCLES[CIRCLES.index(Visibility(visibility)) + 1 :])


# --- after closing: was the need met? ---------------------------------------------------------------------------------


def _ask_whether_met(on: date, focal_points: dict[str, list[User]]) -> int:
    """Ask the requesting State, and the supporters that said they can help or took on a share, 3 and 12 months after a
    closing."""
    longest = on - timedelta(days=31 * max(QUESTIONS.values()))
    closings = RequestEvent.objects.filter(
        to_status__in=set(CLOSED) - {Status.WITHDRAWN}, on__gte=longest, request__status__in=CLOSED
    ).exclude(from_status__in=CLOSED)
    due = {
        (event.request_id, months): event
        for event in closings.select_related("request")
        for months in questions_due(event.on, on)
    }
    asked = set(
        NeedMet.objects.filter(request__in=closings.values("request")).values_list("request", "months", "supporter")
    )
    helping: dict[int, dict[int, Supporter]] = defaultdict(dict)
    offers = Answer.objects.filter(kind=AnswerKind.OFFER, relay__request__in=closings.values("request"))
    for answer in offers.select_related("relay__supporter__state", "relay__supporter__organisation"):
        helping[answer.relay.request_id][answer.relay.supporter_id] = answer.relay.supporter
    for share in Share.objects.standing().filter(request__in=closings.values("request")).for_list():
        if share.agreed:
            helping[share.request_id][share.supporter_id] = share.supporter
    questions = [
        NeedMet(request=event.request, months=months, supporter=supporter, asked_on=on)
        for (request, months), event in due.items()
        for supporter in [None, *helping[request].values()]
        if (request, months, supporter.pk if supporter else None) not in asked
    ]
    NeedMet.objects.bulk_create(questions)
    people = focal_points | User.objects.partners_by_organisation(on) if questions else {}
    queue_letters(
        [letter for question in questions for letter in _met_letters(question, people)], kind=MailKind.REQUESTS
    )
    return len(questions)


def _met_letters(question: NeedMet, people: dict[str, list[User]]) -> list[Letter]:
    """To the focal points of a State (by its code) or the people of an organisation (by its number)."""
    request, supporter = question.request, question.supporter
    party = (supporter.state_id or str(supporter.organisation_id)) if supporter else request.state_id

    def subject() -> str:
        return _("Two questions about %(reference)s") % {"reference": request.reference}

    def body() -> str:
        return _("The request was closed some months ago. Was the need met?")

    return [Letter(person, subject, body, f"{request.get_absolute_url()}need-met/") for person in people.get(party, [])]


@transaction.atomic
def answer_need_met(question: NeedMet, *, answer: str, text: str, by: User, today: date) -> NeedMet:
    """Record what one side says; it may be corrected, and the audit trail keeps both."""
    locked = NeedMet.objects.select_for_update(of=("self",)).select_related("request").get(pk=question.pk)
    locked.answer, locked.text, locked.answered_on, locked.answered_by = answer, text, today, by
    locked.save()
    record_event("need met?", by=by, subject=locked.request.reference, months=locked.months, answer=answer)
    return locked


# --- who reads, and how long things may take --------------------------------------------------------------------------


def note_opening(request: AssistanceRequest, *, by: User, today: date) -> None:
    """Keep that somebody of a State, an organisation or an office opened a request on a day: one statement, and the
    same one again changes nothing."""
    opening = Opening(request=request, reader=party_of(by), on=today)
    Opening.objects.bulk_create([opening], ignore_conflicts=True)


@transaction.atomic
def set_limit(step: Limit, *, days: int, reason: str, by: User) -> TimeLimit:
    """The ISU gives a step other days."""
    limit, _is_new = TimeLimit.objects.update_or_create(step=step, defaults={"days": days, "reason": reason})
    known_limits.forget()
    record_event("time limit set", by=by, subject=step, days=days, reason=reason)
    return limit
