"""The facts of the deadlines as pages read them: few, asked for by nearly every page, changed a few times a year."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from ccm_portal.register.enums import FORMAL
from ccm_portal.register.kept import Kept
from ccm_portal.register.models import Meeting, Obligation, ReportingYear, State
from ccm_portal.register.search import fold
from ccm_portal.treaty.meetings import FormalMeeting, Schedule


@dataclass(frozen=True, eq=False)
class Register:
    """The facts that deadlines are computed from, read together. Its rows are shared by all pages, which only show
    them: no right rests on them, nothing is noted on them, and no form writes them."""

    obligations: list[Obligation]
    meetings: list[FormalMeeting]

    @cached_property
    def complete_days(self) -> dict[int | None, date]:
        """As `ReportingYearQuerySet.complete_days`, read when first asked for."""
        return ReportingYear.objects.complete_days()

    @cached_property
    def joined(self) -> list[tuple[str, str]]:
        """Code and name of every State that has joined, in the order of the names, read when first asked for."""
        return sorted(State.objects.joined().values_list("iso3", "name"), key=lambda state: fold(state[1]))


def _read() -> Register:
    return Register(list(Obligation.objects.with_facts()), _read_meetings())


def _read_meetings() -> list[FormalMeeting]:
    """One query: each meeting once for every time that it was moved, or once."""
    rows = Meeting.objects.filter(kind__in=FORMAL).order_by("pk", "schedules__moved_on")
    fields = ("code", "first_day", "last_day", "decisions_recorded")
    moved = ("schedules__first_day", "schedules__last_day", "schedules__moved_on")
    meetings = []
    for meeting, lines in groupby(rows.values_list(*fields, *moved), key=lambda row: row[: len(fields)]):
        earlier = tuple(Schedule(*line[len(fields) :]) for line in lines if line[-1])
        meetings.append(FormalMeeting(**dict(zip(fields, meeting, strict=True)), earlier=earlier))
    return meetings


#: Read again after ten seconds; the process that changes the register forgets it at once.
known_register = Kept(_read, seconds=10)


class Writes:
    """Around the statements of a connection (`execute_wrapper`): what is kept is forgotten with each write to a table
    of the register. `seen` is for forgetting again once the transaction is over: until then other threads read, and
    keep, what was before."""

    WRITE = re.compile(r'(INSERT( OR \w+)? INTO|UPDATE|DELETE FROM) "register_')

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if self.WRITE.match(sql):
            self.seen = True
            known_register.forget()
        return result


def forget_what_posts_change(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a post that wrote to the register (a correction, an import, a lodged extension request) is committed
    by now. Most posts write elsewhere."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return get_response(request)
        with connection.execute_wrapper(writes := Writes()):
            response = get_response(request)
        if writes.seen:
            known_register.forget()
        return response

    return respond
