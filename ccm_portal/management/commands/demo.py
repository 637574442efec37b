"""Prepare the demonstration (database, register, example people and records) and serve it."""

import os
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.accounts.actions import send_waiting_mails
from ccm_portal.demonstration import ACCOUNTS, PASSWORD, prepare
from ccm_portal.loading import load_all
from ccm_portal.mail_subjects import still_known
from ccm_portal.ui.commands import PortalCommand, parse_day


def empty_outbox() -> None:
    """Send the mails of the examples nowhere, their addresses are made up; later ones wait for `send_mail`."""
    nowhere = "django.core.mail.backends.dummy.EmailBackend"
    send_waiting_mails(now=timezone.now(), still_known=still_known, backend=nowhere)


class Command(PortalCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-server", action="store_true", help="prepare the data only")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="the day that the examples are dated by (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("demonstration accounts are never created in production (PRODUCTION is set)")
        on = parse_day(options["on"], timezone.localdate())
        self.prepare(on)
        if not options["no_server"]:
            self.serve()

    def prepare(self, on: date) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        tally = load_all(settings.REFERENCE_DIR)
        self.stdout.write("Register: " + "; ".join(tally.lines()[:2]))
        self.stdout.write(f"Example records added: {prepare(on)}")
        empty_outbox()
        call_command("collectstatic", interactive=False, verbosity=0)

    def serve(self) -> None:
        port = os.environ.get("PORT", "8000")
        if not port.isdigit():
            raise CommandError(f"PORT must be a number, not {port!r}")
        self.stdout.write(f"\nhttp://127.0.0.1:{port}/  (stop with Ctrl-C)\nPassword of every account: {PASSWORD}")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:<26} {account.name}")
        self.stdout.flush()
        gunicorn = [sys.executable, "-m", "gunicorn", "ccm_portal.wsgi", "--bind", f"127.0.0.1:{port}"]
        options = ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "warning"]
        os.chdir(Path(settings.BASE_DIR))
        os.execv(sys.executable, [*gunicorn, *options])  # noqa: S606 - our own interpreter, no shell
