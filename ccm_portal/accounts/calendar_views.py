"""A person's own calendar feeds: to make, renew and revoke them, and to read one by its secret address."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ccm_portal.accounts.actions import create_feed, hash_token, note_reading, renew_feed, revoke_feed
from ccm_portal.accounts.enums import FeedScope
from ccm_portal.accounts.forms import FeedForm
from ccm_portal.accounts.models import CalendarFeed, User
from ccm_portal.register.feeds import deadline_feed

NO_STATE = "-"  # no State has this code


def _page(request: HttpRequest, user: User, form: FeedForm, token: str = "") -> HttpResponse:
    """The feeds of a person, and the address of the one just made: it is shown in this answer only."""
    return render(
        request,
        "accounts/calendar_feeds.html",
        {
            "feeds": list(user.calendar_feeds.active()),
            "form": form,
            "state": user.access.state,
            "address": request.build_absolute_uri(reverse("people:feed", args=[token])) if token else "",
        },
        status=422 if form.errors else 200,
    )


@never_cache
def calendar_feeds(request: HttpRequest) -> HttpResponse:
    """The person's calendar feeds; a POST makes one."""
    user: User = request.user  # type: ignore[assignment]
    form = FeedForm(request.POST if request.method == "POST" else None, user=user)
    token = ""
    if request.method == "POST" and form.is_valid():
        _feed, token = create_feed(by=user, **form.cleaned_data)
        form = FeedForm(user=user)
    return _page(request, user, form, token)


@never_cache
@require_POST
def calendar_feed_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address for a feed that somebody else may know."""
    user: User = request.user  # type: ignore[assignment]
    feed = get_object_or_404(user.calendar_feeds.active(), pk=pk)
    return _page(request, user, FeedForm(user=user), renew_feed(feed, by=user))


@require_POST
def calendar_feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a feed."""
    user: User = request.user  # type: ignore[assignment]
    revoke_feed(get_object_or_404(user.calendar_feeds.active(), pk=pk), by=user, now=timezone.now())
    return redirect("people:calendar")


@login_not_required
def personal_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's feed as that person may see it now, for a calendar that knows its secret address. Who has lost the
    post for a State gets nothing of that State, and the entries leave the calendar."""
    feed = get_object_or_404(CalendarFeed.objects.active().select_related("user"), token_hash=hash_token(token))
    note_reading(feed, now=timezone.now())
    state = feed.user.access.state
    chosen: dict[str, Any] = {"reports": feed.with_reports}
    if feed.scope == FeedScope.OWN:
        chosen["state"] = state.pk if state else NO_STATE
    return deadline_feed(
        request,
        chosen,
        on=timezone.localdate(),
        name=_("Convention on Cluster Munitions: my deadlines"),
        is_private=True,
    )
