"""The only writers of direct channels. Each is one transaction with its audit entry and mails."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import readers_of
from requests_app.actions import Refused
from requests_app.channels import permissions
from requests_app.channels.models import ChannelMessage, DirectChannel
from requests_app.models import AssistanceRequest, Supporter
from requests_app.shares.enums import Side
from requests_app.supporters.actions import supporter_for


@transaction.atomic
def ask_channel(
    request: AssistanceRequest,
    supporter: Supporter | None,
    *,
    note: str,
    by: User,
    today: date,
    is_example: bool = False,
) -> DirectChannel:
    """One side asks the other for a direct channel: the State a supporter, or, without one, a supporter itself. Raises
    Refused where nobody could answer, where the State's visibility does not reach the supporter, or where one is asked
    for or open already."""
    side = Side.STATE if supporter else Side.SUPPORTER
    if supporter is None:
        supporter = supporter_for(by)
    else:
        asked = set(request.relays.filter(supporter=supporter).values_list("supporter", flat=True))
        if not permissions.may_know(request, [supporter], asked, today):
            raise Refused(_("Your visibility does not let %(name)s know of this request.") % {"name": supporter.name})
    try:
        with transaction.atomic():
            channel = DirectChannel.objects.create(
                request=request,
                supporter=supporter,
                asked_side=side,
                asked_on=today,
                asked_by=by,
                note=note,
                is_example=is_example or request.is_example,
            )
    except IntegrityError:
        raise Refused(_("A direct channel is asked for or open already.")) from None
    if not _people(channel, channel.answering_side, today):
        raise Refused(
            _("Nobody there has an account yet who could answer. The Coordinators or the ISU can reach them.")
        )
    record_event("channel: asked", by=by, subject=request.reference, supporter=supporter.code)
    _tell(
        channel,
        channel.answering_side,
        subject=gettext_lazy("A direct channel is asked for: %(reference)s"),
        body=gettext_lazy(
            "The other side asks to speak with you directly about this request. You can agree or decline."
        ),
        today=today,
    )
    return channel


@transaction.atomic
def consent_channel(channel: DirectChannel, *, by: User, today: date) -> DirectChannel:
    """The side that was asked agrees: the channel is open."""
    locked = _locked(channel)
    _refuse_unless(permissions.can_answer(by, locked))
    locked.consented_on, locked.consented_by = today, by
    return _store(
        locked, "consented", Side(locked.asked_side), gettext_lazy("A direct channel is open: %(reference)s"), by, today
    )


@transaction.atomic
def decline_channel(channel: DirectChannel, *, by: User, today: date) -> DirectChannel:
    """The side that was asked declines. It may be asked again."""
    locked = _locked(channel)
    _refuse_unless(permissions.can_answer(by, locked))
    locked.declined_on, locked.declined_by = today, by
    subject = gettext_lazy("A direct channel was declined: %(reference)s")
    return _store(locked, "declined", Side(locked.asked_side), subject, by, today)


@transaction.atomic
def close_channel(channel: DirectChannel, *, by: User, today: date) -> DirectChannel:
    """Either side closes an open channel; who has asked takes it back before the answer."""
    locked = _locked(channel)
    _refuse_unless(permissions.can_close(by, locked))
    locked.closed_on, locked.closed_by = today, by
    other = Side.SUPPORTER if permissions.side_of(by, locked) == Side.STATE else Side.STATE
    subject = gettext_lazy("A direct channel was closed: %(reference)s")
    if locked.consented_on is None:
        subject = gettext_lazy("The question for a direct channel was taken back: %(reference)s")
    return _store(locked, "closed", other, subject, by, today)


@transaction.atomic
def write_message(channel: DirectChannel, *, text: str, by: User, now: datetime) -> ChannelMessage:
    """Say something; the other side is told that there is something to read, not what. Raises Refused where the channel
    was closed meanwhile, or rests."""
    locked = _locked(channel)
    if not permissions.can_write(by, locked):
        raise Refused(_("This channel is closed: nothing was sent."))
    if not permissions.is_reached(locked, timezone.localdate(now)):
        raise Refused(
            _("Your visibility does not let %(name)s know of this request.") % {"name": locked.supporter.name}
        )
    side = permissions.side_of(by, locked)
    message = ChannelMessage.objects.create(
        channel=locked, author=by, speaks_for=locked.name_of(side), written_at=now, text=text
    )
    record_event("channel: message", by=by, subject=locked.request.reference, supporter=locked.supporter.code)
    _tell(
        locked,
        Side.SUPPORTER if side == Side.STATE else Side.STATE,
        subject=gettext_lazy("New message about %(reference)s"),
        body=gettext_lazy("There is something new to read in a direct channel."),
        today=timezone.localdate(now),
        kind=MailKind.DISCUSSIONS,
    )
    return message


def _locked(channel: DirectChannel) -> DirectChannel:
    rows = DirectChannel.objects.select_for_update(of=("self",)).for_list()
    return rows.get(pk=channel.pk)


def _refuse_unless(is_possible: bool) -> None:
    if not is_possible:
        raise Refused(_("This is not open to you now: somebody may have answered already."))


def _store(channel: DirectChannel, act: str, told: Side, subject: Promise, by: User, today: date) -> DirectChannel:
    channel.save()
    record_event(f"channel: {act}", by=by, subject=channel.request.reference, supporter=channel.supporter.code)
    _tell(
        channel,
        told,
        subject=subject,
        body=gettext_lazy("The page of the channel says how it stands."),
        today=today,
    )
    return channel


def _people(channel: DirectChannel, side: Side, today: date) -> list[User]:
    if side == Side.SUPPORTER:
        return User.objects.holding(today, readers_of(channel.supporter))
    return User.objects.focal_points(channel.request.state_id, today)


def _tell(
    channel: DirectChannel,
    side: Side,
    *,
    subject: Promise,
    body: Promise,
    today: date,
    kind: MailKind = MailKind.REQUESTS,
) -> None:
    queue_mails(
        _people(channel, side, today),
        subject=lambda: str(subject) % {"reference": channel.request.reference},
        body=body,
        path=channel.get_absolute_url(),
        kind=kind,
    )
