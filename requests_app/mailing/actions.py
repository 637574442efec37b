"""The only writers of how mail reaches a person, and of the news of requests."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import Letter, choose_mail, queue_letters, record_event
from ccm_portal.accounts.enums import MailKind, MailTiming
from ccm_portal.accounts.models import PUBLIC, OutboxMail, User
from requests_app.mailing.models import AreaSubscription
from requests_app.mailing.queries import STATES_PARTIES, Released, posts_of, released_to


@transaction.atomic
def save_settings(user: User, choices: dict[MailKind, MailTiming], *, areas: Iterable[str], language: str) -> None:
    """Keep a person's choices of mail and of areas."""
    choose_mail(user, choices, language=language)
    wanted = set(areas)
    user.area_subscriptions.exclude(area__in=wanted).delete()
    held = set(user.area_subscriptions.values_list("area_id", flat=True))
    AreaSubscription.objects.bulk_create(AreaSubscription(user=user, area_id=code) for code in wanted - held)


@transaction.atomic
def queue_new_requests(on: date) -> int:
    """Write a line for each subscriber and each request in the chosen areas that is released to them and that they
    were not told of. The digests carry the lines; one that is withdrawn before then is left out. Returns how many."""
    wanted: dict[User, set[str]] = defaultdict(set)
    subscriptions = AreaSubscription.objects.filter(user__is_active=True).exclude(
        user__mail_choices__kind=MailKind.NEW_REQUESTS, user__mail_choices__timing=MailTiming.NEVER
    )
    for subscription in subscriptions.select_related("user"):
        wanted[subscription.user].add(subscription.area_id)
    if not wanted:
        return 0
    readers = {reader.pk for reader in wanted}
    posts = posts_of(readers, on)
    released = {audience: released_to(audience, on) for audience in (PUBLIC, STATES_PARTIES)}
    told = set(
        OutboxMail.objects.filter(kind=MailKind.NEW_REQUESTS, reader__in=readers).values_list("reader_id", "path")
    )
    letters = [
        _letter(reader, path, news)
        for reader, areas in wanted.items()
        for path, news in released[posts.audience(reader.pk)].items()
        if news.areas & areas and news.iso3 not in posts.own[reader.pk] and (reader.pk, path) not in told
    ]
    number = queue_letters(letters, kind=MailKind.NEW_REQUESTS)
    if number:
        record_event("new requests told", by=None, subject=on, readers=len({letter.reader.pk for letter in letters}))
    return number


def _letter(reader: User, path: str, news: Released) -> Letter:
    def subject() -> str:
        return _("Request for assistance %(reference)s, %(state)s") % {
            "reference": news.reference,
            "state": news.state,
        }

    return Letter(reader, subject, lambda: _("A request in an area that you chose is open to you."), path)
