"""Who changed which fact of a State, when, from what to what and why; and what was known on a past day.

Reads the old versions that every register model keeps; nothing here writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from ccm_portal.register.enums import StatusChoices
from ccm_portal.register.models import Completion, ExtensionDecision, Meeting, Obligation, State, TransparencyReport
from ccm_portal.treaty.deadlines import Deadline, Position, Status, deadline_history, position
from ccm_portal.treaty.meetings import FormalMeeting

#: Said of the record as a whole, not a fact that changes.
NOT_FACTS = {"id", "state", "obligation"}


@dataclass(frozen=True)
class FieldChange:
    """One fact before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One recorded act: a fact added ("+"), changed ("~") or removed ("-")."""

    at: datetime
    kind: str
    what: str
    fields: tuple[FieldChange, ...]
    reason: str
    source: str
    by: Any  # the person, or None where a reference file was loaded

    @property
    def kind_label(self) -> str:
        return {"+": gettext("added"), "~": gettext("changed"), "-": gettext("removed")}[self.kind]

    @property
    def actor(self) -> str:
        """Who it was, as anybody may know: the office, not the person."""
        return gettext("ISU") if self.by else gettext("reference files")


@dataclass(frozen=True)
class KnownClock:
    """A clock as it was known on a past day."""

    obligation: Obligation
    history: list[Deadline]
    position: Position

    @property
    def status_label(self) -> str:
        return str(StatusChoices(self.position.status).label)

    @property
    def has_deadline(self) -> bool:
        return self.position.status is not Status.NO_OBLIGATION_DECLARED


@dataclass(frozen=True)
class Known:
    """What the register held of a State at the end of a day."""

    state: State
    clocks: list[KnownClock]
    reports: list[TransparencyReport]


class History:
    """Every version of a State's treaty facts: seven queries, however many there are."""

    def __init__(self, state: State) -> None:
        self.states = _versions(State, iso3=state.pk)
        self.obligations = _versions(Obligation, state=state)
        self.reports = _versions(TransparencyReport, state=state)
        self.limbs = {version.id: version.limb for version in self.obligations}
        self.extensions = _versions(ExtensionDecision, obligation_id__in=list(self.limbs))
        self.completions = _versions(Completion, obligation_id__in=list(self.limbs))
        self.meetings = _versions(Meeting)

    def changes(self) -> list[Change]:
        """Every recorded change, newest first."""
        years = {version.id: version.covered_year or version.get_kind_display() for version in self.reports}
        meetings = {version.id: version.code for version in self.meetings}
        found = [
            *_changes(self.states, {}),
            *_changes(self.obligations, self.limbs),
            *_changes(self.reports, years),
            *_changes(
                self.extensions,
                {
                    version.id: gettext("%(limb)s, request %(number)s")
                    % {"limb": self.limbs[version.obligation_id], "number": version.sequence}
                    for version in self.extensions
                },
                meetings,
            ),
            *_changes(
                self.completions, {version.id: self.limbs[version.obligation_id] for version in self.completions}
            ),
        ]
        return sorted(found, key=lambda change: change.at, reverse=True)

    def known_on(self, day: date) -> Known | None:
        """What the register held at the end of a day, with what follows from it; None where it held nothing."""
        moment = end_of(day)
        stored = _as_of(self.states, moment)
        if not stored:
            return None
        [then] = stored
        meetings = {meeting.pk: meeting for meeting in _as_of(self.meetings, moment)}
        extensions, completions = _as_of(self.extensions, moment), _as_of(self.completions, moment)
        for extension in extensions:
            extension.meeting = meetings.get(extension.meeting_id)
        formal = [
            FormalMeeting(meeting.code, meeting.first_day, meeting.last_day, meeting.decisions_recorded)
            for meeting in meetings.values()
            if meeting.is_formal
        ]
        clocks = []
        for obligation in _as_of(self.obligations, moment):
            if not obligation.is_clock or then.in_force is None:
                continue
            obligation.state = then
            asked = sorted(_of(obligation, extensions), key=lambda extension: extension.sequence)
            facts = obligation.facts_from(asked, _of(obligation, completions))
            if facts.known_from <= day:
                history = [d for d in deadline_history(facts.original, facts.extensions) if d.is_decided_by(day)]
                clocks.append(KnownClock(obligation, history, position(facts, day, formal)))
        return Known(then, clocks, _as_of(self.reports, moment))


def _versions(model: Any, **which: Any) -> list[Any]:
    rows = model.history.filter(**which).select_related("history_user")
    return list(rows.order_by(model._meta.pk.attname, "history_date", "history_id"))


def _as_of(versions: Iterable[Any], moment: datetime) -> list[Any]:
    """Each record as its last version by a moment has it, without those removed by then."""
    last = {_record_of(version): version for version in versions if version.history_date <= moment}
    return [version.instance for version in last.values() if version.history_type != "-"]


def _of(obligation: Obligation, rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row.obligation_id == obligation.pk]


def _record_of(version: Any) -> Any:
    """The key of the record that a version is of."""
    return getattr(version, version.instance_type._meta.pk.attname)


def _changes(versions: Sequence[Any], names: dict[Any, Any], meetings: dict[int, str] | None = None) -> list[Change]:
    found = []
    for pk, group in groupby(versions, key=_record_of):
        before = None
        for version in group:
            fields = _differences(before, version, meetings or {}) if before and version.history_type == "~" else ()
            if fields or version.history_type != "~":
                found.append(_change(version, fields, names.get(pk, "")))
            before = version
    return found


def _change(version: Any, fields: tuple[FieldChange, ...], name: object) -> Change:
    model = version.instance_type
    return Change(
        at=version.history_date,
        kind=version.history_type,
        what=f"{capfirst(model._meta.verbose_name)} {name}".strip(),
        fields=fields,
        reason=version.history_change_reason or "",
        source=version.source,
        by=version.history_user,
    )


def _differences(before: Any, after: Any, meetings: dict[int, str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(capfirst(str(field.verbose_name)), *(_in_words(v, field, meetings) for v in (before, after)))
        for field in after.instance_type._meta.concrete_fields
        if field.name not in NOT_FACTS and getattr(before, field.attname) != getattr(after, field.attname)
    )


def _in_words(version: Any, field: models.Field, meetings: dict[int, str]) -> str:
    value = getattr(version, field.attname)
    if field.name == "meeting":
        return meetings.get(value, "")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return "" if value is None else str(value)


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(midnight) - timedelta(microseconds=1)
