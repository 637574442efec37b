"""The day that a page is about: today, or `?as_of=YYYY-MM-DD`."""

from datetime import date

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _


def as_of(request: HttpRequest) -> date:
    """The day asked for. Raises BadRequest, shown as a page that says what a day looks like."""
    text = request.GET.get("as_of", "").strip()
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            _("“%(text)s” is not a day. Write it as year-month-day, for example 2018-06-27.") % {"text": text[:40]}
        ) from None
