"""Which open requests a supporter should look at first, and why. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from requests_app.domain.matching import Need, Ranking, Reason, Result
from requests_app.enums import EvidenceLevel, MatchReason

FAR_MONTHS = 60  # a deadline as far off as this gives no points
EVIDENCE = {EvidenceLevel.ASSERTED: 0.0, EvidenceLevel.PARTLY: 0.5, EvidenceLevel.FULLY: 1.0}


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as its reader may read it; `missing` counts what donors would still ask for."""

    key: str
    need: Need
    evidence: EvidenceLevel = EvidenceLevel.ASSERTED
    missing: int = 0


def shortlist(code: str, views: Iterable[RequestView], ranking: Ranking) -> list[tuple[str, Result]]:
    """(key, result) of the requests that something speaks for, best first: fit, then how near the deadline is, how well
    the need is evidenced and how complete the request is. A deadline alone brings nobody a request that does not fit;
    a request of a kind that the supporter does not give stands after all others."""
    found = []
    for view in views:
        if result := ranking.assess(view.need, code):
            fitting = [reason for reason in result.reasons if reason.code != MatchReason.DEADLINE]
            reasons = sorted([*fitting, *_of_request(view, ranking)], key=lambda reason: -reason.points)
            score = round(sum(reason.points for reason in reasons), 1)
            found.append((view.key, replace(result, reasons=tuple(reasons), score=score)))
    return sorted(found, key=lambda item: (item[1].misses_kind, -item[1].score, item[0]))


def _of_request(view: RequestView, ranking: Ranking) -> list[Reason]:
    weights, deadline = ranking.weights, view.need.deadline
    reasons = []
    if deadline:
        points = weights.deadline * nearness(deadline, ranking.on)
        reasons.append(Reason(MatchReason.DEADLINE, points, {"deadline": deadline, "is_past": deadline < ranking.on}))
    if EVIDENCE[view.evidence]:
        points = weights.evidence * EVIDENCE[view.evidence]
        reasons.append(Reason(MatchReason.EVIDENCE, points, {"level": view.evidence}))
    if view.missing == 0:
        reasons.append(Reason(MatchReason.READINESS, weights.readiness))
    return [reason for reason in reasons if reason.points > 0]


def nearness(deadline: date, on: date) -> float:
    """1 on the day of the deadline or after it, nothing five years before, in even steps of months."""
    months = (deadline.year - on.year) * 12 + deadline.month - on.month
    return min(max(1 - months / FAR_MONTHS, 0.0), 1.0)
