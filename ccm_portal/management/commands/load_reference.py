"""Load or refresh the register and the other reference data; may be run any number of times."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from ccm_portal.loading import load_all
from ccm_portal.register.reference import BadReference
from ccm_portal.ui.commands import PortalCommand


class Command(PortalCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=settings.REFERENCE_DIR)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally = load_all(options["path"], keep=not options["dry_run"])
        except BadReference as error:
            raise CommandError(str(error)) from None
        for line in tally.lines():
            self.stdout.write(line)
