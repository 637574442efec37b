"""Open needs against what could meet them: coverage, what is unmet, what is idle, who is asked for too much, and what
one more offer would unlock. Pure, and linear in pairs of needs and offers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from requests_app.domain.matching import Candidate, Need, OfferView, kind_fits, offer_fits
from requests_app.enums import AreaCode, Idle, Kind, Lack, Strain

AREA_ORDER = {area.value: number for number, area in enumerate(AreaCode)}
KIND_ORDER = {kind.value: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """An open request as far as its reader knows how it stands. `willing` are the codes of supporters that have shown
    interest, answered that they can help, or taken on a part. Of the money only what is asked from outside counts."""

    key: str
    need: Need
    was_relayed: bool = False
    was_answered: bool = False
    willing: frozenset[str] = frozenset()
    has_share: bool = False
    asked: Decimal | None = None  # in the currency of the need; None where no cost is stated, or none to this reader
    is_kept: bool = False  # whether the State keeps its amounts from this reader
    open: Decimal | None = None  # of it, what no standing share covers


@dataclass(frozen=True, slots=True)
class Money:
    """What is asked from outside in one currency, and how much of it no share covers."""

    asked: Decimal = Decimal(0)
    open: Decimal = Decimal(0)

    @property
    def covered(self) -> Decimal:
        return self.asked - self.open

    @property
    def portion(self) -> Decimal:
        """The covered part, from 0 to 1."""
        return self.covered / self.asked if self.asked else Decimal(0)


@dataclass(slots=True)
class Cell:
    """The open needs of one State in one area, or of all; currencies stay apart."""

    needs: int = 0
    with_share: int = 0
    without_cost: int = 0
    cost_kept: int = 0
    amounts: dict[str, Money] = field(default_factory=dict)

    def add(self, one: OpenNeed) -> None:
        self.needs += 1
        self.with_share += one.has_share
        if one.asked is None or one.open is None:
            self.cost_kept += one.is_kept
            self.without_cost += not one.is_kept
            return
        before = self.amounts.get(one.need.currency, Money())
        self.amounts[one.need.currency] = Money(before.asked + one.asked, before.open + one.open)


def coverage(needs: Iterable[OpenNeed]) -> tuple[Cell, dict[tuple[str, str], Cell]]:
    """(all together, by State and area). A need for several areas counts whole in each of them and once in all; one
    that names no area stands under the area ""."""
    whole, grid = Cell(), defaultdict[tuple[str, str], Cell](Cell)
    for one in needs:
        whole.add(one)
        for area in one.need.areas or {""}:
            grid[one.need.state, area].add(one)
    return whole, dict(grid)


class Market:
    """Open needs and everybody able to help. What depends on areas and kinds alone is worked out once for each
    combination of them, so that many needs cost little more than their number."""

    def __init__(self, needs: Iterable[OpenNeed], candidates: Iterable[Candidate]) -> None:
        self.needs = sorted(needs, key=lambda one: (one.need.deadline or date.max, one.key))
        self.candidates = sorted(candidates, key=lambda candidate: candidate.code)
        self._areas = {c.code: _areas_of(c) for c in self.candidates}
        self._offers_for: dict[tuple[object, ...], list[tuple[str, OfferView]]] = {}
        self._supporters_for: dict[tuple[frozenset[str], frozenset[str]], set[str]] = {}

    def unmet(self) -> list[tuple[OpenNeed, Lack]]:
        """Needs in which nobody has taken on a part, with what each lacks first; the nearest deadline first."""
        return [(one, lack) for one in self.needs if (lack := self._lack(one)) is not None]

    def idle_offers(self, used: Iterable[tuple[str, str]] | None) -> list[tuple[str, OfferView, Idle]]:
        """(supporter, offer, why) of the open offers with capacity left that fit no need of another State, or that
        were put with none. `used` are (supporter, title) of those that were; None where the reader may not know. A need
        that names no area would fit everything, and says of no offer that it is of use."""
        named = (one.need for one in self.needs if one.need.areas)
        fitting = {(code, offer.title) for need in named for code, offer in self._fitting(need)}
        known = None if used is None else set(used)
        idle = []
        for candidate in self.candidates:
            for offer in candidate.offers:
                key = candidate.code, offer.title
                if offer.left == 0 or (known is not None and key in known):
                    continue
                if key not in fitting:
                    idle.append((*key[:1], offer, Idle.FITS_NONE))
                elif known is not None:
                    idle.append((*key[:1], offer, Idle.UNUSED))
        return idle

    def unlocked(self) -> list["Unlock"]:
        """For each area and kind, the needs that one more offer of it would fit and that have neither a fitting open
        offer nor a willing supporter; best first (see `Unlock.rank`)."""
        found: dict[tuple[str, str], list[OpenNeed]] = defaultdict(list)
        for one in self.needs:
            if one.willing or one.has_share or self._fitting(one.need):
                continue
            for area in one.need.areas:
                for kind in one.need.kinds or KIND_ORDER:
                    found[area, kind].append(one)
        return sorted((Unlock(area, kind, tuple(rows)) for (area, kind), rows in found.items()), key=Unlock.rank)

    def _lack(self, one: OpenNeed) -> Lack | None:
        if one.has_share:
            return None
        if one.need.areas and not one.willing and not self._supporters(one.need):
            return Lack.SUPPORTER
        if not one.was_relayed:
            return Lack.RELAY
        return Lack.SHARE if one.was_answered else Lack.ANSWER

    def _fitting(self, need: Need) -> list[tuple[str, OfferView]]:
        """The open offers of others with capacity left that fit, as matching reads them."""
        key = need.areas, need.kinds, need.region, need.languages, need.first_year, need.last_year
        if key not in self._offers_for:
            offers = [(c.code, offer) for c in self.candidates for offer in c.offers if offer.left != 0]
            self._offers_for[key] = [(code, offer) for code, offer in offers if offer_fits(offer, need)]
        return [(code, offer) for code, offer in self._offers_for[key] if code != need.state]

    def _supporters(self, need: Need) -> set[str]:
        """Others that are known in one of the areas and do not say that they give another kind."""
        key = need.areas, need.kinds
        if key not in self._supporters_for:
            self._supporters_for[key] = {
                c.code for c in self.candidates if need.areas & self._areas[c.code] and kind_fits(need, c) is not False
            }
        return self._supporters_for[key] - {need.state}


def _areas_of(candidate: Candidate) -> frozenset[str]:
    """Where a supporter is known: by what it states, has given and offers."""
    given = (flow.areas for flow in candidate.flows)
    return candidate.competences.union(*given, *(offer.areas for offer in candidate.offers))


@dataclass(frozen=True, slots=True)
class Unlock:
    """What one more offer of a kind in an area would fit."""

    area: str
    kind: str
    needs: tuple[OpenNeed, ...]

    @property
    def unsaid(self) -> int:
        """How many of them do not say which kind they need, so that any would fit."""
        return sum(not one.need.kinds for one in self.needs)

    @property
    def states(self) -> list[str]:
        return sorted({one.need.state for one in self.needs})

    @property
    def nearest(self) -> date | None:
        """The earliest deadline at stake, also one that is past."""
        return min((one.need.deadline for one in self.needs if one.need.deadline), default=None)

    def rank(self) -> tuple[object, ...]:
        """Most needs that ask for this very kind, then most needs, then the nearest deadline."""
        named = len(self.needs) - self.unsaid
        order = AREA_ORDER.get(self.area, len(AREA_ORDER)), KIND_ORDER[self.kind]
        return -named, -len(self.needs), self.nearest or date.max, *order


@dataclass(frozen=True, slots=True)
class Load:
    """What is wanted of one supporter beside what it says it can give. `places` is the capacity left of its open offers
    that have a bound, None without one; `size` the upper end of its usual contribution, in its currency."""

    code: str
    wanted: frozenset[str]
    places: int | None
    promised: Decimal
    size: Decimal | None
    currency: str

    @property
    def strains(self) -> list[Strain]:
        """By what it is over-subscribed; what it does not state bounds nothing."""
        over = [Strain.PLACES] if self.places is not None and len(self.wanted) > self.places else []
        return [*over, Strain.SIZE] if self.size is not None and self.promised > self.size else over


def loads(
    candidates: Iterable[Candidate],
    wanted: Mapping[str, Iterable[str]],
    promised: Mapping[tuple[str, str], Decimal],
) -> list[Load]:
    """One line for each supporter that states a bound or of which something is wanted, by code. `wanted` are the open
    needs relayed to it and not declined, or for which it is suggested first; `promised` the standing shares of money in
    which something is still to come, by (supporter, currency)."""
    found = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.code):
        size = None if candidate.largest is None else Decimal(str(candidate.largest))
        places = _places(candidate.offers)
        keys = frozenset(wanted.get(candidate.code, ()))
        money = promised.get((candidate.code, candidate.currency), Decimal(0))
        if keys or money or places is not None or size is not None:
            found.append(Load(candidate.code, keys, places, money, size, candidate.currency))
    return found


def _places(offers: Sequence[OfferView]) -> int | None:
    bounded = [offer.left for offer in offers if offer.left is not None and not offer.is_money]
    return int(sum(bounded)) if bounded else None
