"""Databases that live as long as the run: a large one, and a small one copied from it half-way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

LARGE, SMALL = "ccm_bench", "ccm_bench_small"


class Unreachable(RuntimeError):
    """No database server answers, or one that does not let us make a database."""


class Databases(Protocol):
    """Addresses as `DATABASE_URL` takes them, and the copy from the large database to the small one."""

    large: str
    small: str

    def copy(self) -> None: ...


@dataclass
class SQLite:
    large: str
    small: str

    def copy(self) -> None:
        """Whole pages of the file, in a consistent state."""
        paths = [url.removeprefix("sqlite:///") for url in (self.large, self.small)]
        with closing(sqlite3.connect(paths[0])) as source, closing(sqlite3.connect(paths[1])) as target:
            source.backup(target)


@dataclass
class PostgreSQL:
    large: str
    small: str
    admin: psycopg.Connection

    def copy(self) -> None:
        """The server copies the files; nobody may be connected."""
        self.admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(SMALL), sql.Identifier(LARGE))
        )


@contextmanager
def sqlite(folder: Path) -> Iterator[SQLite]:
    """Files in a folder that the run removes."""
    yield SQLite(f"sqlite:///{folder / 'large.sqlite3'}", f"sqlite:///{folder / 'small.sqlite3'}")


@contextmanager
def postgresql(url: str) -> Iterator[PostgreSQL]:
    """Two databases on a server, dropped at the end. Raises Unreachable without one."""
    try:
        admin = psycopg.connect(url, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise Unreachable(str(error).strip().splitlines()[0]) from None
    with closing(admin):
        try:
            _drop(admin, "")  # left by a run that was killed; refused while another run is using them
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(LARGE)))
        except psycopg.Error as error:
            raise Unreachable(str(error).strip().splitlines()[0]) from None
        try:
            yield PostgreSQL(_named(url, LARGE), _named(url, SMALL), admin)
        finally:
            _drop(admin, " WITH (FORCE)")


def _drop(admin: psycopg.Connection, how: str) -> None:
    for name in (LARGE, SMALL):
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)) + sql.SQL(how))


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
