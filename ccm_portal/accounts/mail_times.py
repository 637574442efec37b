"""When mail is tried again, and what goes into a digest. Pure: no database, no clock of its own."""

from datetime import datetime, timedelta

from ccm_portal.accounts.enums import MailTiming

#: After each failed try the next one waits longer; after the last (two days in all) the mail counts as failed.
RETRY_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
)
DIGEST_HOUR = 6  # UTC: before the working day begins in Geneva; weekly digests go on Mondays


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a mail that has failed so many times is tried again; None where it was the last time."""
    return now + RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None


def digest_closes(timing: MailTiming, now: datetime) -> datetime:
    """The last moment that a digest of this timing closed: what was written before it goes out now."""
    closed = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if closed > now:
        closed -= timedelta(days=1)
    return closed - timedelta(days=closed.weekday()) if timing == MailTiming.WEEKLY else closed
