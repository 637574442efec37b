"""Count the SQL statements and the bytes of each page, in this process. Reads what `bench_fill` printed."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.pages import BY_KEY, LIST, PAGE_SIZES, PAGES, Ask, Page, Site

NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
WARM_UP = 2


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", choices=list(BY_KEY), help="print the statements of one page instead")

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site(**json.load(sys.stdin))
        if options["show"]:
            self.stdout.write("\n\n".join(statements(site, BY_KEY[options["show"]])[0]))
            return
        counts = {page.key: count(site, page) for page in PAGES}
        sizes = {size: len(statements(site, _sized(size))[0]) for size in PAGE_SIZES}
        self.stdout.write(json.dumps({"pages": counts, "sizes": sizes}))


def _sized(size: int) -> Page:
    page = BY_KEY[LIST]
    return Page(page.key, page.title, page.person, f"{page.path}?per_page={size}")


def count(site: Site, page: Page) -> dict[str, int]:
    """Statements, bytes as they are and as they travel."""
    queries, response = statements(site, page)
    counted = {"sql": len(queries), "bytes": len(response.content), "gzip": 0}
    if not page.is_form:
        counted["gzip"] = len(send(site.ask(page), {"Accept-Encoding": "gzip"}).content)
    return counted


def statements(site: Site, page: Page) -> tuple[list[str], HttpResponse]:
    """What a page asks of a warm process, and its answer."""
    for _ in range(WARM_UP):
        send(site.ask(page))
    ask = site.ask(page)
    with CaptureQueriesContext(connection) as captured:
        response = send(ask)
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(NOT_COUNTED)], response


def send(ask: Ask, more: dict[str, str] | None = None) -> HttpResponse:
    """Ask in this process, through all middleware."""
    client = Client(headers={"Host": "127.0.0.1", **ask.headers, **(more or {})})
    kind = ask.headers.get("Content-Type", "")
    response = client.generic(ask.method, ask.path, ask.body, content_type=kind)
    if response.status_code != ask.status:
        raise CommandError(f"{ask.method} {ask.path}: {response.status_code} instead of {ask.status}")
    return response
