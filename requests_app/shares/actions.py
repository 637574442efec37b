"""The only writers of shares, their steps, deliveries and outcomes. Each is one transaction with its audit entry and
mails."""

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import focal_points_of, readers_of
from requests_app.actions import Refused, answer_relay, lock, take_step
from requests_app.domain.lifecycle import is_possible
from requests_app.enums import Action, AnswerKind, Status
from requests_app.models import AssistanceRequest, Offer, Supporter
from requests_app.permissions import owns
from requests_app.readings import read_by
from requests_app.shares.domain.steps import Extent, can_become, is_all_delivered
from requests_app.shares.enums import AMENDED, ShareStatus, Side
from requests_app.shares.models import BothSides, Delivery, DeliveryPart, Outcome, Share, ShareStep
from requests_app.shares.permissions import can_amend, side_of
from requests_app.shares.queries import coverage_with


@transaction.atomic
def pledge_share(share: Share, *, by: User, today: date) -> Share:
    """A supporter takes on a part of a request. One side's word: it waits for the other to confirm it. Raises Refused
    where more than the whole need would be covered, or where nobody else's State helps itself."""
    request = lock(share.request_id)
    if not request.is_open:
        raise Refused(_("This request is not open any more."))
    if share.supporter.state_id == request.state_id:
        raise Refused(_("A State does not take a share of its own request; its own part is the national share."))
    share.recorded_on, share.recorded_by, share.status = today, by, ShareStatus.PLEDGED
    _refuse_more_than_the_need(request, share, by=by)
    if share.offer_id:
        _refuse_more_than_is_left(share, Share(), today)
    if share.supporter.pk is None:
        share.supporter.save()
        share.supporter = share.supporter  # the key that it has only now
    share.save()
    _add_step(share, ShareStatus.PLEDGED, by=by, today=today)
    if side_of(by, share) == Side.SUPPORTER:
        _answer_what_was_relayed(share, by=by, today=today)
    return share


#: What of a pledge may be amended. For whom it is, and out of which offer, stays: that is another pledge.
AMENDABLE = (
    "kind", "description", "amount", "currency", "quantity", "unit", "percent", "from_year", "to_year", "due_on",
    "condition", "is_public",
)  # fmt: skip


@transaction.atomic
def amend_pledge(share: Share, *, seen_step: int, by: User, today: date) -> bool:
    """Who pledged says anew what it pledges, as long as the other side has not confirmed it. The audit trail keeps what
    it was and what it became. Returns whether anything was changed; raises Refused where somebody was faster, and what
    `pledge_share` raises."""
    stored = _locked(share)  # first the share, then its request, then its offer: as in every other step
    request = lock(stored.request_id)
    if not can_amend(by, stored):
        raise Refused(_("A pledge is amended by who made it, before the other side has confirmed it."))
    (pledge,) = stored.steps.all()
    if pledge.pk != seen_step:
        raise Refused(_("Somebody has amended this pledge since you opened this page. Look at it again."))
    changes = {
        name: [_as_told(getattr(stored, name)), _as_told(getattr(share, name))]
        for name in AMENDABLE
        if getattr(stored, name) != getattr(share, name)
    }
    if not changes:
        return False
    amended = copy(stored)
    for name in changes:
        setattr(amended, name, getattr(share, name))
    _refuse_more_than_the_need(request, amended, by=by)
    if amended.offer_id:
        _refuse_more_than_is_left(amended, stored, today)
    amended.save()
    # A new row: who was shown the pledge as it was has not confirmed this one (`confirm_share`).
    pledge.delete()
    anew = ShareStep(share=amended, step=pledge.step, on=pledge.on, note=pledge.note, recorded_by=by)
    if side := side_of(by, amended):
        anew.take_word(side, by=by, today=today)
    anew.save()
    record_event(
        AMENDED, by=by, subject=request.reference, share=amended.pk, supporter=amended.supporter.code, changes=changes
    )
    _tell_others(amended, by=by, today=today)
    return True


