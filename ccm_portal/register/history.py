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


def changes(state: State) -> list[Change]:
    """Every recorded change of a State's treaty facts, newest first: seven queries, however many changes."""
    obligations = _versions(Obligation, state=state)
    limbs = {version.id: f" {version.limb}" for version in obligations}
    reports = _versions(TransparencyReport, state=state)
    years = {version.id: f" {version.covered_year or version.get_kind_display()}" for version in reports}
    found = [
        *_changes(_versions(State, iso3=state.pk), {}),
        *_changes(obligations, limbs),
        *_changes(reports, years),
    ]
    meetings = dict(Meeting.objects.values_list("pk", "code"))
    for model in (ExtensionDecision, Completion):
        versions = _versions(model, obligation_id__in=list(limbs))
        names = {version.id: limbs[version.obligation_id] for version in versions}
        found += _changes(versions, names, meetings)
    return sorted(found, key=lambda change: change.at, reverse=True)


def _versions(model: Any, **which: Any) -> list[Any]:
    rows = model.history.filter(**which).select_related("history_user")
    return list(rows.order_by(model._meta.pk.attname, "history_date", "history_id"))


def _record_of(version: Any) -> Any:
    """The key of the record that a version is of."""
    return getattr(version, version.instance_type._meta.pk.attname)


def _changes(versions: Sequence[Any], names: dict[Any, str], meetings: dict[int, str] | None = None) -> list[Change]:
    found = []
    for pk, group in groupby(versions, key=_record_of):
        before = None
        for version in group:
            fields = _differences(before, version, meetings or {}) if before and version.history_type == "~" else ()
            if fields or version.history_type != "~":
                found.append(_change(version, fields, names.get(pk, "")))
            before = version
    return found


def _change(version: Any, fields: tuple[FieldChange, ...], name: str) -> Change:
    model = version.instance_type
    return Change(
        at=version.history_date,
        kind=version.history_type,
        what=f"{capfirst(model._meta.verbose_name)}{name}",
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
    return "" if value is None else str(value)


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(midnight) - timedelta(microseconds=1)


def known_on(state: State, day: date) -> Known | None:
    """What the register held of a State at the end of a day, with what follows from it; None where it held nothing."""
    moment = end_of(day)
    stored = _as_of(State, moment, iso3=state.pk)
    if not stored:
        return None
    [then] = stored
    obligations = [obligation for obligation in _as_of(Obligation, moment, state_id=state.pk) if obligation.is_clock]
    ids = [obligation.pk for obligation in obligations]
    extensions = _as_of(ExtensionDecision, moment, obligation_id__in=ids)
    completions = _as_of(Completion, moment, obligation_id__in=ids)
    meetings = {meeting.pk: meeting for meeting in _as_of(Meeting, moment)}
    for extension in extensions:
        extension.meeting = meetings.get(extension.meeting_id)
    formal = [
        FormalMeeting(meeting.code, meeting.first_day, meeting.last_day, meeting.decisions_recorded)
        for meeting in meetings.values()
        if meeting.is_formal
    ]
    clocks = []
    for obligation in obligations:
        obligation.state = then
        facts = obligation.facts_from(
            sorted(_of(obligation, extensions), key=lambda extension: extension.sequence), _of(obligation, completions)
        )
        if facts.known_from <= day:
            history = [d for d in deadline_history(facts.original, facts.extensions) if d.is_decided_by(day)]
            clocks.append(KnownClock(obligation, history, position(facts, day, formal)))
    return Known(then, clocks, _as_of(TransparencyReport, moment, state_id=state.pk))


def _as_of(model: Any, moment: datetime, **which: Any) -> list[Any]:
    return list({row.pk: row for row in model.history.as_of(moment).filter(**which).order_by("history_id")}.values())


def _of(obligation: Obligation, rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row.obligation_id == obligation.pk]
