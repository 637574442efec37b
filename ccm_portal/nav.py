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
#: Rooms without an entry of their own, and the entry under which they are found.
ROOMS = {
    "/country-requests/": "/requests/",
    "/request-forms/": "/requests/",
    "/needs-import/": "/requests/",
    "/supporters/": "/offers/",
    "/expertise/": "/offers/",
    "/extension-requests/": "/deadlines/",
    "/time-bound-obligations/": "/deadlines/",
    "/transparency-reports/": "/reports/",
    "/decisions/": "/library/",
    "/documents/": "/library/",
    "/action-plans/": "/library/",
    "/priorities/": "/follow-ups/",
    "/market/": "/matching/",
    "/channels/": "/matching/",
    "/case-studies/": "/coalitions/",
}


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
    place = next((entry for room, entry in ROOMS.items() if request.path.startswith(room)), request.path)
    return {
        "menu": [(address, label, place.startswith(address)) for address, label in entries],
        "languages": settings.LANGUAGES,
        "is_demonstration": not settings.PRODUCTION,
    }
