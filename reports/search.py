"""One search over everything that a visitor may know of: a few hits of each kind, and the list that holds the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import access_of
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import Document, State
from ccm_portal.register.picking import pick
from ccm_portal.register.search import fold, words
from coalitions.models import Coalition
from reports.decisions import decision_entries
from requests_app.models import AssistanceRequest, Offer
from requests_app.offers.queries import own_words_of_offer
from requests_app.queries import wanted, with_words
from requests_app.readings import readings
from requests_app.supporters.queries import visible_supporters

MOST = 5  # hits of a kind before its list takes over


@dataclass(frozen=True)
class Hit:
    """Where it stands, what it is called, and a few words that tell it from its neighbours."""

    address: str
    title: str
    about: str = ""
    is_example: bool = False


@dataclass(frozen=True)
class Found:
    """What was found of one kind; `more` leads to all of it, and is empty where nothing is left over."""

    kind: str
    hits: Sequence[Hit]
    more: str


def search(typed: str, user: object, on: date) -> list[Found]:
    """The kinds that hold something for what was typed, as of a day: nine queries. Nothing for no words."""
    if not words(typed):
        return []
    documents = list(Document.objects.filter(superseded_by__isnull=True))
    kinds = [
        (_("States"), "/states/", _states(typed, on)),
        (_("Requests"), "/requests/", _requests(typed, user, on)),
        (_("Offers of assistance"), "/offers/", _offers(typed, user, on)),
        (_("Supporters"), "/supporters/", _supporters(typed, user)),
        (_("Country Coalitions"), "/coalitions/", _coalitions(typed, user)),
        (_("Decisions"), "/decisions/", _decisions(typed, on, documents)),
        (_("Documents"), "/documents/", [Hit(d.get_absolute_url(), d.symbol, d.title) for d in pick(documents, typed)]),
    ]
    query = urlencode({"q": typed})
    return [
        Found(kind, hits[:MOST], f"{address}?{query}" if len(hits) > MOST else "")
        for kind, address, hits in kinds
        if hits
    ]


def _states(typed: str, on: date) -> list[Hit]:
    found = sorted(pick(State.objects.all(), typed), key=lambda state: fold(state.name))
    return [Hit(s.get_absolute_url(), s.name, str(MembershipChoices(s.membership_on(on)).label)) for s in found]


def _requests(typed: str, user: object, on: date) -> list[Hit]:
    """One more than is shown, to know whether there are more."""
    access = access_of(user)  # type: ignore[arg-type]
    rows = AssistanceRequest.objects.visible_to(user).submitted().single(on).search(wanted(typed), access)
    return [
        Hit(
            row.get_absolute_url(),
            f"{row.reference} {row.title}",
            _beside(row.state.name, row.status_label),
            row.is_example,
        )
        for row in readings(access, with_words(list(rows.for_list()[: MOST + 1])))
    ]


def _offers(typed: str, user: object, on: date) -> list[Hit]:
    rows = Offer.objects.visible_to(user).open(on).for_list().prefetch_related(None)
    return [
        Hit(offer.get_absolute_url(), offer.title, offer.supporter.name, offer.is_example)
        for offer in pick(rows, typed, own_words_of_offer)
    ]


def _supporters(typed: str, user: object) -> list[Hit]:
    found = sorted(pick(visible_supporters(user), typed), key=lambda supporter: fold(supporter.name))
    return [
        Hit(
            reverse("supporters:detail", args=[s.code]),
            s.name,
            s.organisation.get_kind_display() if s.organisation else _("State"),
        )
        for s in found
    ]


def _coalitions(typed: str, user: object) -> list[Hit]:
    rows: Iterable[Coalition] = Coalition.objects.visible_to(user).select_related("lead")
    return [
        Hit(c.get_absolute_url(), c.name, _beside(c.lead.name, c.get_status_display()), c.is_example)
        for c in pick(rows, typed)
    ]


def _decisions(typed: str, on: date, documents: list[Document]) -> list[Hit]:
    return [
        Hit(entry.get_absolute_url(), entry.title, entry.meeting.code if entry.meeting else "")
        for entry in pick(decision_entries(on, documents), typed)
    ]


def _beside(*texts: Any) -> str:
    return " · ".join(map(str, texts))
