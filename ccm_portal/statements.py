"""Statements made once: the SQL of a queryset is put together the first time that it is asked, later only its values
change. Putting it together costs Django several times what a database needs to answer by key."""

import json
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import lru_cache, wraps
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, Lookup, QuerySet
from django.db.models.sql.where import WhereNode


class Slot(Expression):
    """A value that is put in at each asking."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list["Slot"]]:  # type: ignore[override]
        return "%s", [self]


class Keys(Field):
    """Keys of rows, for a slot that stands for a list: an array for PostgreSQL, JSON for SQLite."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return json.dumps(value) if connection.vendor == "sqlite" else value


@Field.register_lookup
class Among(Lookup):
    """`pk__among=Slot("keys", Keys())`, across a key `request__pk__among`: as `in`, with a list that is put in at each
    asking."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._compare(compiler, connection, "{} = ANY({})")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._compare(compiler, connection, "{} IN (SELECT value FROM json_each({}))")

    def _compare(self, compiler: Any, connection: Any, form: str) -> tuple[str, tuple[Any, ...]]:
        column, column_parameters = self.process_lhs(compiler, connection)
        keys, parameters = self.process_rhs(compiler, connection)
        return form.format(column, keys), (*column_parameters, *parameters)


class Statement:
    """The statement of a queryset. Asking it gives what the queryset would give, with the values in its slots."""

    def __init__(self, rows: "QuerySet[Any, Any]") -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(rows.db)
        self._sql: tuple[str, tuple[Any, ...]] | None = None
        with suppress(EmptyResultSet):  # then no row can answer, whatever the values
            self._sql = self._compiler.as_sql()
            columns = [expression for expression, *_ in self._compiler.select[: self._compiler.col_count]]
            self._converters = self._compiler.get_converters(columns)
            # what the SQL says by now: it would be kept for each reader, and copied at each asking
            rows.query.where = self._compiler.where = WhereNode()

    def ask(self, **values: Any) -> list[Any]:
        """All rows; one query, and those that the queryset prefetches."""
        if self._sql is None:
            return []
        connection = connections[self._rows.db]
        sql, parameters = self._sql
        filled = tuple(
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Slot) else one
            for one in parameters
        )
        compiler: Any = copy(self._compiler)
        compiler.connection = connection  # of this thread
        compiler.as_sql = lambda *_, **__: (sql, filled)
        compiler.get_converters = lambda _columns: self._converters
        rows = self._rows.all()
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(rows)


def made_once(build: "Callable[..., QuerySet[Any, Any]]") -> Callable[..., Statement]:
    """The statement of what a function builds, made once for each of its arguments: it must read nothing else, the
    language and the database least of all. What varies from asking to asking belongs into a slot; of the kinds of
    reader the last 64 are kept, each some 40 kB, the largest 430."""

    @wraps(build)
    @lru_cache(maxsize=64)
    def statement(*arguments: Any) -> Statement:
        return Statement(build(*arguments))

    return statement


def give(record: Any, name: str, rows: list[Any]) -> None:
    """Let `record.<name>.all()` be rows that were asked for already, as Django's prefetching would."""
    known = record.__dict__.setdefault("_prefetched_objects_cache", {})
    belonging = getattr(record, name).get_queryset()
    belonging._result_cache, belonging._prefetch_done = rows, True
    known[name] = belonging