def _as_told(value: object) -> object:
    """A value as the audit trail keeps it: exact."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value if value is None or isinstance(value, bool | int) else str(value)


def _refuse_more_than_the_need(request: AssistanceRequest, share: Share, *, by: User) -> None:
    others = Share.objects.standing().filter(request=request).exclude(pk=share.pk).for_list()
    before, after = coverage_with(request, others, share)
    if not after.exceeds or not after.lines[0].portion:
        return
    if not read_by(by.access, request).shares_amounts:
        raise Refused(_("Together with the other shares this would be more than the whole need. Ask the State."))
    figures = {"n": _short(after.covered_percent), "left": _short(before.open_percent)}
    if before.open_amount is None:
        raise Refused(
            _("Together with the other shares this would be %(n)s %% of the need; %(left)s %% is still open.") % figures
        )
    raise Refused(
        _("Together with the other shares this would be %(n)s %% of the need; %(left)s %% is still open (%(amount)s).")
        % {**figures, "amount": f"{request.currency} {number_format(before.open_amount, 2, force_grouping=True)}"}
    )


def _refuse_more_than_is_left(share: Share, before: Share, today: date) -> None:
    """A pledge takes something of its offer at once, so that nothing is promised twice. The offer's row stays locked:
    two pledges at the same moment do not overdraw it. What the share itself took `before` is free for it; of an offer
    that has ended it takes no more than that."""
    offer = Offer.objects.select_for_update(of=("self",)).with_use().filter(pk=share.offer_id).first()
    is_open = Offer.objects.open(today).filter(pk=share.offer_id).exists()
    if offer is None or offer.supporter_id != share.supporter_id or not (is_open or before.offer_id):
        raise Refused(_("Choose an open offer of this supporter."), "offer")
    if hasattr(offer, "workshop"):
        raise Refused(_("To a workshop one applies, on its page."), "offer")
    if offer.left is None:
        return
    field, measure = ("amount", "currency") if offer.amount is not None else ("quantity", "unit")
    asked, unit = getattr(share, field), getattr(offer, measure)
    if not asked:
        raise Refused(_("Say how much of this offer: it counts in %(unit)s.") % {"unit": unit}, field)
    if getattr(share, measure).casefold() != unit.casefold():
        raise Refused(_("This offer counts in %(unit)s.") % {"unit": unit}, measure)
    left = (offer.left if is_open else Decimal(0)) + Decimal(getattr(before, field) or 0)
    if asked > left:
        figure = number_format(left, 0 if left == int(left) else 2, force_grouping=True)
        raise Refused(_("Of this offer %(left)s is left.") % {"left": f"{figure} {unit}"}, field)


def _short(percent: Decimal) -> str:
    return number_format(percent, 0 if percent == int(percent) else 1)


def _answer_what_was_relayed(share: Share, *, by: User, today: date) -> None:
    """Who takes a share has answered: the relay does not go on waiting."""
    relay = share.request.relays.filter(supporter=share.supporter, answered_on__isnull=True).first()
    if relay is not None and is_possible(Action.ANSWER, Status(share.request.status)):
        answer_relay(relay, kind=AnswerKind.OFFER, text=share.description, by=by, today=today)


def _add_step(share: Share, status: ShareStatus, *, by: User, today: date, note: str = "") -> ShareStep:
    """Write the step with the word of whoever takes it, and tell the others."""
    step = ShareStep(share=share, step=status, on=today, note=note, recorded_by=by)
    if side := side_of(by, share):
        step.take_word(side, by=by, today=today)
    step.save()
    record_event(
        f"share: {status}", by=by, subject=share.request.reference, share=share.pk, supporter=share.supporter.code
    )
    _tell_others(share, by=by, today=today)
    return step


def _tell_others(share: Share, *, by: User, today: date) -> None:
    people = User.objects.holding(today, focal_points_of(share.request.state_id), readers_of(share.supporter))
    queue_mails(
        [person for person in people if person.pk != by.pk],
        subject=lambda: (
            _("Request %(reference)s: a share was recorded or has changed") % {"reference": share.request.reference}
        ),
        body=lambda: _("Something was recorded that concerns you. Open it to read it and to confirm it."),
        path=share.get_absolute_url(),
    )


def _locked(share: Share) -> Share:
    # `of` keeps the lock to the share itself
    rows = Share.objects.select_for_update(of=("self",))
    return rows.select_related("request__state", "supporter__state", "supporter__organisation").get(pk=share.pk)


def _become(share: Share, status: ShareStatus) -> Share:
    locked = _locked(share)
    if not can_become(ShareStatus(locked.status), status):
        raise Refused(
            _("This share is “%(status)s”: it cannot take this step now.") % {"status": locked.get_status_display()}
        )
    locked.status = status
    return locked


@transaction.atomic
def commit_share(share: Share, *, channel: str, due_on: date | None, by: User, today: date) -> Share:
    """From a pledge to a commitment, through one channel and by a day."""
    locked = _become(share, ShareStatus.COMMITTED)
    if not locked.request.is_open:
        raise Refused(_("This request is not open any more."))
    if not channel:
        raise Refused(_("Say through which channel it will be delivered."))
    locked.channel, locked.due_on = channel, due_on
    locked.save()
    _add_step(locked, ShareStatus.COMMITTED, by=by, today=today)
    _carry_on(locked, by=by, today=today)
    return locked


@transaction.atomic
def withdraw_share(share: Share, *, note: str, by: User, today: date) -> Share:
    """The supporter takes its share back, or the State declines it; what it covered is open again."""
    locked = _become(share, ShareStatus.WITHDRAWN)
    if not note.strip():
        raise Refused(_("Please say why in a few words."))
    if locked.deliveries.exists():
        raise Refused(_("Something was delivered of this share already: it is not withdrawn any more."))
    locked.save()
    _add_step(locked, ShareStatus.WITHDRAWN, by=by, today=today, note=note)
    return locked


@transaction.atomic
def confirm_share(
    share: Share, *, by: User, today: date, seen_step: int, seen_delivery: int
) -> tuple[list[ShareStep], list[Delivery]]:
    """One side's word on the steps and deliveries that it was shown, up to these keys. What came later waits."""
    locked = _locked(share)
    side = side_of(by, locked)
    if side is None:
        raise Refused(_("Only the supporter and the requesting State confirm."))
    silent = {f"{side.value}_on__isnull": True}
    steps = list(locked.steps.filter(pk__lte=seen_step, **silent))
    deliveries = list(locked.deliveries.filter(pk__lte=seen_delivery, **silent))
    found: Sequence[BothSides] = [*steps, *deliveries]
    for item in found:
        item.take_word(side, by=by, today=today)
        item.save()
    if found:
        record_event(
            "share: confirmed",
            by=by,
            subject=locked.request.reference,
            share=locked.pk,
            steps=[step.step for step in steps],
            deliveries=[delivery.pk for delivery in deliveries],
        )
        _tell_others(locked, by=by, today=today)
        _carry_on(locked, by=by, today=today)
    return steps, deliveries


