"""Which supporters fit a need, why, and what does not fit. Pure: people decide, this puts the reasons before them.

Points are added up by the table in `weights.py`. Three rules stand above the points: a State is never suggested to
itself; who says that it does not give the kind asked for stands after all others; and amounts count only where money
is asked for, so that expertise never ranks below money for having no amount.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ccm_portal.treaty.dates import add_months
from requests_app.domain.portfolios import Flow, Portfolios
from requests_app.domain.weights import DEFAULTS, Weights
from requests_app.enums import Caution, Criterion, Kind, MatchReason

__all__ = [
    "Candidate", "Flow", "Need", "OfferView", "Ranking", "Reason", "Remark", "Result", "kind_fits", "offer_fits",
    "suggest",
]  # fmt: skip

URGENT_MONTHS = 24
LAPSED_YEARS = 3
FEW_YEARS = 2  # tables of a State that tell too little to call anybody its only donor
AREAS_GIVEN = 4  # other States supported in the areas from which the reason counts in full


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer that is open on the day; `left` is its capacity not yet used up, None where it has no bound. Empty means
    not said."""

    title: str
    areas: frozenset[str]
    kinds: frozenset[str]
    left: Decimal | int | None = None
    regions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    first_year: int | None = None
    last_year: int | None = None
    is_money: bool = False  # whether `left` is an amount, not a number of places, days or items


