"""The nightly run: follow-ups of deadlines, clocks of requests, news for digests. Any number of runs do it once."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from ccm_portal.accounts.actions import note_run
from ccm_portal.accounts.enums import Job
from ccm_portal.ui.commands import PortalCommand, parse_day
from coalitions.outreach.actions import open_follow_ups
from requests_app.mailing.actions import queue_new_requests
from requests_app.waiting.actions import run_clocks


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
        told = queue_new_requests(on)
        self.stdout.write(f"new requests told: {told}")
        changed = len(done.opened) + done.resolved + clocks.number + told
        note_run(Job.FOLLOW_UP, now=timezone.now(), changed=changed)