def _carry_on(share: Share, *, by: User, today: date) -> None:
    """What both sides have confirmed moves the request: a commitment agrees it, a delivery begins it."""
    confirmed = {step.step for step in share.steps.all() if step.is_confirmed}
    if ShareStatus.COMMITTED in confirmed:
        _take(share, Action.AGREE, unless=Status.AGREED, by=by, today=today)
    if any(delivery.is_confirmed for delivery in share.deliveries.all()):
        _take(share, Action.START_DELIVERY, unless=Status.DELIVERING, by=by, today=today)


def _take(share: Share, action: Action, *, unless: Status, by: User, today: date) -> None:
    status = Status(AssistanceRequest.objects.values_list("status", flat=True).get(pk=share.request_id))
    moves = not (action == Action.AGREE and status == Status.DELIVERING)
    if status != unless and moves and is_possible(action, status):
        take_step(share.request, action, by=by, today=today, note=share.supporter.name)


@transaction.atomic
def record_delivery(
    delivery: Delivery,
    *,
    pooled: Iterable[tuple[Supporter, Decimal]] = (),
    completes: bool,
    by: User,
    today: date,
) -> Delivery:
    """Write down what was provided of a share, with what others put into it. The share is delivered where somebody
    says so (`completes`), or where all that was promised has come. Raises Refused for a share that both sides
    have not committed to, a day before the pledge, and parts that are more than the whole."""
    share = _locked(delivery.share)
    pooled = list(pooled)
    days = {step.step: step for step in share.steps.all()}
    committed = days.get(ShareStatus.COMMITTED)
    if share.status != ShareStatus.COMMITTED or committed is None or not committed.is_confirmed:
        raise Refused(_("A delivery belongs to a share to which both sides have confirmed the commitment."))
    pledged = days.get(ShareStatus.PLEDGED)
    if pledged is not None and delivery.delivered_on < pledged.on:
        raise Refused(
            _("This was pledged on %(day)s: it cannot have been delivered before.")
            % {"day": date_format(pledged.on, "j F Y")}
        )
    if delivery.delivered_on > today:
        raise Refused(_("What has been delivered lies in the past: the day is in the future."))
    _refuse_wrong_parts(delivery, share, [supporter for supporter, _amount in pooled], pooled)
    delivery.share, delivery.recorded_by, delivery.recorded_on = share, by, today
    if side := side_of(by, share):
        delivery.take_word(side, by=by, today=today)
    delivery.save()
    DeliveryPart.objects.bulk_create(
        DeliveryPart(delivery=delivery, supporter=supporter, amount=amount) for supporter, amount in pooled
    )
    record_event("delivery recorded", by=by, subject=share.request.reference, share=share.pk, delivery=delivery.pk)
    if completes or _has_come(share):
        share.status = ShareStatus.DELIVERED
        share.save()
        _add_step(share, ShareStatus.DELIVERED, by=by, today=today)
    else:
        _tell_others(share, by=by, today=today)
    return delivery


