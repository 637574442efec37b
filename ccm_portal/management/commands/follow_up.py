"""Open the follow-ups that a day asks for, close those that need no contact any more, and remind of unanswered relays;
run it every night."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from ccm_portal.ui.commands import PortalCommand, parse_day
from coalitions.outreach.actions import open_follow_ups
from requests_app.actions import remind_silent
from requests_app.writing.actions import forget_old


class Command(PortalCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        on = parse_day(options["as_of"], timezone.localdate())
        done = open_follow_ups(on)
        for item in done.opened:
            self.stdout.write(f"{item.obligation}: {item.get_reason_display()}, contact by {item.due_on}")
        self.stdout.write(f"opened: {len(done.opened)}; no longer needed: {done.resolved}")
        for relay in remind_silent(on):
            self.stdout.write(f"reminded: {relay.supporter} of {relay.request}, relayed on {relay.sent_on}")
        if forgotten := forget_old(timezone.now()):
            self.stdout.write(f"files that nobody came back for: {forgotten} removed")
