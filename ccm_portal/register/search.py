"""Text folded for search: the same on both databases, blind to accents and case."""

import unicodedata
from typing import Any

from django.db.models import Lookup, TextField


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: "Évaluation  du" becomes "evaluation du"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


@TextField.register_lookup
class Holds(Lookup):
    """`search_text__holds=word`: whether folded text holds a folded word.

    PostgreSQL answers LIKE from a trigram index; SQLite, which has to read every row, compares bytes several times
    faster with INSTR than with LIKE.
    """

    lookup_name = "holds"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        return f"INSTR({left}, %s) > 0", [*left_params, str(self.rhs)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        escaped = str(self.rhs).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return f"{left} LIKE %s", (*left_params, f"%{escaped}%")
