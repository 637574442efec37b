"""The main menu, and what the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User

PUBLIC = (
    ("/states/", _("States")),
    ("/deadlines/", _("Deadlines")),
    ("/requests/", _("Requests")),
    ("/offers/", _("Offers")),
    ("/coalitions/", _("Coalitions")),
    ("/work-plans/", _("Work plans")),
    ("/reports/", _("Reports")),
    ("/library/", _("Library")),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Menu entries as (address, label, is current)."""
    user = getattr(request, "user", None)
    entries = list(PUBLIC)
    if isinstance(user, User):
        entries.insert(0, ("/dashboard/", _("My board")))
        if user.access.sees_all_requests or user.access.state or user.access.organisation:
            entries.insert(5, ("/matching/", _("Matching")))
        if user.access.follows_up:
            entries.insert(1, ("/follow-ups/", _("Follow-ups")))
    place = request.path.replace("/country-requests/", "/requests/", 1)  # a group of requests belongs to them
    return {
        "menu": [(address, label, place.startswith(address)) for address, label in entries],
        "languages": settings.LANGUAGES,
        "is_demonstration": not settings.PRODUCTION,
    }
