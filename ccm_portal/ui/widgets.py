"""Form widgets that render in Python instead of one template per option, with the same markup as Django's."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SELECTED, PLAIN = mark_safe(" selected"), mark_safe("")


class FastSelect(forms.Select):
    """A select for long lists such as States."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (
                    key if key is not None else "",
                    SELECTED if str(key if key is not None else "") in chosen else PLAIN,
                    label,
                )
                for key, label in self.choices
            ),
        )
        final = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(final), options)


class DateInput(forms.DateInput):
    """The browser's own date field; typed as YYYY-MM-DD where it has none."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"placeholder": "YYYY-MM-DD", **(attrs or {})}, format="%Y-%m-%d")
