"""What every command that prints records shares: --format, ISO dates, one line and exit 1 on bad input."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccm_portal.ui.tables import Record, to_csv, to_json, to_text


def parse_day(text: str | None, default: date) -> date:
    """An ISO date from the command line."""
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is not a date (YYYY-MM-DD)") from None


class PortalCommand(BaseCommand):
    """A command that says in one line what is wrong with its arguments, and exits with 1."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def refuse(message: str) -> NoReturn:
            if parser.called_from_command_line:
                parser.exit(1, f"{subcommand}: {message}\n")
            raise CommandError(message)

        parser.error = refuse  # type: ignore[method-assign]
        return parser


class RecordsCommand(PortalCommand):
    """A command that prints records. It runs no system checks: they load every page of the portal, which takes longer
    than most answers; commands that write still run them."""

    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table")

    def print_records(self, form: str, columns: Sequence[str], records: Iterable[Record]) -> None:
        writer = {"table": to_text, "csv": to_csv, "json": to_json}[form]
        self.stdout.write(writer(columns, records).rstrip("\n"))
