"""What each State has signed, deposited and declared, in one list: read from the register, never copied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ccm_portal.register.enums import Act, CompletionKind, Precision
from ccm_portal.register.models import Completion, Obligation, Sourced, State
from ccm_portal.register.picking import pick
from ccm_portal.ui.templatetags.portal import day as in_words

COLUMNS = ["iso3", "state", "act", "what", "date", "precision", "later", "verified", "source", "note"]


@dataclass(frozen=True)
class Declaration:
    """One act of a State. `later` is the obligation that a discovery opened after it; the declaration stands."""

    state: State
    act: Act
    what: str
    day: date | None
    precision: str
    record: Sourced
    note: str = ""
    later: Obligation | None = None

    def as_record(self) -> dict[str, Any]:
        return {
            "iso3": self.state.iso3,
            "state": self.state.name,
            "act": self.act.value,
            "what": self.what,
            "date": self.day,
            "precision": self.precision,
            "later": str(self.later) if self.later else "",
            "verified": self.record.is_verified,
            "source": self.record.source,
            "note": self.note,
        }


def declarations(on: date, chosen: dict[str, Any]) -> list[Declaration]:
    """The acts done by a day, latest first, those of unknown date last: two queries."""
    states = State.objects.filter(Q(signed__isnull=False) | Q(deposited__isnull=False))
    completions = Completion.objects.select_related("obligation__state", "obligation__followed_by")
    found = [act for state in states for act in _acts(state)]
    found += [_declared(completion) for completion in completions]
    shown = [
        act
        for act in pick(found, chosen.get("q") or "", lambda act: act.state.search_text)
        if (act.day is None or act.day <= on) and chosen.get("act") in {None, "", act.act}
    ]
    shown.sort(key=lambda act: (act.state.name, act.act))
    return sorted(shown, key=lambda act: act.day or date.min, reverse=True)


def _acts(state: State) -> Iterator[Declaration]:
    """Signature, deposit and notice of withdrawal, with the Depositary's days."""
    exact = Precision.DAY
    if state.signed:
        yield Declaration(state, Act.SIGNATURE, _("Convention on Cluster Munitions"), state.signed, exact, state)
    if state.deposited:
        note = ""
        if state.in_force:
            note = _("In force for the State on %(day)s.") % {"day": in_words(state.in_force)}
        yield Declaration(state, Act.DEPOSIT, state.get_instrument_display(), state.deposited, exact, state, note)
    if state.withdrawal_received:
        note = ""
        if state.withdrawn:
            note = _("Effective on %(day)s.") % {"day": in_words(state.withdrawn)}
        yield Declaration(state, Act.WITHDRAWAL, _("Article 20"), state.withdrawal_received, exact, state, note)


def _declared(completion: Completion) -> Declaration:
    obligation = completion.obligation
    return Declaration(
        state=obligation.state,
        act=Act.COMPLETED if completion.kind == CompletionKind.COMPLETED else Act.NONE_HELD,
        what=obligation.get_limb_display(),
        day=completion.day,
        precision=completion.precision,
        record=completion,
        note="" if completion.note in Precision.values else completion.note,
        later=getattr(obligation, "followed_by", None),
    )
