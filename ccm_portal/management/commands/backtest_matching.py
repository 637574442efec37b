"""Test the ranking of supporters on published flows: train until a year, compare with the tables after it."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ccm_portal.register.models import State
from ccm_portal.register.reference import BadReference, Row, read_rows
from ccm_portal.ui.commands import RecordsCommand
from requests_app.domain.backtest import Given, Result, backtest
from requests_app.domain.matching import Flow


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("flows", type=Path, metavar="FLOWS.csv")
        parser.add_argument("--train-until", type=int, required=True, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        regions = dict(State.objects.values_list("iso3", "region"))
        try:
            given = [_given(row, regions) for row in read_rows(options["flows"])]
            results = backtest(given, train_until=options["train_until"])
        except (BadReference, ValueError) as error:
            raise CommandError(str(error)) from None
        self.print_records(options["format"], list(Result.__slots__), [asdict(result) for result in results])


def _given(row: Row, regions: dict[str, str]) -> Given:
    year, usd = row.number("year"), row.text("amount_usd")
    if year is None:
        raise row.fail("a flow without a year")
    try:
        amount = float(usd) if usd else None
    except ValueError:
        raise row.fail(f"amount_usd {usd!r} is not an amount") from None
    recipient = row.text("recipient_iso3")
    areas = frozenset(part.strip() for part in row.text("sector_codes").split(";") if part.strip())
    flow = Flow(recipient, regions.get(recipient, ""), year, amount, areas)
    return Given(row.text("donor_code"), flow, row.text("table_coverage") == "full")
