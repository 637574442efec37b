"""Which of the records that mails are about a reader may still know of, asked when a digest is composed."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from ccm_portal.accounts.models import User
from coalitions.models import Coalition
from requests_app.extensions.models import ExtensionDraft
from requests_app.help_desk.models import HelpTicket
from requests_app.models import AssistanceRequest, Offer

#: The first part of an address -> the rows that a reader may know of, and the field that the second part gives.
RECORDS: dict[str, tuple[Callable[[User], QuerySet[Any]], str]] = {
    "requests": (lambda reader: AssistanceRequest.objects.visible_to(reader), "reference"),
    "coalitions": (lambda reader: Coalition.objects.visible_to(reader), "slug"),
    "extension-requests": (lambda reader: ExtensionDraft.objects.visible_to(reader), "reference"),
    "offers": (lambda reader: Offer.objects.visible_to(reader), "pk"),
    "help": (lambda reader: HelpTicket.objects.visible_to(reader), "pk"),
}
#: Lists that mails lead to, and who reads them.
LISTS: dict[str, Callable[[User], bool]] = {"/requests/waiting/": lambda reader: reader.access.sees_all_requests}


def still_known(reader: User, things: set[str]) -> set[str]:
    """Of the things ("/requests/LAO-2026-001/"), those that the reader may know of now; pages of all are kept. One
    query for each kind of thing."""
    known = {thing for thing in things if thing in LISTS and LISTS[thing](reader)}
    keys: dict[str, dict[str, str]] = {}
    for thing in things - set(LISTS):
        _empty, kind, key, _end = thing.split("/")
        keys.setdefault(kind, {})[key] = thing
    for kind, by_key in keys.items():
        if kind not in RECORDS:
            known |= set(by_key.values())
            continue
        rows, field = RECORDS[kind]
        found = rows(reader).filter(**{f"{field}__in": list(by_key)})
        known |= {by_key[str(key)] for key in found.values_list(field, flat=True)}
    return known
