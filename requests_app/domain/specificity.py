"""How specific a need is, by signals that every language has: figures, units, years, names, the fields filled in.

It never blocks and never scores: it names the questions that a reader will ask, as far as the text leaves them open.
"""

import re
from dataclasses import dataclass

from requests_app.enums import Aspect

ENOUGH_SIGNS = 40  # a requirement shorter than this names hardly more than a wish
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
DAY = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)")
PLACE_NUMBERS = re.compile(r"\d{1,3}[.,]\d{2,}\s*°?|\d{1,3}°")  # coordinates
CURRENCY = re.compile(r"\b[A-Z]{3}\b|[$€£¥₭]")
FIGURE = re.compile(r"\d")  # in any script's digits


@dataclass(frozen=True, slots=True)
class Said:
    """What a State has said of its need so far."""

    challenge: str = ""
    requirement: str = ""
    has_kinds: bool = False
    is_financial: bool = False
    has_cost: bool = False
    has_end: bool = False
    has_evidence: bool = False


def open_questions(said: Said) -> tuple[Aspect, ...]:
    """The questions that the text leaves open, in the order in which a reader asks them; none for an empty text."""
    if not said.requirement.strip():
        return ()
    text = said.requirement
    both = f"{said.challenge}\n{text}"
    years = YEAR.findall(_western(both))
    answered = {
        Aspect.WHAT: said.has_kinds or _length(text) >= ENOUGH_SIGNS,
        Aspect.HOW_MANY: _has_quantity(text),
        Aspect.WHERE: _names_a_place(both),
        Aspect.UNTIL_WHEN: said.has_end or bool(years) or bool(DAY.search(_western(both))),
        Aspect.COST: said.has_cost or not said.is_financial or bool(CURRENCY.search(text) and FIGURE.search(text)),
        Aspect.EVIDENCE: said.has_evidence,
    }
    return tuple(aspect for aspect, is_answered in answered.items() if not is_answered)


def _western(text: str) -> str:
    """Digits of every script as 0-9, so that ٢٠٢٧ and ໒໐໒໗ are years too."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def _length(text: str) -> int:
    """Signs, where one of a script that writes words or syllables in one sign counts for three letters."""
    return sum(3 if "\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3" else 1 for sign in text.strip())


def _has_quantity(text: str) -> bool:
    """A figure that is no year; a numeral of a script that counts in words' signs counts too."""
    without_years = DAY.sub("", YEAR.sub("", _western(text)))
    return any(sign.isnumeric() for sign in without_years)


def _names_a_place(text: str) -> bool:
    """Coordinates, or a name inside a sentence; where a script has no capitals nobody can tell, so nothing is asked."""
    if PLACE_NUMBERS.search(_western(text)):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    if not any(sign.islower() for sign in text):
        return True
    starts = {match.start(1) for match in re.finditer(r"(?:^|[.!?:\n]\s*)[\W_]*(\w)", text)}
    named = (match for match in re.finditer(r"[^\W\d_]{3,}", text) if match.start() not in starts)
    return bool(words) and any(match.group()[0].isupper() and not match.group().isupper() for match in named)
