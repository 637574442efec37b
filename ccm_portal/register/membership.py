"""How many States the Convention has counted, by date, and the targets set for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from ccm_portal.register.models import State, Target
from ccm_portal.register.queries import membership_counts

FIRST_YEAR = 2008  # signature opened on 3 December 2008
#: Units of the picture: the template draws in them and the page scales them.
WIDTH, HEIGHT, STEP = 720, 260, 50


@dataclass(frozen=True)
class Year:
    """The counts at the end of a year, or on the day asked for in its own year."""

    on: date
    bound: int
    joined: int
    signatories: int
    former: int


@dataclass(frozen=True)
class Verdict:
    """A target, the count of its day, and whether it was met; the count is None while the day is to come."""

    target: Target
    count: int | None

    @property
    def is_met(self) -> bool:
        return self.count is not None and self.count >= self.target.value

    @property
    def label(self) -> str:
        if self.count is None:
            return gettext("To come")
        return gettext("Met") if self.is_met else gettext("Not met")


def years(states: Sequence[State], on: date) -> list[Year]:
    """The counts of each year up to a day."""
    ends = [date(year, 12, 31) for year in range(FIRST_YEAR, on.year)]
    return [Year(day, **membership_counts(states, day)) for day in [*ends, on]]


def verdicts(states: Sequence[State], targets: Sequence[Target], on: date) -> list[Verdict]:
    """Each target against the States Parties of its own day, never today's: those that have joined, as the Depositary
    counts."""
    return [
        Verdict(target, membership_counts(states, target.by)["joined"] if target.by <= on else None)
        for target in targets
    ]


@dataclass(frozen=True)
class Mark:
    """A place in the picture, written as SVG reads it in every language, with its words."""

    x: str
    y: str
    label: str


@dataclass(frozen=True)
class Picture:
    """The line of States that have joined, day by day, with the targets beside it."""

    line: str
    years: list[Mark]
    levels: list[Mark]
    targets: list[Mark]
    top: int
    end: Mark


def curve(states: Sequence[State], targets: Sequence[Target], on: date) -> Picture:
    """Steps at every deposit and withdrawal up to a day."""
    first = date(FIRST_YEAR, 1, 1).toordinal()
    last = max(on, *(target.by for target in targets)) if targets else on
    top = max([STEP, *(target.value for target in targets), len([s for s in states if s.deposited])])
    top = -(-top // STEP) * STEP

    def x(day: date) -> str:
        return f"{(day.toordinal() - first) / (last.toordinal() - first + 1) * WIDTH:.1f}"

    def y(count: int) -> str:
        return f"{HEIGHT - count / top * HEIGHT:.1f}"

    acts = sorted(
        [(s.deposited, 1) for s in states if s.deposited and s.deposited <= on]
        + [(s.withdrawn, -1) for s in states if s.withdrawn and s.withdrawn <= on]
    )
    count, points = 0, [f"0,{y(0)}"]
    for day, step in acts:
        points.append(f"{x(day)},{y(count)}")
        count += step
        points.append(f"{x(day)},{y(count)}")
    points.append(f"{x(on)},{y(count)}")
    return Picture(
        line=" ".join(points),
        years=[Mark(x(date(year, 1, 1)), y(0), str(year)) for year in range(FIRST_YEAR + 2, last.year + 1, 4)],
        levels=[Mark("0", y(level), str(level)) for level in range(0, top + 1, STEP)],
        targets=[Mark(x(target.by), y(target.value), str(target.value)) for target in targets],
        top=top,
        end=Mark(x(on), y(count), str(count)),
    )
