"""Search in lists of the register's size: every row is read, with the care of `search.py` for accents and spelling."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import QuerySet

from ccm_portal.register.kept import Kept
from ccm_portal.register.models import State
from ccm_portal.register.search import Vocabulary, words

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound=QuerySet)


def _read_names() -> frozenset[str]:
    return frozenset(word for state in State.objects.all() for word in words(state.search_text))


#: The words of all States' names, former ones too: who types "Iran" has not misspelt "Iraq", whatever a list holds.
known_names = Kept(_read_names, seconds=600)


own_text = attrgetter("search_text")


def pick(rows: Iterable[Row], typed: str, text: Callable[[Row], str] = own_text) -> list[Row]:
    """The rows whose text has, for each word typed, one that begins with it or with what may have been meant by it;
    all of them where nothing was typed."""
    rows = list(rows)
    if not words(typed):
        return rows
    read = [(row, words(text(row))) for row in rows]
    known = Vocabulary(known_names().union(*(found for _row, found in read)))
    groups = [tuple(group) for group in known.wanted(typed)]
    return [row for row, found in read if all(any(word.startswith(group) for word in found) for group in groups)]


def narrowed(rows: Rows, typed: str, text: Callable[[Any], str] = own_text) -> Rows:
    """The same of a queryset, which stays one: a query more where something was typed."""
    return rows.filter(pk__in=[row.pk for row in pick(rows, typed, text)]) if words(typed) else rows
