"""Rank the supporters for a request, with reasons."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.ui.commands import RecordsCommand, parse_day
from requests_app.models import AssistanceRequest
from requests_app.queries import ranked_supporters

COLUMNS = ["rank", "supporter", "score", "reasons", "history_years", "offer"]


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("reference")
        parser.add_argument("--limit", type=int, metavar="N")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        request = AssistanceRequest.objects.for_detail().filter(reference=options["reference"]).first()
        if request is None:
            raise CommandError(f"no request has the reference {options['reference']!r}")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit must be 1 or more")
        on = parse_day(options["as_of"], timezone.localdate())
        records = [
            {
                "rank": item.rank,
                "supporter": item.supporter.name,
                "score": item.suggestion.score,
                "reasons": item.sentences,
                "history_years": list(item.suggestion.history_years),
                "offer": item.suggestion.offer,
            }
            for item in ranked_supporters(request, on, limit=options["limit"])
        ]
        self.print_records(options["format"], COLUMNS, records)
