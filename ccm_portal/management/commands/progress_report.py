"""Write the cooperation and assistance section of the progress report for a period."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.ui.commands import PortalCommand, parse_day
from reports.progress import as_pdf, as_word, section


class Command(PortalCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="starts", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="ends", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE.docx|.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        starts, ends = parse_day(options["starts"], today), parse_day(options["ends"], today)
        if ends < starts:
            raise CommandError(f"the period ends ({ends}) before it starts ({starts})")
        path: Path = options["output"]
        writers = {".docx": as_word, ".pdf": as_pdf}
        if path.suffix not in writers:
            raise CommandError(f"{path.name!r} must end in .docx or .pdf")
        try:
            content = writers[path.suffix](section(starts, ends))
            path.write_bytes(content)
        except (OSError, ModuleNotFoundError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{path}: {path.stat().st_size} bytes")
