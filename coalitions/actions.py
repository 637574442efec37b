"""The only writers of coalitions and commitments."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import readers_of
from ccm_portal.register.models import State
from coalitions.enums import CoalitionStatus, MemberRole
from coalitions.models import Coalition, LedgerLine, Member
from requests_app.actions import Refused
from requests_app.models import AssistanceRequest, Supporter
from requests_app.shares.actions import pledge_share
from requests_app.shares.models import Share


@transaction.atomic
def propose_coalition(
    coalition: Coalition,
    *,
    requests: Sequence[AssistanceRequest],
    members: Iterable[tuple[Supporter, str]],
    by: User,
    today: date,
) -> Coalition:
    """Found a coalition around requests of one State, which leads it. Proposed by anybody else, it waits for that
    State's confirmation."""
    members, state = list(members), requests[0].state
    if any(request.state_id != state.pk for request in requests):
        raise Refused(_("A coalition helps one affected State."))
    if any(role == MemberRole.LEAD for _supporter, role in members):
        raise Refused(_("The affected State leads; a supporter can be co-lead."))
    coalition.lead = state
    coalition.slug = _free_slug(state, coalition.name)
    own_initiative = by.access.state is not None and by.access.state.pk == state.pk
    coalition.status = CoalitionStatus.ACTIVE if own_initiative else CoalitionStatus.PROPOSED
    coalition.started_on = today if own_initiative else None
    coalition.save()
    coalition.requests.add(*requests)
    coalition.obligations.add(*(request.obligation_id for request in requests if request.obligation_id))
    for supporter, role in members:
        Member.objects.create(coalition=coalition, supporter=supporter, role=role, starts=today)
        _tell(User.objects.holding(today, readers_of(supporter)), coalition)
    if not own_initiative:
        _tell(User.objects.focal_points(state.pk, today), coalition)
    record_event("coalition founded", by=by, subject=coalition.slug, status=coalition.status)
    return coalition


def _free_slug(state: State, name: str) -> str:
    base = slugify(f"{state.iso3}-{name}")[:50]
    taken = set(Coalition.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, 1000))] if slug not in taken)


def _tell(people: Iterable[User], coalition: Coalition) -> None:
    queue_mails(
        people,
        subject=lambda: _("A Country Coalition that concerns you"),
        body=lambda: _("It was founded, or it has changed. Open it to read more."),
        path=coalition.get_absolute_url(),
        kind=MailKind.COALITIONS,
    )


@transaction.atomic
def confirm_coalition(coalition: Coalition, *, by: User, today: date) -> Coalition:
    """The affected State takes the lead, and the coalition becomes active."""
    locked = Coalition.objects.select_for_update().get(pk=coalition.pk)
    if locked.status != CoalitionStatus.PROPOSED:
        raise Refused(_("This coalition is not waiting for confirmation."))
    locked.status, locked.started_on = CoalitionStatus.ACTIVE, today
    locked.save()
    record_event("coalition confirmed", by=by, subject=locked.slug)
    return locked


@transaction.atomic
def record_commitment(share: Share, *, coalition: Coalition, by: User, today: date) -> Share:
    """A member takes on a share of a request of the coalition; it stands in the coalition's ledger."""
    if coalition.status != CoalitionStatus.ACTIVE:
        raise Refused(_("Commitments are recorded once the affected State has confirmed the coalition."))
    if not coalition.members.filter(supporter=share.supporter).exists():
        raise Refused(_("Only a member of the coalition commits to something in it."))
    if not coalition.requests.filter(pk=share.request_id).exists():
        raise Refused(_("This request does not belong to the coalition."))
    pledge_share(share, by=by, today=today)
    LedgerLine.objects.create(share=share, coalition=coalition)
    record_event("commitment recorded", by=by, subject=coalition.slug, supporter=share.supporter.code)
    return share
