"""What waits for the word of the State or organisation that somebody speaks for, and since when: shares and deliveries
to confirm, direct channels to answer, questions after closing."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, DecimalField, Exists, F, OuterRef, QuerySet, Value
from django.urls import reverse

from ccm_portal.accounts.models import Access
from ccm_portal.statements import made_once
from requests_app.channels.models import DirectChannel
from requests_app.models import AssistanceRequest
from requests_app.shares.models import Share
from requests_app.waiting.enums import NeedAnswer, Word
from requests_app.waiting.models import NeedMet

#: So long a question after closing stands on a board; on its request's page it can be answered later as well.
ASKED_FOR = timedelta(days=365)
#: What only a share has, with what stands in its place elsewhere.
EXTENT: dict[str, Any] = {
    "amount": Value(None, DecimalField()),
    "currency": Value("", CharField()),
    "quantity": Value(None, DecimalField()),
    "unit": Value("", CharField()),
    "percent": Value(None, DecimalField()),
}
COLUMNS = (
    "what", "since", "pk", "request__reference", "request__state__name", "supporter__state__name",
    "supporter__organisation__name", "request__is_example", *EXTENT,
)  # fmt: skip


@dataclass(frozen=True)
class Awaited:
    """One thing that waits for a party's word. A share has its extent besides."""

    what: Word
    since: date
    pk: int
    reference: str
    state: str
    supporter: str
    is_example: bool
    amount: Decimal | None
    currency: str
    quantity: Decimal | None
    unit: str
    percent: Decimal | None

    @property
    def answers(self) -> type[NeedAnswer] | None:
        """What may be answered on the spot, with one click."""
        return NeedAnswer if self.what == Word.NEED_MET else None

    def get_absolute_url(self) -> str:
        if self.what == Word.NEED_MET:
            return reverse("requests:detail", args=[self.reference])
        return reverse(f"{self.what.value}s:detail", args=[self.reference, self.pk])


def awaited_of(access: Access, on: date, number: int) -> list[Awaited]:
    """What waits for the word of a visitor's State or organisation, the longest first: one query."""
    return [
        Awaited(Word(what), since, pk, reference, state, of_state or organisation or "", is_example, *extent)
        for what, since, pk, reference, state, of_state, organisation, is_example, *extent in _awaited(
            access, on, number
        ).ask()
    ]


@made_once
def _awaited(access: Access, on: date, number: int) -> QuerySet[Any, Any]:
    known = Exists(AssistanceRequest.objects.visible_to(access).filter(pk=OuterRef("request")))  # few rows wait
    shares = Share.objects.waiting_on(access).with_silence(access)
    channels = DirectChannel.objects.waiting_on(access).filter(known)
    questions = NeedMet.objects.waiting_on(access).filter(known, asked_on__gt=on - ASKED_FOR)
    found: list[QuerySet[Any, Any]] = [
        rows.order_by().annotate(what=Value(word.value)).values_list(*COLUMNS)
        for word, rows in (
            (Word.SHARE, shares),
            (Word.CHANNEL, channels.annotate(since=F("asked_on"), **EXTENT)),
            (Word.NEED_MET, questions.annotate(since=F("asked_on"), **EXTENT)),
        )
    ]
    return found[0].union(*found[1:], all=True).order_by("since", "request__reference", "what", "pk")[:number]
