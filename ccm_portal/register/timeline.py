"""The geometry of the time-line of deadlines. Places across are in per cent, so that one picture fits every width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.treaty.meetings import FormalMeeting

HEAD, ROW, FOOT = 58, 38, 4  # pixels down
MARGIN = 1.5  # per cent kept free at both ends, so that no mark is cut
ROOM = 4.6  # per cent that a meeting's code needs on a wide screen
EDGE = 14  # per cent beside which a label cannot be centred on a narrow screen
FEW = 7  # years that can be written on a narrow screen


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis. `is_minor`: written on wide screens only."""

    x: str
    label: str = ""
    is_minor: bool = False
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """One clock: earlier deadlines, and the one that applies."""

    row: Row
    y: int
    begins: str
    now: str
    earlier: list[str]

    @property
    def text_y(self) -> int:
        return self.y - 12


@dataclass(frozen=True, slots=True)
class Picture:
    lines: list[Line]
    years: list[Mark]
    meetings: list[Mark]
    on: Mark
    height: int
    first: int
    last: int
    start: str  # where a line of text begins, and where it ends
    end: str
    body: int = HEAD


def picture(rows: Sequence[Row], on: date, meetings: Sequence[FormalMeeting], *, flip: bool = False) -> Picture | None:
    """The clocks of a list in its order; nothing where none has a deadline. `flip` lets time run from right to left."""
    shown = [row for row in rows if row.obligation is not None and row.is_deadline]
    if not shown:
        return None
    obligations = [row.obligation for row in shown if row.obligation is not None]
    past = clocks.history_rows(obligations, on, meetings)
    histories = [[row.deadline for row in group] for _pk, group in groupby(past, key=lambda r: r.obligation)]
    days = [on, *(day for history in histories for day in history)]
    first, last = min(days) - timedelta(days=200), max(days) + timedelta(days=200)

    def across(day: date) -> float:
        share = MARGIN + (100 - 2 * MARGIN) * (day - first).days / (last - first).days
        return 100 - share if flip else share

    def place(day: date) -> str:
        return f"{across(day):.2f}%"

    begins = "100%" if flip else "0%"
    return Picture(
        lines=[
            Line(row, HEAD + ROW * n + 26, begins, place(history[-1]), [place(day) for day in history[:-1]])
            for n, (row, history) in enumerate(zip(shown, histories, strict=True))
        ],
        years=_years(first, last, across, flip),
        meetings=_meetings([m for m in meetings if first < m.first_day < last], across),
        on=Mark(place(on), anchor=_anchor(across(on), flip)),
        height=HEAD + ROW * len(shown) + FOOT,
        first=first.year,
        last=last.year,
        start=begins,
        end="0%" if flip else "100%",
    )


def _anchor(x: float, flip: bool, *, edge: float = EDGE) -> str:
    """Which end of a label stands on its mark, so that near an edge it runs inwards."""
    if edge <= x <= 100 - edge:
        return "middle"
    return "start" if (x < edge) is not flip else "end"


def _years(first: date, last: date, across: Callable[[date], float], flip: bool) -> list[Mark]:
    """Each new year; where there are many, only some are written on a narrow screen."""
    years = range(first.year + 1, last.year + 1)
    every = -(-len(years) // FEW)
    places = [across(date(year, 1, 1)) for year in years]
    return [
        Mark(f"{x:.2f}%", str(year), (year - years[0]) % every > 0, _anchor(x, flip, edge=EDGE / 3))
        for year, x in zip(years, places, strict=True)
    ]


def _meetings(meetings: Sequence[FormalMeeting], across: Callable[[date], float]) -> list[Mark]:
    """Each meeting; its code where the one before leaves room."""
    marks: list[Mark] = []
    written: float | None = None
    for meeting in sorted(meetings, key=lambda meeting: meeting.first_day):
        x = across(meeting.first_day)
        has_room = written is None or abs(x - written) >= ROOM
        if has_room:
            written = x
        marks.append(Mark(f"{x:.2f}%", meeting.code if has_room else "", True))
    return marks
