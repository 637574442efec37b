"""The nightly run: follow-ups of deadlines, clocks of requests, reminders of unanswered relays, news for digests. Any
number of runs on a day do it once."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from ccm_portal.accounts.actions import note_run
from ccm_portal.accounts.enums import Job
from ccm_portal.ui.commands import PortalCommand, parse_day
from coalitions.outreach.actions import open_follow_ups
from requests_app.actions import remind_silent
from requests_app.mailing.actions import queue_new_requests
from requests_app.waiting.actions import run_clocks
from requests_app.workbooks.actions import forget_waiting
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
        clocks = run_clocks(on)
        self.stdout.write("; ".join(f"{name}: {number}" for name, number in vars(clocks).items()))
        reminded = remind_silent(on)
        for relay in reminded:
            self.stdout.write(f"reminded: {relay.supporter} of {relay.request}, relayed on {relay.sent_on}")
        told = queue_new_requests(on)
        self.stdout.write(f"new requests told: {told}")
        if forgotten := forget_old(timezone.now()) + forget_waiting(timezone.now()):
            self.stdout.write(f"files that nobody came back for: {forgotten} removed")
        changed = len(done.opened) + done.resolved + clocks.number + len(reminded) + told + forgotten
        note_run(Job.FOLLOW_UP, now=timezone.now(), changed=changed)
