"""Run the measurement on SQLite and PostgreSQL, print the figures, leave nothing behind."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.client import Size
from bench.databases import Databases, Unreachable, postgresql, sqlite
from bench.measuring import drafts_needed, measure, measure_growth
from bench.pages import Site
from bench.report import Results, lines
from bench.server import ROOT, serving

POSTGRESQL = os.environ.get("BENCH_PG_URL", "postgres://root@127.0.0.1:5432/postgres")
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
COUNTED_DRAFTS = 10  # what the counts of the form saves use up, with their warm-up
FULL, QUICK = Size(), Size(rounds=3, page=8, base=6)
SHORTER = 2 / 3  # the growth is read from fewer rounds


def options() -> Namespace:
    """What the command line asks for."""
    parser = ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for trying")
    parser.add_argument("--only", choices=NAMES, help="one database")
    parser.add_argument("--requests", type=int, default=10_000, help="in the large database; a tenth in the small one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a figure is over its target")
    return parser.parse_args()


def main() -> int:
    """Measure each database that is there; returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    asked = options()
    found = []
    for name in [asked.only] if asked.only else NAMES:
        started = time.monotonic()
        try:
            results = run(name, asked.requests, QUICK if asked.quick else FULL)
        except Unreachable as error:
            print(f"\n{NAMES[name]}: skipped, no server to measure on ({error})")
            continue
        found.append(results)
        print("\n".join(lines(results)))
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps([results.record() for results in found], indent=1))
    over = [f"{results.database}, {figure}" for results in found for figure in results.over()]
    print(f"\n{len(over)} over target" + "".join(f"\n  {line}" for line in over))
    return 1 if over and asked.strict else 0


def run(name: str, requests: int, size: Size) -> Results:
    """Fill, serve, measure and remove one pair of databases."""
    with tempfile.TemporaryDirectory(prefix="ccm-bench-") as folder, _databases(name, Path(folder)) as databases:
        large, small = (_environment(url, folder) for url in (databases.large, databases.small))
        both = fill(large, "--first", f"--requests={requests // 10}")
        databases.copy()
        site = fill(large, f"--requests={requests}", f"--drafts={drafts_needed(size) + COUNTED_DRAFTS}")
        site.sessions = both.sessions  # those that the small database has too
        site, counted = (
            replace(site, drafts=site.drafts[COUNTED_DRAFTS:]),
            replace(site, drafts=site.drafts[:COUNTED_DRAFTS]),
        )
        counts = manage(large, "bench_count", given=json.dumps(vars(counted)))
        with serving(large) as port, serving(small) as small_port:
            shorter = replace(size, rounds=round(size.rounds * SHORTER), budget=size.budget * SHORTER)
            growth = measure_growth(port, small_port, site, shorter)  # before the saves, which go to one database alone
            pages = measure(port, site, size)
    return Results(NAMES[name], requests, pages, growth, counts["pages"], counts["sizes"])


def _databases(name: str, folder: Path) -> AbstractContextManager[Databases]:
    return sqlite(folder) if name == "sqlite" else postgresql(POSTGRESQL)


def _environment(database: str, folder: str) -> dict[str, str]:
    """The portal's settings for a run: its own database, its own place for files, nothing of the developer's."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": database,
        "VAR_DIR": folder,
        "SECRET_KEY": KEY,
        "DEBUG": "false",
        "PRODUCTION": "false",
        "LOG_LEVEL": "ERROR",
    }


def fill(env: dict[str, str], *arguments: str) -> Site:
    """Fill a database; what the client needs to know of it."""
    return Site(**manage(env, "bench_fill", *arguments))


def manage(env: dict[str, str], *arguments: str, given: str = "") -> Any:
    """Run a management command and read what it prints."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, input=given, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


KEY = secrets.token_urlsafe(50)

if __name__ == "__main__":
    sys.exit(main())
