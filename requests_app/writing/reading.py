"""What a form holds, as its readers see it: for the review, and to put two people's texts side by side."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.templatetags.portal import day, money

YES_NO = {True: _("Yes"), False: _("No")}


@dataclass(frozen=True)
class Difference:
    """One field in which what is stored and what was typed differ."""

    label: str
    theirs: str
    yours: str


def bind(data: dict[str, list[str]]) -> QueryDict:
    """Kept text as a form takes it."""
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query


def fingerprint(stored: Any) -> str:
    """Tells whether the values that a step showed are still the stored ones; of a form without data."""
    values = [[str(form[name].value()) for name in _named(form)] for form in _forms(stored)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def rows(stored: Any) -> list[tuple[Any, str]]:
    """(label, text) of each field that says something; of a form without data."""
    found = [
        (form[name].label, shown(form[name], form[name].value())) for form in _forms(stored) for name in _named(form)
    ]
    return [(label, text) for label, text in found if text]


def differences(typed: Any, stored: Any, row_label: str = "") -> list[Difference]:
    """Where a form with data differs from the same form as it is stored now."""
    pairs = list(zip(_forms(typed), _padded(_forms(stored)), strict=False))
    found = []
    for number, (mine, theirs) in enumerate(pairs, start=1):
        for name in _named(mine):
            before = theirs[name].value() if theirs and name in theirs.fields else None
            if mine.fields[name].has_changed(before, mine[name].data):
                label = f"{row_label} {number}: {mine[name].label}" if row_label else str(mine[name].label)
                found.append(Difference(label, shown(mine[name], before), shown(mine[name], mine[name].data)))
    return found


def shown(field: forms.BoundField, value: Any) -> str:
    """A field's value in words."""
    if value in (None, "", []):
        return ""
    if isinstance(field.field, forms.BooleanField):
        return str(YES_NO[field.field.to_python(value)])
    if choices := getattr(field.field, "choices", None):
        words = {str(key): str(label) for key, label in choices}
        chosen = value if isinstance(value, list | tuple) else [value]
        return ", ".join(words.get(str(getattr(key, "pk", key)), str(key)) for key in chosen)
    if isinstance(value, date):
        return day(value)
    return money(value) if isinstance(value, Decimal) else str(value)


def _forms(form: Any) -> list[Any]:
    return list(getattr(form, "forms", [form]))


def _named(form: Any) -> Iterable[str]:
    return [name for name in form.fields if not form[name].is_hidden and name != "DELETE"]


def _padded(stored: list[Any]) -> list[Any]:
    return [*stored, *[None] * 100]
