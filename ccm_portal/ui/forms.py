"""What every form that people write texts in does with them."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from ccm_portal.ui.widgets import Figure

LONGEST_TEXT = 20_000  # characters: some eight pages


class TextForm(forms.ModelForm):
    """The form of a record whose long texts have an end, and whose amounts are taken as people write them. Who writes
    beyond the end is told beside the field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea) and getattr(field, "max_length", None) is None:
                field.validators.append(MaxLengthValidator(LONGEST_TEXT))
            if isinstance(field, forms.DecimalField) and type(field.widget) is forms.NumberInput:
                field.widget = Figure()
                field.widget.is_required = field.required
