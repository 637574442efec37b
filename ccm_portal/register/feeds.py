"""The deadlines as an iCalendar feed (RFC 5545). A moved deadline keeps its UID, so calendars update the entry."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from ccm_portal.register.clocks import Row

UID_HOST = "ccm-portal.invalid"


def calendar(rows: Iterable[Row], *, made_on: datetime) -> bytes:
    """Deadlines and last days to ask for an extension, as all-day events."""
    feed = Calendar()
    feed.add("prodid", "-//Convention on Cluster Munitions//Cooperation and assistance portal//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", _("Convention on Cluster Munitions: deadlines"))
    for row in rows:
        title = _("%(state)s: deadline, Article %(clock)s") % {"state": row.state.name, "clock": row.clock}
        feed.add_component(_event(row, "deadline", title, row.deadline, made_on))
        if row.latest_submission:
            title = _("%(state)s: last day to ask for an extension, Article %(clock)s (to reach %(meeting)s)") % {
                "state": row.state.name,
                "clock": row.clock,
                "meeting": row.consideration_meeting,
            }
            feed.add_component(_event(row, "submission", title, row.latest_submission, made_on))
    return feed.to_ical()


def _event(row: Row, kind: str, title: str, day: object, made_on: datetime) -> Event:
    event = Event()
    event.add("uid", f"{row.uid}-{kind}@{UID_HOST}")
    event.add("dtstamp", made_on)
    # The sequence grows with each new deadline of a clock: that is how a calendar tells an update from a copy.
    event.add("sequence", row.sequence)
    event.add("last-modified", datetime.combine(made_on.date(), time(), tzinfo=UTC))
    event.add("summary", title)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))  # type: ignore[operator]
    event.add("transp", "TRANSPARENT")
    event.add("description", f"{row.label}. {_('Source:')} {row.source}")
    return event
