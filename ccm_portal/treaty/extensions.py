"""What a request for more time must contain (Articles 3.4 and 4.6), how much it may ask, and when it is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ccm_portal.treaty.meetings import FormalMeeting

#: Articles 3.3 and 4.5: up to four years for stockpiles, up to five for clearance, each time.
MOST_MONTHS = {3: 48, 4: 60}
#: Articles 3.4 and 4.6: the items of a request, by the treaty's letters; (a) is the duration asked for.
ITEMS = {3: "abcdef", 4: "abcdefghi"}
#: Article 4.6(i), "any other relevant information": there may be none.
MAY_BE_EMPTY = {3: "", 4: "i"}
#: What is needed beside the letters.
FUNDING, EXCEPTIONAL, PREVIOUS = "funding", "exceptional", "previous"


def missing_items(
    article: int,
    *,
    months: int | None,
    texts: Mapping[str, str],
    figures: frozenset[str] = frozenset(),
    has_funding: bool,
    is_further: bool,
) -> tuple[str, ...]:
    """Articles 3.4 and 4.6: the items that a request still lacks, in the treaty's order.

    An item is there with its text or its figures. Financial means belong to (b), so that a table of them is always
    needed; a further request says what the exceptional circumstances are (3.3) or what the last extension was used
    for (4.8).
    """
    given = {letter for letter, text in texts.items() if text.strip()} | figures | ({"a"} if months else set())
    lacking = [letter for letter in ITEMS[article] if letter not in given and letter not in MAY_BE_EMPTY[article]]
    if months is None and "a" not in lacking:
        lacking.insert(0, "a")  # words alone name no date
    if is_further and not texts.get(EXCEPTIONAL if article == 3 else PREVIOUS, "").strip():
        lacking.append(EXCEPTIONAL if article == 3 else PREVIOUS)
    if not has_funding:
        lacking.append(FUNDING)
    return tuple(lacking)


def is_late(latest_submission: date | None, lodged: date) -> bool:
    """Articles 3.5 and 4.6: a request lodged less than nine months before its meeting is late, which does not make it
    void. Where the meeting is not scheduled, nothing is late."""
    return latest_submission is not None and lodged > latest_submission


def deciding_meeting(right: str, lodged: date, meetings: Iterable[FormalMeeting]) -> FormalMeeting | None:
    """Articles 3.5 and 4.6: the meeting that a request goes to: the right one, named by its code, or, where that is
    over, the next to come. None while it is not scheduled."""
    coming = [meeting for meeting in meetings if meeting.last_day >= lodged]
    if not right:
        return None
    return next(
        (meeting for meeting in coming if meeting.code == right),
        min(coming, key=lambda meeting: meeting.first_day, default=None),
    )


@dataclass(frozen=True, slots=True)
class Stock:
    """Articles 3.4(d) to (f), 3.6 and 3.7: what became of one type of munition or submunition."""

    kind: str
    held: int
    destroyed: int = 0
    remaining: int = 0
    retained: int = 0
    transferred: int = 0

    @property
    def difference(self) -> int:
        """What is held on entry into force (or found later) less everything that is accounted for."""
        return self.held - self.destroyed - self.remaining - self.retained - self.transferred


@dataclass(frozen=True, slots=True)
class Land:
    """Articles 4.6(d) to (f): contaminated area in square metres. Land is cancelled, reduced or cleared."""

    initial: Decimal | None = None
    discovered: Decimal | None = None
    cancelled: Decimal | None = None
    reduced: Decimal | None = None
    cleared: Decimal | None = None
    remaining: Decimal | None = None

    @property
    def released(self) -> Decimal:
        """Land is released in three ways; only what is cleared was cleared."""
        return sum((part or Decimal(0) for part in (self.cancelled, self.reduced, self.cleared)), Decimal(0))

    @property
    def difference(self) -> Decimal | None:
        """Initial and discovered area less what is released and what remains; None while one end is not given."""
        if self.initial is None or self.remaining is None:
            return None
        return self.initial + (self.discovered or Decimal(0)) - self.released - self.remaining
