"""Form widgets that render in Python instead of one template per option, with the same markup as Django's."""

import re
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString


class FastSelect(forms.Select):
    """A select for long lists such as States."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        choices = [("" if key is None else str(key), str(label)) for key, label in self.choices]
        options = [
            f'<option value="{escape(key)}"{" selected" if key in chosen else ""}>{escape(label)}</option>'
            for key, label in choices
        ]
        final = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return SafeString(f"<select{flatatt(final)}>{''.join(options)}</select>")


#: "3,000,000", "500 000" and "1'000.50", as the portal and people write them. "250.000" could mean two things.
GROUPED = re.compile(r"\d{1,3}(?:[,’' \u00a0\u202f]\d{3})+(?:\.\d{1,2})?")


class Figure(forms.TextInput):
    """A number, with or without signs between its thousands. A number field of the browser drops what is no number;
    here it is kept, and told."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "decimal", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        if isinstance(typed, str) and GROUPED.fullmatch(typed.strip()):
            return re.sub(r"[^\d.]", "", typed)
        return typed


class DateInput(forms.DateInput):
    """The browser's own date field; typed as YYYY-MM-DD where it has none."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"placeholder": "YYYY-MM-DD", **(attrs or {})}, format="%Y-%m-%d")
