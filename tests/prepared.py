"""The test database: migrated and filled with the register once, then copied for every run and every worker.

Making it takes a minute, a copy a second. It is made again as soon as anything that it is made from has changed.
"""

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from ccm_portal.loading import load_all

FOLDER = settings.VAR_DIR / "test-database"
PACKAGES = ("ccm_portal", "requests_app", "coalitions", "reports")
#: Pages stand above what loads reference data (contracts in `pyproject.toml`), which cannot depend on them.
PAGES = {"views.py", "urls.py", "forms.py", "filters.py", "admin.py", "ui", "templatetags", "management"}


def prepare(made_for_run: str = "") -> None:
    """Give this process a test database of its own; if a run is named, no copy of what an earlier run has made."""
    own = connection.creation._get_test_db_name()  # pytest-django has put the name of the worker into it
    kept = Postgres(own) if connection.vendor == "postgresql" else Sqlite()
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = own
    with one_at_a_time():
        sources, label = hash_of_sources(settings.BASE_DIR), kept.label()
        if label.startswith(sources) and label.endswith(made_for_run):
            kept.copy()
        else:
            kept.make_empty()
            call_command("migrate", verbosity=0)
            load_all(settings.REFERENCE_DIR)
            kept.keep(f"{sources} {made_for_run}")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """The first worker makes it; the others wait, and copy."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hash_of_sources(base: Path) -> str:
    """Of the libraries, the migrations, the reference files and the code that loads them; and of the day, since records
    say when they were made."""
    code = [path for package in PACKAGES for path in (base / package).rglob("*.py")]
    data = [path for path in (base / "reference").rglob("*") if path.is_file()]
    found = hashlib.sha256(f"{django.__version__} {timezone.localdate()}".encode())
    for path in sorted([*code, *data, base / "requirements/runtime.lock", base / "tests/prepared.py"]):
        name = path.relative_to(base)
        if not PAGES & {*name.parts}:
            found.update(b"%s\0%d\0" % (bytes(name), path.stat().st_size) + path.read_bytes())
    return found.hexdigest()


class Sqlite:
    """Kept in a file, its label beside it; each copy is in memory."""

    file = FOLDER / "register.sqlite3"
    label_file = FOLDER / "register.label"

    def label(self) -> str:
        return self.label_file.read_text() if self.label_file.exists() and self.file.exists() else ""

    def make_empty(self) -> None:
        """A database in memory begins with its first connection."""

    def copy(self) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(self.file)) as file:
            file.backup(connection.connection)

    def keep(self, label: str) -> None:
        self.label_file.unlink(missing_ok=True)  # until the file is whole
        self.file.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.file)) as file:
            connection.connection.backup(file)
        self.label_file.write_text(label)


class Postgres:
    """Kept as a database beside the others, its label as the comment on it."""

    def __init__(self, own: str) -> None:
        self.own, self.kept = own, f"test_{connection.settings_dict['NAME']}_register"

    def run(self, *statements: str) -> None:
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def label(self) -> str:
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [self.kept]
            )
            found = cursor.fetchone()
        return (found and found[0]) or ""

    def make_empty(self) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{self.own}"', f'CREATE DATABASE "{self.own}"')

    def copy(self) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{self.own}"', f'CREATE DATABASE "{self.own}" TEMPLATE "{self.kept}"')

    def keep(self, label: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # copies know from the start what they hold
        connection.close()
        self.run(
            f'DROP DATABASE IF EXISTS "{self.kept}"',
            f'CREATE DATABASE "{self.kept}" TEMPLATE "{self.own}"',
            f"COMMENT ON DATABASE \"{self.kept}\" IS '{label}'",
        )
