"""The decision register: what meetings decided. Decisions on extension requests are read from the register of
extensions; all others are records of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ccm_portal.register.enums import DecisionKind, OutcomeChoices, Precision, Wording
from ccm_portal.register.models import Decision, Document, ExtensionDecision, Meeting, Sourced, State
from ccm_portal.register.picking import pick
from ccm_portal.register.search import fold
from ccm_portal.ui.templatetags.portal import day as in_words

COLUMNS = [
    "code", "meeting", "day", "paragraph", "kind", "iso3", "title", "text", "wording", "document", "effect",
    "verified", "source",
]  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One decision as the page shows it. `extension` is set where the register of extensions is behind it, `row`
    where there is a record of its text."""

    code: str
    kind: DecisionKind
    title: str
    text: str
    wording: Wording
    meeting: Meeting | None
    day: date | None
    paragraph: str
    symbol: str
    document: Document | None
    state: State | None
    effect: str
    record: Sourced
    extension: ExtensionDecision | None = None
    row: Decision | None = None

    @property
    def codes(self) -> set[str]:
        """Its names in addresses: a decision on an extension keeps its own when its text is added under another."""
        return {self.code, self.extension.code} if self.extension else {self.code}

    def get_absolute_url(self) -> str:
        return f"/decisions/{self.code}/"

    @property
    def search_text(self) -> str:
        """What a search looks at."""
        meeting = self.meeting.code if self.meeting else ""
        state = self.state.search_text if self.state else ""
        return fold(" ".join([self.title, self.text, self.effect, self.symbol, self.paragraph, meeting, state]))

    def as_record(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "meeting": self.meeting.code if self.meeting else "",
            "day": self.day,
            "paragraph": self.paragraph,
            "kind": self.kind.value,
            "iso3": self.state.iso3 if self.state else "",
            "title": self.title,
            "text": self.text,
            "wording": self.wording.value,
            "document": self.symbol,
            "effect": self.effect,
            "verified": self.record.is_verified,
            "source": self.record.source,
        }


def decision_entries(on: date, documents: Iterable[Document] | None = None) -> list[Entry]:
    """Every decision taken by a day, latest first: three queries, or two where the documents are at hand."""
    related = ("meeting", "document", "office", "action_plan")
    rows = list(Decision.objects.select_related(*related))
    texts = {row.extension_id: row for row in rows if row.extension_id}
    decided = ExtensionDecision.objects.exclude(outcome=OutcomeChoices.PENDING)
    extensions = list(decided.select_related("obligation__state", "meeting").order_by("obligation__state", "sequence"))
    symbols = {extension.document for extension in extensions if extension.document}
    named = Document.objects.filter(symbol__in=symbols) if documents is None else documents
    by_symbol = {document.symbol: document for document in named}
    entries = [_entry(row) for row in rows if not row.extension_id]
    entries += [_extension_entry(extension, texts.get(extension.pk), by_symbol) for extension in extensions]
    taken = [entry for entry in entries if entry.day and entry.day <= on]
    taken.sort(key=lambda entry: (entry.state.name if entry.state else "", entry.code))
    return sorted(taken, key=lambda entry: entry.day or date.min, reverse=True)


def _entry(row: Decision) -> Entry:
    return Entry(
        code=row.code,
        kind=DecisionKind(row.kind),
        title=row.title,
        text=row.text,
        wording=Wording(row.wording),
        meeting=row.meeting,
        day=row.meeting.last_day,
        paragraph=row.paragraph,
        symbol=row.document.symbol if row.document else "",
        document=row.document,
        state=None,
        effect=row.effect,
        record=row,
        row=row,
    )


def _extension_entry(extension: ExtensionDecision, row: Decision | None, documents: dict[str, Document]) -> Entry:
    state, outcome = extension.obligation.state, OutcomeChoices(extension.outcome)
    document = row.document if row and row.document else documents.get(extension.document)
    title = _("%(state)s: extension request %(number)s under Article %(limb)s") % {
        "state": state.name,
        "number": extension.sequence,
        "limb": extension.obligation.limb,
    }
    return Entry(
        code=row.code if row else extension.code,
        kind=DecisionKind.EXTENSION,
        title=row.title if row else title,
        text=row.text if row else f"{outcome.label}.",
        wording=Wording(row.wording) if row else Wording.SUBSTANCE,
        meeting=extension.meeting,
        day=extension.decision_day,
        paragraph=row.paragraph if row else "",
        symbol=document.symbol if document else extension.document,
        document=document,
        state=state,
        effect=_effect(extension),
        record=extension,
        extension=extension,
        row=row,
    )


def _effect(extension: ExtensionDecision) -> str:
    if extension.outcome != OutcomeChoices.GRANTED:
        return ""
    if extension.granted_until:
        precision = Precision.MONTH if extension.precision == Precision.MONTH else Precision.DAY
        return _("New deadline: %(day)s") % {"day": in_words(extension.granted_until, precision)}
    return _("Deadline later by %(months)s months") % {"months": extension.granted_months}


def filtered(entries: Iterable[Entry], chosen: dict[str, Any]) -> list[Entry]:
    """Narrowed by words, meeting, kind and State."""
    return [
        entry
        for entry in pick(entries, chosen.get("q") or "")
        if chosen.get("meeting") in {None, "", entry.meeting and entry.meeting.code}
        and chosen.get("kind") in {None, "", entry.kind}
        and (not chosen.get("state") or (entry.state is not None and entry.state.iso3 == chosen["state"]))
    ]
