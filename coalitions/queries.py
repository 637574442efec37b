"""Answers that pages and commands ask of coalitions and work plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ccm_portal.register.holders import with_holders
from ccm_portal.register.models import State
from coalitions.domain.planning import Helper, Plan, plan_coalition
from coalitions.models import Coalition, PlanStep, WorkPlan
from requests_app.enums import AreaCode
from requests_app.models import AssistanceRequest, with_clock
from requests_app.queries import Ranked, ranked_supporters


def with_named_holders(plan: WorkPlan) -> WorkPlan:
    """The plan to be read, not saved: placeholders in its texts name who held the offices on its first day."""
    plan.background = with_holders(plan.background, plan.starts)
    plan.implementers = [with_holders(item, plan.starts) for item in plan.implementers]
    return plan


@dataclass(frozen=True)
class Quarter:
    """The steps of one quarter of a work plan."""

    year: int
    number: int
    steps: list[PlanStep]


def quarters(steps: Sequence[PlanStep]) -> list[Quarter]:
    """The steps by quarter, in order of time; needs them sorted by quarter."""
    return [
        Quarter(start.year, number, list(group))
        for (start, number), group in groupby(steps, key=lambda step: (step.quarter_start, step.quarter))
    ]


def existing_structures(state: State) -> list[Coalition]:
    """What already works for a State, so that nothing is founded twice unseen."""
    return list(state.coalitions_led.exclude(status="closed"))


def proposed_members(state: State, on: date) -> tuple[Plan, dict[str, Ranked], list[AssistanceRequest]]:
    """A coalition for a State's open needs: the plan, the ranking behind it, and the requests it rests on."""
    requests = list(
        AssistanceRequest.objects.filter(state=state)
        .open()
        .counted()
        .select_related("state")
        .prefetch_related("areas", with_clock())
    )
    best: dict[str, Ranked] = {}
    covers: dict[str, set[str]] = {}
    needs: set[str] = set()
    for request in requests:
        areas = {area.pk for area in request.areas.all()}
        needs |= areas
        for ranked in ranked_supporters(request, on):
            code = ranked.supporter.code
            if code not in best or ranked.suggestion.score > best[code].suggestion.score:
                best[code] = ranked
            covers.setdefault(code, set()).update(_areas_known(ranked) & areas)
    helpers = [Helper(code, frozenset(covers[code]), ranked.suggestion.score) for code, ranked in best.items()]
    return plan_coalition(needs, helpers), best, requests


def _areas_known(ranked: Ranked) -> set[str]:
    """The areas that the reasons show the supporter to have worked in."""
    return {
        str(area) for reason in ranked.suggestion.reasons for area in reason.facts.get("areas", [])  # type: ignore[attr-defined]
    }  # fmt: skip


def area_names(codes: frozenset[str]) -> list[str]:
    return [str(AreaCode(code).label) for code in AreaCode.values if code in codes]
