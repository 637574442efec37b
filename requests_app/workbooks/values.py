"""Answers as text: what a form stores, what a file shows, and back. The text of a choice is its code."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import Model

from requests_app.workbooks.enums import Answer, Trouble

YES = "yes"
TICKS = ("x", "✓", "✔", "☑", "☒", "1", "true")
NO_TICKS = ("", "0", "-", "–", "☐", "false")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FAR = 15  # digits that a spreadsheet keeps of a number


class BadAnswer(Exception):
    """An answer that cannot be understood; whether it is a good one, the form decides."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def kind_of(field: forms.Field) -> Answer:
    """What a line of the form takes for a field."""
    if isinstance(field, forms.BooleanField):
        return Answer.YES
    if isinstance(field, forms.ChoiceField):
        return Answer.CHOICE
    if isinstance(field, forms.DateField):
        return Answer.DATE
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        return Answer.NUMBER
    return Answer.LONG if isinstance(field.widget, forms.Textarea) else Answer.TEXT


def text_of(value: Any) -> str:
    """What a form stores in one field, as text; of several choices, each is asked for by itself."""
    if value is None or value is False:
        return ""
    if value is True:
        return YES
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _number(str(value))
    return plain(str(value))


def plain(text: str) -> str:
    """Text as any file can hold it: one kind of line break, no control characters, nothing around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs", "Cn")).strip()


def read(kind: Answer, said: str, words: Mapping[str, Sequence[str]]) -> str:
    """The text of what somebody wrote in a file. `words` are the ways to say each choice, or yes (`YES`) and no ("").

    Raises BadAnswer where nobody could tell what is meant.
    """
    said = plain(said)
    if kind == Answer.NUMBER:
        return _number(said)
    if kind == Answer.DATE and said and not ISO_DAY.fullmatch(said):
        raise BadAnswer(Trouble.NO_DAY)  # 03/04/2027 is a day in March or in April
    if kind in (Answer.CHOICE, Answer.YES):
        for code, ways in words.items():
            if said.casefold() in {code.casefold(), *(plain(way).casefold() for way in ways)}:
                return code
        if said:
            raise BadAnswer(Trouble.NO_YES if kind == Answer.YES else Trouble.NO_CHOICE)
    return said


def _number(said: str) -> str:
    """4000000.00 and 4000000 are one number; what is none stays as it was written."""
    try:
        number = Decimal(said) if len(said) < 40 and re.fullmatch(r"-?\d+(\.\d+)?", said) else None
    except InvalidOperation:
        number = None
    if number is None:
        return said
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_number(text: str) -> float | None:
    """A number that a spreadsheet keeps exactly, else None: it is then written as text."""
    try:
        is_kept = len(text.replace(".", "")) <= FAR and text == _number(text) and Decimal(text).is_finite()
        return float(text) if is_kept and _number(repr(float(text)).removesuffix(".0")) == text else None
    except (InvalidOperation, ValueError):
        return None
