"""Deadlines under Articles 3, 4 and 7 as of a day: the current one of each clock, or all in turn with --history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.register import clocks
from ccm_portal.register.models import Obligation, State
from ccm_portal.ui.commands import RecordsCommand, parse_day


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")
        parser.add_argument("--state", metavar="ISO3")
        parser.add_argument("--article", choices=["3", "4", "7"])
        parser.add_argument("--history", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        on = parse_day(options["as_of"], timezone.localdate())
        states, obligations = State.objects.all(), Obligation.objects.clocks().with_facts()
        if options["state"] is not None:
            iso3 = options["state"].upper()
            states, obligations = states.filter(iso3=iso3), obligations.filter(state=iso3)
            if not states.exists():
                raise CommandError(f"unknown ISO code {options['state']!r}")
        rows: list[clocks.Row] = []
        if options["article"] != "7":
            if options["article"]:
                obligations = obligations.filter(article=options["article"])
            list_rows = clocks.history_rows if options["history"] else clocks.current_rows
            rows += list_rows(obligations, on, clocks.formal_meetings())
        if options["article"] in {None, "7"}:
            rows += clocks.report_rows(states.prefetch_related("reports"), on, history=options["history"])
        rows.sort(key=lambda row: (row.state.name, row.article, row.clock, row.sequence))
        records = [clocks.record(row, history=options["history"]) for row in rows]
        self.print_records(options["format"], clocks.COLUMNS, records)
