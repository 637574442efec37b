"""Fill the database for measuring: register, example people, made-up requests. Prints what the client needs."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from bench.fill import add_drafts, fill, request_to_read, requests_to_answer, sessions
from bench.pages import PAGES
from ccm_portal.demonstration import prepare
from ccm_portal.loading import load_all


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--requests", type=int, required=True)
        parser.add_argument("--drafts", type=int, default=0)
        parser.add_argument("--first", action="store_true", help="migrate and load the register before")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["first"]:
            self._first()
        fill(options["requests"], timezone.localdate())
        site = {
            "sessions": sessions(sorted({page.person for page in PAGES})),
            "detail": request_to_read(),
            "relayed": requests_to_answer(),
            "drafts": add_drafts(options["drafts"], timezone.localdate()),
        }
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # what autovacuum does within minutes
        self.stdout.write(json.dumps(site))

    def _first(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        load_all(settings.REFERENCE_DIR)
        prepare(timezone.localdate())
