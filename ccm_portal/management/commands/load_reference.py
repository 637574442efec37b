"""Load or refresh the register and the other reference data; may be run any number of times."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ccm_portal.accounts.actions import record_event
from ccm_portal.register.reference import ReferenceError, Tally, load_register
from coalitions.reference import load_coalitions
from reports.reference import load_reports
from requests_app.reference import load_assistance


def load_all(folder: Path) -> Tally:
    """Everything in a folder with `treaty/`, `assistance/` and perhaps `portal/`, in one transaction.

    A folder that holds the treaty files alone is taken as `treaty/`; the portal's own copy gives the rest.
    """
    own: Path = settings.REFERENCE_DIR
    treaty = folder if (folder / "states_parties.csv").exists() else folder / "treaty"
    assistance = folder / "assistance" if (folder / "assistance").is_dir() else own / "assistance"
    portal = folder / "portal" if (folder / "portal").is_dir() else own / "portal"
    tally = Tally()
    with transaction.atomic():
        load_register(treaty, assistance, portal, tally)
        load_assistance(assistance, portal, tally)
        load_coalitions(assistance, portal, tally)
        load_reports(assistance, tally)
        record_event("reference data loaded", by=None, subject=folder.name, added=tally.added, changed=tally.changed)
    return tally


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=settings.REFERENCE_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally = load_all(options["path"])
        except ReferenceError as error:
            raise CommandError(str(error)) from None
        for name, counts in (("added", tally.added), ("changed", tally.changed), ("left", tally.left)):
            total = sum(counts.values())
            detail = ", ".join(f"{number} {model}" for model, number in sorted(counts.items()))
            self.stdout.write(f"{name}: {total}" + (f" ({detail})" if detail else ""))
        for warning in tally.warnings:
            self.stdout.write(f"warning: {warning}")