def _has_come(share: Share) -> bool:
    """Of a pooled delivery only the supporter's own part is of its share."""
    came = [Extent(one.own_amount, one.currency, one.quantity, one.unit) for one in share.deliveries.for_list()]
    return is_all_delivered(Extent(share.amount, share.currency, share.quantity, share.unit), came)


#: What the audit trail keeps of a delivery that was taken back.
TOLD_OF_DELIVERY = (
    "delivered_on", "kind", "description", "amount", "currency", "quantity", "unit", "channel", "recorded_on",
)  # fmt: skip


@transaction.atomic
def take_back_delivery(delivery: Delivery, *, note: str, by: User, today: date) -> Share:
    """Who recorded a delivery by mistake takes it back, or the other side says that it is not so, as long as both have
    not confirmed it. Its row goes; the audit trail keeps what it said and why, and the others are told. A share that
    was said to be complete with it is under way again. Raises Refused for what both have confirmed, or without a
    reason."""
    share = _locked(delivery.share)
    stored = share.deliveries.filter(pk=delivery.pk).first()
    if stored is None or stored.is_confirmed:
        raise Refused(_("What both sides have confirmed stays: ask the ISU to correct it."))
    if not note.strip():
        raise Refused(_("Please say why in a few words."))
    completed = share.steps.filter(step=ShareStatus.DELIVERED).first()
    if completed is not None and completed.is_confirmed:
        raise Refused(_("Both sides have confirmed that this share is delivered: ask the ISU to correct it."))
    said = {name: _as_told(getattr(stored, name)) for name in TOLD_OF_DELIVERY if getattr(stored, name)}
    record_event(
        "delivery taken back", by=by, subject=share.request.reference, share=share.pk, said=said, note=note.strip()
    )
    stored.parts.all().delete()
    stored.delete()
    if completed is not None:
        completed.delete()
        share.status = ShareStatus.COMMITTED
        share.save()
    _tell_others(share, by=by, today=today)
    return share


def _refuse_wrong_parts(
    delivery: Delivery, share: Share, others: Collection[Supporter], pooled: Iterable[tuple[Supporter, Decimal]]
) -> None:
    if not others:
        return
    if share.supporter in others or len({other.pk for other in others}) < len(others):
        raise Refused(_("Each supporter stands once in a pooled delivery."))
    if delivery.amount is None or sum(amount for _supporter, amount in pooled) > delivery.amount:
        raise Refused(_("The parts of the others are more than the whole delivery."))


@transaction.atomic
def save_outcome(outcome: Outcome, *, is_public: bool, by: User, today: date) -> Outcome:
    """Keep what came of a request; it is published only by the requesting State's consent, a dated act of its own."""
    if not owns(by.access, outcome.request) and is_public != (outcome.consented_on is not None):
        raise Refused(_("Only the requesting State consents to publication, or takes its consent back."))
    if not is_public:
        outcome.consented_on = None
    elif outcome.consented_on is None:
        outcome.consented_on = today
    if outcome.pk is None:
        outcome.recorded_on = today
        outcome.recorded_by = by
    outcome.save()
    record_event("outcome recorded", by=by, subject=outcome.request.reference, public=is_public)
    return outcome
