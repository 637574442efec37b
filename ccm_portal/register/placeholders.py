"""Placeholders in stored texts: {{icaCoordinators|date}} becomes the States that hold the office on a day. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

#: {{icaCoordinators}}, {{icaCoordinators|date}} (both: the text's own day) or {{icaCoordinators|2018-06-27}}.
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z]+)\s*(?:\|\s*([^}|]*?)\s*)?\}\}")
OWN_DAY = "date"


class BadPlaceholder(ValueError):
    """A placeholder that nothing can be put for, with the reason in a sentence."""


def fill(text: str, on: date, holders: Callable[[str, date], Sequence[str] | None]) -> str:
    """The text with each placeholder replaced by the holders of that office on the text's day, or on the day that the
    placeholder names. `holders` gives None for a name that no office has; such a placeholder stays as it is."""

    def replace(match: re.Match[str]) -> str:
        name, day = match.groups()
        names = holders(name, _day(day, on))
        if names is None:
            return match[0]
        return get_text_list(list(names), _("and")) or _("(nobody on record)")

    return PLACEHOLDER.sub(replace, text)


def check_placeholders(text: str, known: Iterable[str]) -> None:
    """Raises BadPlaceholder for a name that no office has, a day that is none, and braces left over."""
    known = sorted(known)
    for name, day in PLACEHOLDER.findall(text):
        if name not in known:
            raise BadPlaceholder(
                _("No office has the placeholder “%(name)s”; there are: %(known)s.")
                % {"name": name, "known": ", ".join(known)}
            )
        try:
            _day(day, date.min)
        except ValueError:
            raise BadPlaceholder(
                _("“%(day)s” is not a day; write “date” for the text's own, or year-month-day.") % {"day": day}
            ) from None
    if "{{" in PLACEHOLDER.sub("", text):
        raise BadPlaceholder(_("A placeholder looks like this: {{icaCoordinators|date}}."))


def _day(text: str | None, own: date) -> date:
    return date.fromisoformat(text) if text and text != OWN_DAY else own
