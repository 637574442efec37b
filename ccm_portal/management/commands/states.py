"""States with their acts towards the Convention, as of a day; acts after that day are not yet known to it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone

from ccm_portal.register.models import State
from ccm_portal.ui.commands import RecordsCommand, parse_day

COLUMNS = ["iso3", "name", "status", "signature_date", "deposit_date", "entry_into_force", "withdrawal_effective"]


def state_records(on: date) -> Iterator[dict[str, Any]]:
    for state in State.objects.all():
        deposited = state.deposited is not None and state.deposited <= on
        notified = state.withdrawal_received is not None and state.withdrawal_received <= on
        yield {
            "iso3": state.iso3,
            "name": state.name,
            "status": state.membership_on(on),
            "signature_date": state.signed if state.signed and state.signed <= on else None,
            "deposit_date": state.deposited if deposited else None,
            "entry_into_force": state.in_force if deposited else None,
            "withdrawal_effective": state.withdrawn if notified else None,
        }


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        on = parse_day(options["as_of"], timezone.localdate())
        self.print_records(options["format"], COLUMNS, state_records(on))
