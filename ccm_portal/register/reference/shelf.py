"""Puts rows into the database: adds, changes or leaves, keeps the tally, and goes on to the next row at an error."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ccm_portal.register.reference.rows import MissingColumn, Row, UnknownRecord
from ccm_portal.register.reference.sheets import BadReference

#: How a history entry begins that an imported file made; what the portal's own files say never undoes it.
IMPORTED = "import: "


class DeletedByHand(Exception):
    """The row is of a record that a person deleted: it stays away, and nothing else of the row is read."""


@dataclass(frozen=True)
class Change:
    """One record that a load adds, changes, or leaves because a person corrected it."""

    kind: str  # added, changed, left
    model: str
    record: str
    source: str
    fields: tuple[tuple[str, str, str], ...]  # name, old value, new value


@dataclass
class Tally:
    """What a load did. `given` names the files that somebody asked to load; the rest only completes them."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_import: bool = False
    given: frozenset[str] = frozenset()
    deleted: set[str] = field(default_factory=set)  # codes and names of what a person deleted and a file still has

    def lines(self) -> list[str]:
        """The tally in words, one line each for added, changed, left and every warning."""
        lines = []
        for name, counts in (("added", self.added), ("changed", self.changed), ("left", self.left)):
            detail = ", ".join(f"{number} {model}" for model, number in sorted(counts.items()))
            lines.append(f"{name}: {sum(counts.values())}" + (f" ({detail})" if detail else ""))
        return lines + [f"warning: {warning}" for warning in self.warnings]

    def count(self, kind: dict[str, int], model: type[models.Model]) -> None:
        name = str(model._meta.verbose_name)
        kind[name] = kind.get(name, 0) + 1

    @contextmanager
    def noting_errors(self) -> Iterator[None]:
        """Around one row: an error is kept and the next row is read, so that all are told at once."""
        try:
            yield
        except MissingColumn:
            raise
        except DeletedByHand:
            pass
        except UnknownRecord as error:
            if error.code in self.deleted:
                self.warnings.append(f"{error}: it was deleted by hand, and the line is left out")
            else:
                self.note_errors(error)
        except BadReference as error:
            self.note_errors(error)

    def note_errors(self, error: BadReference) -> None:
        """Keep the reasons of an error; a line that two loaders read is told of once."""
        known = {where for where in map(_place, self.errors) if where}
        self.errors += [reason for reason in error.reasons if _place(reason) not in known]

    def raise_errors(self) -> None:
        """Refuse the whole, where any row was noted."""
        if self.errors:
            raise BadReference(*self.errors)

    def drop_warnings_of_context(self) -> None:
        """Keep the warnings about the files that somebody asked for."""
        if self.given:
            names = tuple(name.split(" sheet ")[0] for name in self.given)
            self.warnings = [warning for warning in self.warnings if warning.startswith(names)]

    def is_context(self, row: Row) -> bool:
        """Whether the row is of a file that was not asked for: it never changes what is stored."""
        return bool(self.given) and row.file not in self.given


def _place(reason: str) -> str:
    """File and line, where a reason begins with them."""
    match = re.match(r".*? line \d+(?= |:)", reason)
    return match[0] if match else ""


