"""The main menu, and what the frame of every page needs."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language
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
BOARD, MATCHING, FOLLOW_UPS = "/dashboard/", "/matching/", "/follow-ups/"
LABELS = {**dict(PUBLIC), BOARD: _("My board"), MATCHING: _("Matching"), FOLLOW_UPS: _("Follow-ups")}
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
    """The menu, the languages, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    entries = [address for address, _label in PUBLIC]
    if isinstance(user, User):
        entries.insert(0, BOARD)
        if user.access.sees_all_requests or user.access.state or user.access.organisation:
            entries.insert(5, MATCHING)
        if user.access.follows_up:
            entries.insert(1, FOLLOW_UPS)
    place = next((entry for room, entry in ROOMS.items() if request.path.startswith(room)), request.path)
    return {
        "menu": _menu(tuple((entry, place.startswith(entry)) for entry in entries), get_language()),
        "languages": settings.LANGUAGES,
        "is_demonstration": not settings.PRODUCTION,
    }


@lru_cache(maxsize=512)
def _menu(entries: tuple[tuple[str, bool], ...], language: str | None) -> str:
    """Entries as (address, is current), drawn once in each language."""
    return render_to_string("components/menu.html", {"entries": [(*entry, LABELS[entry[0]]) for entry in entries]})