@dataclass(frozen=True, slots=True)
class Candidate:
    """A State or organisation able to help: its record, and what it states of itself. Empty means not said."""

    code: str
    flows: Sequence[Flow] = ()
    works_in: frozenset[str] = frozenset()
    competences: frozenset[str] = frozenset()
    offers: Sequence[OfferView] = ()
    region: str = ""
    kinds: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    largest: float | None = None  # of a usual contribution, in `currency`
    currency: str = ""
    first_year: int | None = None
    last_year: int | None = None
    next_call: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for. Empty means that the source does not say."""

    state: str
    region: str
    areas: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    deadline: date | None = None
    languages: frozenset[str] = frozenset()
    amount: float | None = None  # what is still uncovered, in `currency`
    currency: str = ""
    first_year: int | None = None
    last_year: int | None = None

    @property
    def asks_money(self) -> bool:
        return not self.kinds or Kind.FINANCIAL in self.kinds


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with the facts that its sentence needs, and the points it gave."""

    code: MatchReason
    points: float
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """What does not fit, or calls for care, with the facts that its sentence needs."""

    code: Criterion | Caution
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A candidate with its score, the reasons for it (strongest first), what fits, what misses, what to mind."""

    code: str
    score: float
    reasons: tuple[Reason, ...]
    fits: tuple[Criterion, ...]
    misses: tuple[Remark, ...]
    cautions: tuple[Remark, ...]
    history_years: tuple[int, ...]
    offer: str = ""

    @property
    def misses_kind(self) -> bool:
        return any(remark.code == Criterion.KIND for remark in self.misses)


Fit = tuple[list[Criterion], list[Remark]]


def suggest(need: Need, candidates: Iterable[Candidate], *, on: date, weights: Weights = DEFAULTS) -> list[Result]:
    """All candidates with at least one reason, best first; equal scores in order of code, so that input order never
    matters. Only flows of years that had ended by `on` count."""
    return Ranking(candidates, on=on, weights=weights).suggest(need)


class Ranking:
    """Everybody able to help, read once for a day and asked about many needs.

    What depends on the State alone, or on areas and kinds alone, is worked out once: all pairs of many needs and many
    candidates cost little more than the additions. Facts are gathered only for those that are shown.
    """

    def __init__(self, candidates: Iterable[Candidate], *, on: date, weights: Weights = DEFAULTS) -> None:
        self.on, self.weights = on, weights
        self.candidates = sorted(candidates, key=lambda candidate: candidate.code)
        self.portfolios = Portfolios({c.code: c.flows for c in self.candidates}, before=on.year)
        self._places = {candidate.code: place for place, candidate in enumerate(self.candidates)}
        self._have_terms = [bool(c.largest or c.languages or c.next_call or c.offers) for c in self.candidates]
        self._of_state: dict[tuple[str, str, bool], list[float]] = {}
        self._of_subject: dict[tuple[frozenset[str], frozenset[str]], list[tuple[float, bool]]] = {}

    def suggest(self, need: Need, *, limit: int | None = None) -> list[Result]:
        """The candidates for one need, best first."""
        return [self._result(need, self.candidates[place], score) for _, score, place in self.order(need)[:limit]]

    def assess(self, need: Need, code: str) -> Result | None:
        """One candidate for one need, measured against everybody; None where nothing speaks for it."""
        place = self._places.get(code)
        if place is None or code == need.state:
            return None
        score = self._state_points(need)[place] + self._subject_points(need)[place][0] + self._terms_points(need, place)
        return self._result(need, self.candidates[place], score) if score > 0 else None

    def order(self, need: Need) -> list[tuple[bool, float, int]]:
        """(kind misses, score, place in `candidates`) of all with a reason, best first: the ranking without words."""
        own = self._places.get(need.state)
        parts = zip(self._state_points(need), self._subject_points(need), self._have_terms, strict=True)
        found = []
        for place, (base, (extra, misses), has_terms) in enumerate(parts):
            score = base + extra + (self._terms_points(need, place) if has_terms else 0.0)
            if score > 0 and place != own:
                found.append((misses, round(score, 6), place))
        found.sort(key=lambda item: (item[0], -item[1]))  # stable, and candidates stand in order of code
        return found

    def _terms_points(self, need: Need, place: int) -> float:
        total = 0.0
        for _, points in self._own_terms(need, self.candidates[place]):
            total += points
        return total

    def _state_points(self, need: Need) -> list[float]:
        key = need.state, need.region, need.asks_money
        if key not in self._of_state:
            self._of_state[key] = [sum(p for _, p in self._for_state(need, c)) for c in self.candidates]
        return self._of_state[key]

    def _subject_points(self, need: Need) -> list[tuple[float, bool]]:
        key = need.areas, need.kinds
        if key not in self._of_subject:
            self._of_subject[key] = [
                (sum(points for _, points in self._for_subject(need, candidate)), kind_fits(need, candidate) is False)
                for candidate in self.candidates
            ]
        return self._of_subject[key]

    def _result(self, need: Need, candidate: Candidate, score: float) -> Result:
        given = [
            *self._for_state(need, candidate),
            *self._for_subject(need, candidate),
            *self._own_terms(need, candidate),
        ]
        reasons = [Reason(code, points, self._facts(code, need, candidate)) for code, points in given if points > 0]
        reasons.sort(key=lambda reason: -reason.points)
        if need.deadline and self.on <= need.deadline <= add_months(self.on, URGENT_MONTHS):
            reasons.append(Reason(MatchReason.DEADLINE, 0.0, {"deadline": need.deadline, "is_past": False}))
        fits, misses = self._fit(need, candidate)
        offers = _fitting_offers(need, candidate)
        return Result(
            code=candidate.code,
            score=round(score, 1),
            reasons=tuple(reasons),
            fits=tuple(fits),
            misses=tuple(misses),
            cautions=tuple(self._cautions(need, candidate)),
            history_years=tuple(self.portfolios.years(candidate.code, need.state)),
            offer=offers[0].title if offers else "",
        )

    def _for_state(self, need: Need, candidate: Candidate) -> list[tuple[MatchReason, float]]:
        """What depends on the requesting State: history with it, with States like it and with its region, presence."""
        w, signs = self.weights, self.portfolios.signs(candidate.code, need.state, need.region)
        stated = [
            (MatchReason.WORKS_IN_STATE, w.presence if need.state in candidate.works_in else 0.0),
            (MatchReason.STATED_REGION, w.region_stated if need.region in candidate.regions else 0.0),
        ]
        if signs is None:
            return stated
        share, volume = (w.share, w.volume) if need.asks_money else (0.0, 0.0)
        everywhere = volume * signs.volume + w.frequency * signs.frequency + w.breadth * signs.breadth
        return [
            *stated,
            (MatchReason.GAVE_TO_STATE, w.recent * signs.recent + w.regular * signs.regular + share * signs.share),
            (MatchReason.BROAD_SUPPORT, everywhere + w.active * signs.active),
            (MatchReason.CO_DONORS, w.co_donors * signs.co_donors),
            (MatchReason.SIMILAR_STATES, w.similar_states * signs.similar_states),
            (MatchReason.GAVE_IN_REGION, w.region * signs.region),
            (MatchReason.SAME_REGION, w.same_region if need.region and candidate.region == need.region else 0.0),
        ]

    def _for_subject(self, need: Need, candidate: Candidate) -> list[tuple[MatchReason, float]]:
        """What depends on areas and kinds: competence, kinds given, what it gave in the areas."""
        w = self.weights
        found = []
        if shared := need.areas & candidate.competences:
            found.append((MatchReason.COMPETENT, w.area_stated * len(shared) / len(need.areas)))
        if width := self.portfolios.width_in(candidate.code, need.areas):
            found.append((MatchReason.GAVE_IN_AREA, w.area_given * min(width / AREAS_GIVEN, 1.0)))
        if need.kinds & candidate.kinds:
            found.append((MatchReason.GIVES_KIND, w.kind))
        return found

    def _own_terms(self, need: Need, candidate: Candidate) -> list[tuple[MatchReason, float]]:
        """What depends on this one pair: offers, language, size and timing."""
        w = self.weights
        found = []
        if candidate.offers and _fitting_offers(need, candidate):
            found.append((MatchReason.OFFERS, w.offer))
        if not need.languages.isdisjoint(candidate.languages):
            found.append((MatchReason.LANGUAGE, w.language))
        if candidate.largest is not None and need.asks_money and _size_fits(need, candidate):
            found.append((MatchReason.SIZE_FITS, w.size))
        if candidate.next_call and _call_fits(need, candidate, self.on):
            found.append((MatchReason.NEXT_CALL, w.timing))
        return found

    def _facts(self, code: MatchReason, need: Need, candidate: Candidate) -> dict[str, object]:
        """What the sentence of a reason tells."""
        known, who, state, region = self.portfolios, candidate.code, need.state, need.region
        match code:
            case MatchReason.GAVE_TO_STATE:
                return known.history(who, state)
            case MatchReason.BROAD_SUPPORT:
                return {"count": len(known.recipients(who)), "last": known.last_year(who)}
            case MatchReason.CO_DONORS:
                return {"supporters": known.shared_donors(who, state, region)}
            case MatchReason.SIMILAR_STATES:
                return {"states": known.similar_states(who, state, region)}
            case MatchReason.GAVE_IN_REGION:
                return {"states": known.given_in_region(who, state, region)}
            case MatchReason.COMPETENT:
                return {"areas": sorted(need.areas & candidate.competences)}
            case MatchReason.GAVE_IN_AREA:
                return {"areas": known.areas_given(who, need.areas), "states": known.given_in(who, need.areas)}
            case MatchReason.GIVES_KIND:
                return {"kinds": sorted(need.kinds & candidate.kinds)}
            case MatchReason.OFFERS:
                return {"title": _fitting_offers(need, candidate)[0].title}
            case MatchReason.LANGUAGE:
                return {"languages": sorted(need.languages & candidate.languages)}
            case MatchReason.SIZE_FITS:
                return {"largest": candidate.largest, "currency": candidate.currency}
            case MatchReason.NEXT_CALL:
                return {"call": candidate.next_call}
        return {}

    def _fit(self, need: Need, candidate: Candidate) -> Fit:
        """What fits and what misses, where both sides say something; what was given before fits whatever is stated."""
        known, who = self.portfolios, candidate.code
        area = _overlap(need.areas, candidate.competences)
        region = _overlap(frozenset({need.region} - {""}), candidate.regions)
        judged: list[tuple[Criterion, bool | None, dict[str, object]]] = [
            (Criterion.AREA, area or bool(known.given_in(who, need.areas)) or area, {}),
            (Criterion.KIND, kind_fits(need, candidate), {}),
            (Criterion.REGION, region or bool(known.given_in_region(who, "", need.region)) or region, {}),
            (Criterion.LANGUAGE, _overlap(need.languages, candidate.languages), {}),
            (Criterion.SIZE, _size_fits(need, candidate) if need.asks_money else None, _short_by(need, candidate)),
            (
                Criterion.YEARS,
                _years_fit(need, candidate),
                {"first": candidate.first_year, "last": candidate.last_year},
            ),
            (Criterion.TIMING, _call_fits(need, candidate, self.on), {"call": candidate.next_call}),
            (Criterion.CAPACITY, _capacity_left(need, candidate), {}),
        ]
        fits = [criterion for criterion, fit, _ in judged if fit]
        return fits, [Remark(criterion, facts) for criterion, fit, facts in judged if fit is False]

    def _cautions(self, need: Need, candidate: Candidate) -> list[Remark]:
        cautions = []
        alone, looked_at = self.portfolios.alone_in(candidate.code, need.state)
        if looked_at > FEW_YEARS and alone * 2 > looked_at:
            cautions.append(Remark(Caution.ONLY_DONOR, {"count": alone, "of": looked_at}))
        if candidate.last_year and self.on.year <= candidate.last_year <= self.on.year + 1:
            cautions.append(Remark(Caution.ENDS, {"year": candidate.last_year}))
        last = self.portfolios.last_year(candidate.code)
        if last is not None and self.portfolios.newest - last >= LAPSED_YEARS:
            cautions.append(Remark(Caution.LAPSED, {"year": last}))
        return cautions


def _overlap(asked: frozenset[str], stated: frozenset[str]) -> bool | None:
    """None where either side says nothing."""
    return bool(asked & stated) if asked and stated else None


def kind_fits(need: Need, candidate: Candidate) -> bool | None:
    """By what it says of itself, or by an open offer of that kind."""
    offered = frozenset(kind for offer in candidate.offers for kind in offer.kinds)
    return _overlap(need.kinds, candidate.kinds | offered) if candidate.kinds else (bool(need.kinds & offered) or None)


def _size_fits(need: Need, candidate: Candidate) -> bool | None:
    if need.amount is None or candidate.largest is None or need.currency != candidate.currency:
        return None
    return need.amount <= candidate.largest


def _short_by(need: Need, candidate: Candidate) -> dict[str, object]:
    short = (need.amount or 0.0) - (candidate.largest or 0.0)
    return {"by": short, "currency": need.currency}


def _years_fit(need: Need, stated: Candidate | OfferView) -> bool | None:
    """Whether the years in which it gives, or may be had, and those in which help is needed meet."""
    if stated.first_year is None and stated.last_year is None:
        return None
    if need.first_year is None and need.last_year is None:
        return None
    begins_in_time = stated.first_year is None or need.last_year is None or stated.first_year <= need.last_year
    return begins_in_time and (
        stated.last_year is None or need.first_year is None or need.first_year <= stated.last_year
    )


def _call_fits(need: Need, candidate: Candidate, on: date) -> bool | None:
    """Whether its next call comes before the deadline; a call or a deadline that is past says nothing."""
    if candidate.next_call is None or need.deadline is None or min(candidate.next_call, need.deadline) < on:
        return None
    return candidate.next_call <= need.deadline


def _fitting_offers(need: Need, candidate: Candidate) -> list[OfferView]:
    return [offer for offer in candidate.offers if offer.left != 0 and offer_fits(offer, need)]


def _capacity_left(need: Need, candidate: Candidate) -> bool | None:
    """None without a fitting offer that has a bound."""
    bounded = [offer for offer in candidate.offers if offer.left is not None and offer_fits(offer, need)]
    return any(offer.left for offer in bounded) if bounded else None


def offer_fits(offer: OfferView, need: Need) -> bool:
    """An offer fits when it shares an area, a kind, the region, a language and a year; what either side leaves open
    excludes nothing."""
    return (
        _overlap(need.areas, offer.areas) is not False
        and _overlap(need.kinds, offer.kinds) is not False
        and (not offer.regions or not need.region or need.region in offer.regions)
        and _overlap(need.languages, offer.languages) is not False
        and _years_fit(need, offer) is not False
    )
