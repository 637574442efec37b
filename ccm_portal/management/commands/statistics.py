"""Who asked for what in the Article 7 reports for a year, as of a day, beside what was published."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.ui.commands import RecordsCommand, parse_day
from reports.statistics import COLUMNS, statistics
from requests_app.models import AssistanceRequest


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--covered-year", type=int, required=True, metavar="YEAR")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["covered_year"]
        if not 2010 <= year <= 2100:
            raise CommandError(f"{year} is not a year that reports cover (2010 or later)")
        on = parse_day(options["as_of"], timezone.localdate())
        self.print_records(options["format"], COLUMNS, [statistics(year, on, AssistanceRequest.objects.all()).record()])
