"""Text folded for search: the same on both databases, blind to accents and case."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: "Évaluation  du" becomes "evaluation du"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
