"""Measure the ranking of supporters on published flows: learn from earlier years, compare with who gave later."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ccm_portal.register.models import Organisation, State
from ccm_portal.register.reference import BadReference, Row, read_rows
from ccm_portal.ui.commands import RecordsCommand
from requests_app.domain.backtest import Given, Measures, Outcome, averages, backtest
from requests_app.domain.matching import Flow
from requests_app.models import Supporter
from requests_app.queries import read_weights
from requests_app.reference import FROM_GIVER

MEASURES = list(Measures.__slots__)
COVERAGES = {"full", "partial", FROM_GIVER}
#: What makes a row a repetition: a donor may give money and help in kind in a year, but not the same gift twice.
KEY = (
    "recipient_iso3",
    "donor_code",
    "year",
    "amount_usd",
    "amount_national",
    "currency",
    "form",
    "sectors_as_published",
)


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("flows", type=Path, metavar="FLOWS.csv")
        parser.add_argument(
            "--train-until",
            type=int,
            metavar="YEAR",
            help="without it, each table is foretold from the years before it",
        )
        parser.add_argument(
            "--from", type=int, dest="since", metavar="YEAR", help="measure tables of this year and later"
        )
        parser.add_argument("--tables", action="store_true", help="print each table, with the donors that were missed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = read_flows(options["flows"])
            outcomes = backtest(given, train_until=options["train_until"], weights=read_weights())
        except (BadReference, ValueError) as error:
            raise CommandError(str(error)) from None
        outcomes = [o for o in outcomes if o.table.year >= (options["since"] or 0)]
        if not outcomes:
            raise CommandError(f"no complete table of {options['since']} or later")
        if options["tables"]:
            self.print_records(options["format"], ["recipient", "year", "method", *MEASURES, "missed"], _each(outcomes))
        elif options["format"] == "json":
            self.stdout.write(_summary(options["train_until"], outcomes))
        else:
            rows = [{"method": method, **asdict(found)} for method, found in averages(outcomes).items()]
            self.print_records(options["format"], ["method", *MEASURES], rows)


def read_flows(path: Path) -> list[Given]:
    """The flows of a file; every row that cannot be used is named, with its reason."""
    states = State.objects.in_bulk()
    donors = {
        *states,
        *Supporter.objects.values_list("code", flat=True),
        *Organisation.objects.values_list("code", flat=True),
    }
    given, problems = [], []
    lines: dict[tuple[str, ...], int] = {}
    for row in read_rows(path):
        try:
            key = tuple(row.text(column) for column in KEY)
            if lines.setdefault(key, row.line) != row.line:
                raise row.fail(f"the same flow stands on line {lines[key]} already")
            given.append(_given(row, states, donors))
        except BadReference as error:
            problems.append(str(error))
    if problems:
        raise BadReference(*problems)
    return given


def _given(row: Row, states: dict[str, State], donors: set[str]) -> Given:
    year, usd, donor, coverage = (
        row.number("year"),
        row.text("amount_usd"),
        row.text("donor_code"),
        row.text("table_coverage"),
    )
    if year is None:
        raise row.fail("a flow without a year")
    if donor not in donors:
        raise row.fail(f"unknown donor {donor!r}")
    if coverage not in COVERAGES:
        raise row.fail(f"unknown table_coverage {coverage!r}")
    try:
        amount = float(usd) if usd else None
    except ValueError:
        raise row.fail(f"amount_usd {usd!r} is not an amount") from None
    if amount is not None and not 0 <= amount < inf:
        raise row.fail(f"amount_usd {usd!r} is not an amount")
    recipient = row.state(states, "recipient_iso3")
    flow = Flow(recipient.iso3, recipient.region, year, amount, is_from_giver=coverage == FROM_GIVER)
    return Given(donor, flow, coverage == "full", states[donor].region if donor in states else "")


def _summary(train_until: int | None, outcomes: Sequence[Outcome]) -> str:
    measures = {method: asdict(found) for method, found in averages(outcomes).items()}
    tables = len({outcome.table for outcome in outcomes})
    return json.dumps({"train_until": train_until, "tables": tables, "measures": measures}, indent=1)


def _each(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "recipient": outcome.table.recipient,
            "year": outcome.table.year,
            "method": outcome.method,
            **asdict(outcome.measures),
            "missed": list(outcome.missed),
        }
        for outcome in outcomes
    ]
