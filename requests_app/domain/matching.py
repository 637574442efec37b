"""Which supporters fit a need, and why. Pure: people decide, this only puts the reasons before them.

The weights follow what real flows of 2009-2017 show: who has supported a State before is by far the likeliest to do
so again, the more recently the likelier; beyond that, donors that reach many States and that know the area or the
region are the likeliest newcomers. No supporter is ranked lower for offering expertise instead of money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ccm_portal.treaty.dates import add_months
from requests_app.enums import MatchReason

HALF_LIFE = 2.0  # years after which a past support counts half
WEIGHT_STATE = 60.0
WEIGHT_REGION = 8.0
WEIGHT_AREA = 7.0
WEIGHT_BREADTH = 15.0
WEIGHT_PRESENCE = 30.0
WEIGHT_COMPETENCE = 10.0
WEIGHT_OFFER = 20.0
BROAD_FROM = 4  # States supported in recent years from which support counts as broad
RECENT_YEARS = 5
REGULAR_YEARS = 8
LARGE_USD = 2_000_000.0
URGENT_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Flow:
    """One supporter's support to one State in one year, in US dollars where the amount is known."""

    recipient: str
    region: str
    year: int
    usd: float | None = None
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer that is open on the day."""

    title: str
    areas: frozenset[str]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A State or organisation able to help."""

    code: str
    flows: Sequence[Flow] = ()
    works_in: frozenset[str] = frozenset()
    competences: frozenset[str] = frozenset()
    offers: Sequence[OfferView] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for. An empty set means that the source does not say."""

    state: str
    region: str
    areas: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with the facts that its sentence needs, and the points it gave."""

    code: MatchReason
    points: float
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate with its score (0 to about 100) and the reasons for it, strongest first."""

    code: str
    score: float
    reasons: tuple[Reason, ...]
    history_years: tuple[int, ...]
    offer: str = ""


def suggest(need: Need, candidates: Iterable[Candidate], *, on: date) -> list[Suggestion]:
    """All candidates with at least one reason, best first; equal scores in order of code, so that input order never
    matters. Only flows of years that had ended by `on` count. A State is never suggested to itself."""
    candidates = [candidate for candidate in candidates if candidate.code != need.state]
    suggestions = [
        assess(need, candidate, on=on, newest=_newest_year(need, candidates, on)) for candidate in candidates
    ]
    return sorted((s for s in suggestions if s.score > 0), key=lambda s: (-s.score, s.code))


def _newest_year(need: Need, candidates: Iterable[Candidate], on: date) -> int:
    """The newest year for which any support to the State is on record. Ages run from it, since records that end
    early must not make every supporter look lapsed."""
    years = (f.year for c in candidates for f in c.flows if f.recipient == need.state and f.year < on.year)
    return max(years, default=on.year - 1)


def assess(need: Need, candidate: Candidate, *, on: date, newest: int) -> Suggestion:
    """Score one candidate for one need; `newest` is the year from which the age of support to the State runs."""
    flows = [flow for flow in candidate.flows if flow.year < on.year]
    here = [flow for flow in flows if flow.recipient == need.state]
    offers = [offer for offer in candidate.offers if _offer_fits(offer, need)]
    reasons = [
        *_history_here(here, newest),
        *_presence(need, candidate),
        *_offers(offers),
        *_newcomer_signs(need, flows),
    ]
    reasons = sorted((r for r in reasons if r.points > 0), key=lambda r: -r.points)
    if reasons and need.deadline and on <= need.deadline <= add_months(on, URGENT_MONTHS):
        reasons.append(Reason(MatchReason.DEADLINE, 0.0, {"deadline": need.deadline}))
    return Suggestion(
        candidate.code,
        round(sum(reason.points for reason in reasons), 1),
        tuple(reasons),
        tuple(sorted({flow.year for flow in here})),
        offers[0].title if offers else "",
    )


def _decay(years_ago: int) -> float:
    return float(0.5 ** (max(years_ago, 0) / HALF_LIFE))


def _history_here(here: Sequence[Flow], newest: int) -> list[Reason]:
    """Support to the same State: how recent, how regular and how large."""
    if not here:
        return []
    years = sorted({flow.year for flow in here})
    amounts = [flow.usd for flow in here if flow.usd]
    recent = _decay(newest - years[-1])
    regular = sum(_decay(newest - year) for year in years) / sum(_decay(age) for age in range(REGULAR_YEARS))
    large = min(sum(amounts) / len(amounts) / LARGE_USD, 1.0) if amounts else 0.0
    points = WEIGHT_STATE * (0.6 * recent + 0.25 * min(regular, 1.0) + 0.15 * large)
    facts: dict[str, object] = {"first": years[0], "last": years[-1], "count": len(years), "usd": sum(amounts)}
    return [Reason(MatchReason.GAVE_TO_STATE, points, facts)]


def _presence(need: Need, candidate: Candidate) -> list[Reason]:
    reasons = []
    if need.state in candidate.works_in:
        reasons.append(Reason(MatchReason.WORKS_IN_STATE, WEIGHT_PRESENCE))
    shared = sorted(need.areas & candidate.competences)
    if shared:
        reasons.append(
            Reason(MatchReason.COMPETENT, WEIGHT_COMPETENCE * len(shared) / len(need.areas), {"areas": shared})
        )
    return reasons


def _offers(offers: Sequence[OfferView]) -> list[Reason]:
    return [Reason(MatchReason.OFFERS, WEIGHT_OFFER, {"title": offers[0].title})] if offers else []


def _offer_fits(offer: OfferView, need: Need) -> bool:
    """An offer fits when it shares an area, and a kind; what either side leaves open excludes nothing."""
    areas_fit = not need.areas or not offer.areas or bool(need.areas & offer.areas)
    return areas_fit and (not need.kinds or not offer.kinds or bool(need.kinds & offer.kinds))


def _newcomer_signs(need: Need, flows: Sequence[Flow]) -> list[Reason]:
    """What speaks for a supporter beyond its history with this State."""
    last = max((flow.year for flow in flows), default=0)
    elsewhere = [flow for flow in flows if flow.recipient != need.state and flow.year > last - RECENT_YEARS]
    reasons = []
    recipients = sorted({flow.recipient for flow in elsewhere})
    in_region = sorted({flow.recipient for flow in elsewhere if flow.region == need.region})
    if in_region:
        points = WEIGHT_REGION * min(len(in_region) / 3, 1.0)
        reasons.append(Reason(MatchReason.GAVE_IN_REGION, points, {"states": in_region}))
    shared = sorted({area for flow in elsewhere for area in flow.areas & need.areas})
    if shared:
        in_area = sorted({flow.recipient for flow in elsewhere if flow.areas & need.areas})
        points = WEIGHT_AREA * min(len(in_area) / 4, 1.0)
        reasons.append(Reason(MatchReason.GAVE_IN_AREA, points, {"areas": shared, "states": in_area}))
    if len(recipients) >= BROAD_FROM:
        points = WEIGHT_BREADTH * min(len(recipients) / 12, 1.0)
        reasons.append(Reason(MatchReason.BROAD_SUPPORT, points, {"count": len(recipients)}))
    return reasons
