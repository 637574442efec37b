"""Puts rows into the database: adds, changes or leaves, and keeps the tally."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from ccm_portal.register.reference.rows import Row


@dataclass
class Tally:
    """What a load did."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

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


class Shelf:
    """The rows of one model by their natural key, read once; `put` adds, changes or leaves a row.

    What a person has edited is left as it is, with a warning: a refresh never undoes a correction.
    """

    def __init__(self, tally: Tally, model: type[models.Model], *key: str) -> None:
        self.tally, self.model, self.key = tally, model, key
        attnames = [model._meta.get_field(name).attname for name in key]  # type: ignore[union-attr]
        self.rows = {tuple(getattr(obj, a) for a in attnames): obj for obj in model._default_manager.all()}
        history = getattr(model, "history", None)
        by_people = history.filter(history_user__isnull=False) if history else ()
        self.edited = set(by_people.values_list(model._meta.pk.attname, flat=True)) if by_people else set()

    def put(self, row: Row, **values: Any) -> Any:
        """Save what differs from the stored record; a value that breaks a rule is named with its line."""
        key = tuple(getattr(v, "pk", v) if isinstance(v, models.Model) else v for v in (values[k] for k in self.key))
        obj = self.rows.get(key)
        if obj is None:
            obj = self.rows[key] = self.model(**values)
            self.tally.count(self.tally.added, self.model)
        elif all(getattr(obj, name) == value for name, value in values.items()):
            self.tally.count(self.tally.left, self.model)
            return obj
        elif obj.pk in self.edited:
            self.tally.count(self.tally.left, self.model)
            differing = ", ".join(name for name, value in values.items() if getattr(obj, name) != value)
            self.tally.warnings.append(
                f"{row.file} line {row.line}: {obj} was edited by hand and is left ({differing})"
            )
            return obj
        else:
            for name, value in values.items():
                setattr(obj, name, value)
            self.tally.count(self.tally.changed, self.model)
        try:
            obj.full_clean(validate_unique=False)
        except ValidationError as error:
            raise row.fail("; ".join(error.messages)) from None
        obj.save()
        return obj
