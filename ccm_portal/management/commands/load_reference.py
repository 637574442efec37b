"""Load or refresh the register and the other reference data; may be run any number of times.

PATH is a folder with the reference files, or one file of them (CSV, or a workbook with a sheet for each).
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from ccm_portal.importing import import_file
from ccm_portal.loading import load_all
from ccm_portal.register.reference import BadReference
from ccm_portal.ui.commands import PortalCommand


class Command(PortalCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=settings.REFERENCE_DIR)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
        parser.add_argument("--details", action="store_true", help="name each record with its old and new values")

    def handle(self, *args: Any, **options: Any) -> None:
        path, keep = options["path"], not options["dry_run"]
        try:
            tally = import_file(path, keep=keep) if path.is_file() else load_all(path, keep=keep)
        except BadReference as error:
            raise CommandError("\n".join(error.reasons)) from None
        for line in tally.lines():
            self.stdout.write(line)
        if options["details"]:
            for change in tally.changes:
                what = "; ".join(f"{name}: {old or '–'} → {new or '–'}" for name, old, new in change.fields)
                self.stdout.write(f"{change.kind} {change.model} {change.record} ({change.source}): {what}")