class Shelf:
    """The rows of one model by their natural key, read once; `put` adds, changes or leaves a row.

    What a person has edited is left as it is, with a warning, and what a person deleted stays away: a refresh never
    undoes a correction. In the same way the portal's own files leave what was imported since; another import may
    change it.
    """

    def __init__(self, tally: Tally, model: type[models.Model], *key: str) -> None:
        self.tally, self.model, self.key = tally, model, key
        self.attnames = [model._meta.get_field(name).attname for name in key]  # type: ignore[union-attr]
        self.rows = {tuple(getattr(obj, a) for a in self.attnames): obj for obj in model._default_manager.all()}
        self.edited, self.imported = self._touched()
        self.former = self._former_keys()
        self.fresh: set[Any] = set()  # keys of what this load added
        self.linked: set[str] = set()  # relations that have been read for all rows

    def _touched(self) -> tuple[set[Any], set[Any]]:
        """The records that people corrected, and those that imports made."""
        history = getattr(self.model, "history", None)
        if history is None:
            return set(), set()
        imported = Q(history_change_reason__startswith=IMPORTED)
        marked = history.filter(imported | Q(history_user__isnull=False))
        edited: set[Any] = set()
        by_import: set[Any] = set()
        for pk, reason in marked.values_list(self.model._meta.pk.attname, "history_change_reason"):
            (by_import if (reason or "").startswith(IMPORTED) else edited).add(pk)
        return edited, by_import

    def _former_keys(self) -> dict[tuple[Any, ...], Any]:
        """The keys that records had before a person changed them or deleted the record."""
        if not self.edited:
            return {}
        pk = self.model._meta.pk.attname
        lines = self.model.history.filter(**{f"{pk}__in": self.edited})  # type: ignore[attr-defined]
        return {tuple(key): pk for pk, *key in lines.values_list(pk, *self.attnames)}

    def put(self, row: Row, **values: Any) -> Any:
        """Save what differs from the stored record; a value that breaks a rule is named with its line."""
        key = tuple(_comparable(values[name]) for name in self.key)
        obj = self.rows.get(key)
        if obj is None and key in self.former:
            obj = self._corrected(row, key, values)
        if obj is None:
            obj = self.model(**values)
            self._save(row, obj)
            self.rows[key] = obj
            self.fresh.add(obj.pk)
            named = [(name, self._shown(name, value)) for name, value in values.items()]
            shown = tuple((self._title(name), "", text) for name, text in named if text)
            self._note("added", row, obj, shown)
            return obj
        differing = [name for name, value in values.items() if self._stored(obj, name) != _comparable(value)]
        if self.tally.is_context(row):
            return obj
        if not differing:
            self.tally.count(self.tally.left, self.model)
            return obj
        shown = tuple(
            (self._title(name), self._shown(name, getattr(obj, name)), self._shown(name, values[name]))
            for name in differing
        )
        if self.is_protected(row, obj, differing):
            self._note("left", row, obj, shown)
            return obj
        before = {name: getattr(obj, name) for name in differing}
        for name in differing:
            setattr(obj, name, values[name])
        try:
            self._save(row, obj)
        except BadReference:
            for name, value in before.items():
                setattr(obj, name, value)
            raise
        self._note("changed", row, obj, shown)
        return obj

    def _corrected(self, row: Row, key: tuple[Any, ...], values: dict[str, Any]) -> Any:
        """The record that a person gave another key. Raises DeletedByHand, once told, where it was deleted."""
        obj = next((obj for obj in self.rows.values() if obj.pk == self.former[key]), None)
        if obj is None:
            gone = self.model(**values)
            self.tally.deleted |= {str(gone), str(key[0])}
            self.tally.warnings.append(f"{row.file} line {row.line}: {gone} was deleted by hand and is not added again")
            self._note("left", row, gone, ())
            raise DeletedByHand
        return obj

    def put_layers(self, *layers: tuple[Row, dict[str, Any]]) -> Any:
        """`put` a record that several files describe, each later one over those before. A stored record keeps what
        comes from a file that was not asked for."""
        values: dict[str, Any] = {}
        origin: dict[str, Row] = {}
        for row, part in layers:
            values |= part
            origin |= dict.fromkeys(part, row)
        asked = [row for row, _part in layers if not self.tally.is_context(row)]
        key = tuple(_comparable(values[name]) for name in self.key)
        if asked and key in self.rows:
            values = {k: v for k, v in values.items() if k in self.key or not self.tally.is_context(origin[k])}
        return self.put(asked[-1] if asked else layers[-1][0], **values)

    def link(self, row: Row, obj: Any, name: str, wanted: Iterable[models.Model]) -> None:
        """Set a many-to-many relation of a record, under the same rules as `put`."""
        if name not in self.linked:
            models.prefetch_related_objects([*self.rows.values()], name)
            self.linked.add(name)
        manager = getattr(obj, name)
        old, new = {o.pk: o for o in manager.all()}, {o.pk: o for o in wanted}
        if old.keys() == new.keys() or self.tally.is_context(row):
            return
        texts = ["; ".join(sorted(str(o) for o in objects.values())) for objects in (old, new)]
        shown = ((self._title(name), texts[0], texts[1]),)
        is_new = obj.pk in self.fresh
        if not is_new and self.is_protected(row, obj, [name]):
            self._note("left", row, obj, shown, is_counted=False)
            return
        manager.set(new.values())
        if not is_new:
            self._note("changed", row, obj, shown)

    def is_protected(self, row: Row, obj: Any, differing: list[str]) -> bool:
        """Whether a person or an import has the last word on a record; says so in a warning."""
        if obj.pk in self.edited:
            why = "was edited by hand"
        elif obj.pk in self.imported and not self.tally.is_import:
            why = "was imported from another file"
        else:
            return False
        self.tally.warnings.append(f"{row.file} line {row.line}: {obj} {why} and is left ({', '.join(differing)})")
        return True

    @property
    def _name(self) -> str:
        return str(self.model._meta.verbose_name)

    def _note(
        self, kind: str, row: Row, obj: Any, shown: tuple[tuple[str, str, str], ...], *, is_counted: bool = True
    ) -> None:
        if is_counted:
            self.tally.count(getattr(self.tally, kind), self.model)
        self.tally.changes.append(Change(kind, self._name, str(obj), f"{row.file} line {row.line}", shown))

    def _save(self, row: Row, obj: Any) -> None:
        obj._change_reason = f"{IMPORTED if self.tally.is_import else ''}{row.file} line {row.line}"[:100]
        try:
            obj.full_clean(validate_unique=False)
            with transaction.atomic():
                obj.save()
        except ValidationError as error:
            raise row.fail("; ".join(error.messages)) from None
        except IntegrityError as error:
            raise row.fail(f"contradicts another record: {str(error).splitlines()[0]}") from None

    def _stored(self, obj: Any, name: str) -> Any:
        return getattr(obj, self.model._meta.get_field(name).attname)  # type: ignore[union-attr]

    def _shown(self, name: str, value: Any) -> str:
        """A value in words that a preview can print."""
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        labels = dict(getattr(self.model._meta.get_field(name), "flatchoices", ()))
        return "" if value is None else str(labels.get(value, value) if labels else value)

    def _title(self, name: str) -> str:
        return str(getattr(self.model._meta.get_field(name), "verbose_name", name))


def _comparable(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
