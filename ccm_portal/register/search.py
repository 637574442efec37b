"""Text made ready for search: the same on both databases, blind to accents, case and small slips of spelling."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Lookup, TextField

LONGEST = 60  # letters of a word that count
MOST_WORDS = 8  # of what somebody typed that count
FORGIVEN_FROM = 4  # letters from which a word may be misspelt: shorter ones are near to too much
#: Scripts that are written without spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{2,}")

Wanted = Sequence[Collection[str]]


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: "Évaluation  du" becomes "evaluation du"."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(folded.split())


def words(text: str) -> list[str]:
    """The words of a text, folded, each once. What is written without spaces is cut into pairs of letters."""
    found: dict[str, None] = {}
    letters = fold(text)
    if not letters.isascii():
        letters = "".join(c for c in letters if unicodedata.category(c)[0] != "M")  # vowel signs and tones
    for word in re.findall(r"[^\W_]+", letters):
        for run in UNSPACED.findall(word):
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        found.update(dict.fromkeys(part[:LONGEST] for part in UNSPACED.split(word) if part))
    return list(found)


class Whole(str):
    """A wanted word that is whole as it stands; any other is the beginning of one."""

    __slots__ = ()


class Vocabulary:
    """Known words, to find those that somebody who misspelt one may have meant."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))
        self._near: dict[int, dict[str, set[str]]] = {}

    def _near_of_length(self, length: int) -> dict[str, set[str]]:
        """Every shape of the known words of a length with the words that have it; made when first somebody misspells a
        word that may be one of them."""
        if length not in self._near:
            near: dict[str, set[str]] = {}
            for word in self._known:
                if len(word) == length >= FORGIVEN_FROM:
                    for shape in _shapes(word):
                        near.setdefault(shape, set()).add(word)
            self._near[length] = near  # whole, since other threads read it
        return self._near[length]

    def meant_by(self, word: str) -> list[str]:
        """Words that differ by a letter more, less, wrong or swapped; none where a known word begins with this one."""
        if len(word) < FORGIVEN_FROM or self._begins(word):
            return []
        shapes, lengths = _shapes(word), (len(word) - 1, len(word), len(word) + 1)
        return sorted({near for n in lengths for shape in shapes for near in self._near_of_length(n).get(shape, ())})

    def _begins(self, word: str) -> bool:
        place = bisect_left(self._known, word)
        return place < len(self._known) and self._known[place].startswith(word)

    def wanted(self, typed: str) -> Wanted:
        """What somebody typed, as search takes it: each word, or the words that may have been meant by it."""
        return [[word, *self.meant_by(word)] for word in words(typed)[:MOST_WORDS]]


def _shapes(word: str) -> set[str]:
    """A word and what is left of it without one of its letters: near words share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


@TextField.register_lookup
class Finds(Lookup):
    """`words__finds=[["survey"], ["detecter", "detector"]]`: of each group some word begins with one of these.

    The column holds `words(…)` with spaces between. PostgreSQL answers from a column of their lexemes that it keeps
    itself, named after this one; SQLite from a full-text table beside the column's table, which triggers keep (see the
    migrations that make them): a later migration that remakes the table on SQLite must make them anew.
    """

    lookup_name = "finds"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        table = self.lhs.target.model._meta.db_table
        alias = compiler.quote_name_unless_alias(self.lhs.alias)
        wanted = " AND ".join(
            "(" + " OR ".join(_wanted(word, '"{}"', "*") for word in group) + ")" for group in self.rhs
        )
        return f"{alias}.id IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s)", [wanted]  # noqa: S608 - our own table

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        alias, column = compiler.quote_name_unless_alias(self.lhs.alias), self.lhs.target.column
        wanted = " & ".join("(" + " | ".join(_wanted(word, "'{}'", ":*") for word in group) + ")" for group in self.rhs)
        return f"{alias}.{column}_lexemes @@ %s::tsquery", (wanted,)


def _wanted(word: str, quoted: str, beginning: str) -> str:
    """Words are letters and digits already; what a query means must never rest on that."""
    letters = quoted.format("".join(c for c in word if c.isalnum()))
    return letters if isinstance(word, Whole) else letters + beginning
