"""The deadlines as an iCalendar feed (RFC 5545) that Outlook, Google and Apple calendars follow.

The same facts on the same day give the same bytes: every stamp says when what an entry shows last changed. An entry
keeps its UID when its date moves, so that calendars update it. One that nobody has to meet any more is left out, not
sent as cancelled: a subscribed calendar is read whole each time, and what is absent leaves it in all three programs,
while a cancelled entry is hidden by one, struck through by another and kept by the third.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from ccm_portal.register.clocks import Row, formal_meetings
from ccm_portal.register.queries import Changes, feed_rows, recorded_changes
from ccm_portal.treaty.dates import CONVENTION_IN_FORCE
from ccm_portal.treaty.explain import turning_days

UID_HOST = "ccm-portal.invalid"
EVERY = timedelta(hours=12)  # how often a calendar is asked to look again
ORIGIN = datetime.combine(CONVENTION_IN_FORCE, time(), tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One all-day event."""

    uid: str
    day: date
    title: str
    text: str
    path: str
    category: str
    changed: datetime


def entries(rows: Iterable[Row], on: date, changes: Changes) -> list[Entry]:
    """Deadlines and last days to ask for an extension; the annual reports of several States as one entry."""
    rows = list(rows)
    found: list[Entry] = []
    annual: dict[int, list[Row]] = {}
    for row in rows:
        if row.obligation is not None:
            found += _of_clock(row, on, changes)
        elif row.covered_year is None:
            found.append(_of_report(row, changes))
        else:
            annual.setdefault(row.covered_year, []).append(row)
    for year, reports in annual.items():
        found.append(_of_report(reports[0], changes) if len(reports) == 1 else _of_all_reports(year, reports[0]))
    return found


def _of_clock(row: Row, on: date, changes: Changes) -> list[Entry]:
    changed = _last_turn(row, on, changes)
    category = _("Article %(article)s") % {"article": row.article}
    path = row.get_absolute_url()
    values = {"state": row.state.name, "clock": row.clock, "meeting": row.consideration_meeting}
    lines = [f"{row.label}."]
    if row.month_precision:
        lines.append(_("The source gives the month only."))
    lines.append(_("Decided by: %(meeting)s") % {"meeting": row.decided_by or _("Convention")})
    lines.append(f"{_('Source:')} {row.source}")
    title = _("%(state)s: deadline, Article %(clock)s") % values
    found = [Entry(f"{row.uid}-deadline", row.deadline, title, "\n".join(lines), path, category, changed)]
    if row.latest_submission:
        title = _("%(state)s: last day to ask for an extension, Article %(clock)s (to reach %(meeting)s)") % values
        text = f"{row.label}.\n" + _(
            "Nine months before the first day of the meeting. A later request is late, not void."
        )
        found.append(Entry(f"{row.uid}-submission", row.latest_submission, title, text, path, category, changed))
    return found


def _of_report(row: Row, changes: Changes) -> Entry:
    title = (
        _("%(state)s: initial transparency report due, Article 7")
        if row.covered_year is None
        else _("%(state)s: transparency report for %(year)s due, Article 7")
    ) % {"state": row.state.name, "year": row.covered_year}
    changed = changes.of_state(row.state.pk)
    return Entry(f"{row.uid}-due", row.deadline, title, _filing(), row.get_absolute_url(), _("Article 7"), changed)


def _of_all_reports(year: int, row: Row) -> Entry:
    title = _("Transparency reports for %(year)s due, Article 7 (every State Party)") % {"year": year}
    always = _midnight(date(year - 1, 1, 1))  # it never says anything else
    path = "/deadlines/?article=7"
    return Entry(f"reports-{year}-due", row.deadline, title, _filing(), path, _("Article 7"), always)


def _filing() -> str:
    return _("Reports are filed with the United Nations (Article 7). What counts is the filing there.")


def _last_turn(row: Row, on: date, changes: Changes) -> datetime:
    """When what an entry shows last changed: a fact was recorded, or a day came that changes the status."""
    if row.obligation is None:
        raise ValueError("only clocks turn")
    turns = turning_days(row.obligation.facts(), formal_meetings())
    past = [day for day in turns if day <= on]
    recorded = changes.of_obligation(row.obligation.pk, row.state.pk)
    return max(recorded, _midnight(max(past, default=CONVENTION_IN_FORCE)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def calendar(found: Sequence[Entry], *, name: str) -> bytes:
    """The feed, its entries in the order of their days."""
    feed = Calendar()
    feed.add("prodid", "-//Convention on Cluster Munitions//Cooperation and assistance portal//EN")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", name)
    feed.add("x-wr-calname", name)
    feed.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT12H")
    for entry in sorted(found, key=lambda entry: (entry.day, entry.uid)):
        feed.add_component(_event(entry))
    if not found:
        feed.add_component(_utc())  # a calendar without any component is not valid
    return feed.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    changed = entry.changed.astimezone(UTC).replace(microsecond=0)
    event.add("uid", f"{entry.uid}@{UID_HOST}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    # The sequence must grow whenever anything shown changes, and never fall: seconds since the Convention's entry into
    # force do both, without anything that would have to be counted and stored.
    event.add("sequence", max(0, int((changed - ORIGIN).total_seconds())))
    event.add("summary", entry.title)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("categories", [entry.category])
    address = f"{settings.SITE_URL}{entry.path}"
    event.add("description", f"{entry.text}\n{address}")
    event.add("url", address)
    return event


def _utc() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  # a time zone's own start is local by definition
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone


def deadline_feed(
    request: HttpRequest, chosen: dict[str, Any], *, on: date, name: str, is_private: bool = False
) -> HttpResponse:
    """The answer to a calendar: the entries that a filter leaves, or 304 where it has them already."""
    changes = recorded_changes()
    body = calendar(entries(feed_rows(on, chosen), on, changes), name=name)
    # Within a day nothing but a recorded fact can change what is shown.
    return _respond(request, body, changed=max(changes.latest, _midnight(on)), is_private=is_private)


def _respond(request: HttpRequest, body: bytes, *, changed: datetime, is_private: bool) -> HttpResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed.timestamp())
    patch_cache_control(response, max_age=3600, **{"private" if is_private else "public": True})
    stamp = int(changed.timestamp())
    return get_conditional_response(request, etag=etag, last_modified=stamp, response=response) or response
