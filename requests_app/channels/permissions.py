"""Who may ask for a direct channel, answer, write in it and close it. Which ones a person knows of is `visible_to`."""

from collections.abc import Iterable
from datetime import date

from ccm_portal.accounts.models import Access, User, access_of
from requests_app.channels.enums import ChannelState
from requests_app.channels.models import DirectChannel
from requests_app.enums import Visibility
from requests_app.models import AssistanceRequest, Supporter
from requests_app.permissions import answers_for, can_follow, may_receive, owns
from requests_app.shares.enums import Side


def side_of(user: object, channel: DirectChannel) -> Side | None:
    """For which of the two sides a person speaks."""
    access = access_of(user)  # type: ignore[arg-type]
    if owns(access, channel.request):
        return Side.STATE
    return Side.SUPPORTER if answers_for(access, channel.supporter) else None


def asks_as(user: object, request: AssistanceRequest) -> Side | None:
    """As which side a person may ask, of an open request that its State has confirmed: its focal points, and whoever
    may offer help and knows of it."""
    if not isinstance(user, User) or not request.is_open or request.confirmed_on is None:
        return None
    if owns(user.access, request):
        return Side.STATE
    return Side.SUPPORTER if can_follow(user, request) else None


def may_know(request: AssistanceRequest, supporters: Iterable[Supporter], asked: set[int], on: date) -> list[Supporter]:
    """Of these, the supporters that the State may ask: a channel widens nothing, so only those that its visibility
    reaches already. `asked` are the keys of those that the request was relayed to."""

    def reaches(supporter: Supporter) -> bool:
        is_asked = request.visibility != Visibility.MATCH_PARTIES or supporter.pk in asked
        return is_asked and may_receive(request, supporter, on=on)

    return [one for one in supporters if one.state_id != request.state_id and reaches(one)]


def is_reached(channel: DirectChannel, on: date) -> bool:
    """Whether the State's visibility still lets the supporter know of the request: where it does not, the channel
    rests."""
    state = channel.supporter.state
    reader = Access(
        state=state,
        is_state_party=state is not None and state.is_party_on(on),
        organisation=channel.supporter.organisation,
    )
    return AssistanceRequest.objects.visible_to(reader).filter(pk=channel.request_id).exists()


def can_answer(user: object, channel: DirectChannel) -> bool:
    """The side that was asked, while the request is open."""
    return (
        channel.state == ChannelState.ASKED
        and channel.request.is_open
        and side_of(user, channel) == channel.answering_side
    )


def can_write(user: object, channel: DirectChannel) -> bool:
    """Either side, while the channel is open."""
    return channel.state == ChannelState.OPEN and side_of(user, channel) is not None


def can_close(user: object, channel: DirectChannel) -> bool:
    """Either side an open channel; who has asked may take it back before the answer."""
    if channel.state == ChannelState.ASKED:
        return side_of(user, channel) == channel.asked_side
    return can_write(user, channel)
