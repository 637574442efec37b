"""Example parts of the example requests: costs, land, victims, law, capacity, a visit. All made up."""

from datetime import date, timedelta
from decimal import Decimal

from ccm_portal.accounts.models import User
from requests_app.models import AssistanceRequest
from requests_app.specifics.actions import save_costs, save_figures, save_part
from requests_app.specifics.models import (
    AreaRelease,
    CapacityNeed,
    CostYear,
    LegislationNeed,
    VictimFigure,
    VictimNeed,
    Visit,
)


def survey_parts(request: AssistanceRequest, *, by: User, on: date) -> None:
    """Two years whose costs fall short of the whole, land whose figures do not quite balance, and a capacity need that
    does not say yet how its result is kept."""
    amounts = ((1_800_000, 300_000, 400_000), (1_300_000, 300_000, 0))
    years = [
        CostYear(year=on.year + number, total=Decimal(total), national=Decimal(national), external=Decimal(external))
        for number, (total, national, external) in enumerate(amounts, start=1)
    ]
    save_costs(request, years, by=by)
    release = AreaRelease(
        request=request,
        opening=Decimal(3_100_000),
        discovered=Decimal(250_000),
        cancelled=Decimal(420_000),
        reduced=Decimal(180_000),
        cleared=Decimal(310_000),
        closing=Decimal(2_400_000),
        remnants_destroyed=214,
        starts=date(on.year - 1, 1, 1),
        ends=date(on.year - 1, 12, 31),
        source="National database of mine action (example)",
    )
    save_part(release, by=by)
    capacity = CapacityNeed(
        request=request,
        institution="National mine action authority (example)",
        skills="Technical survey of cluster munition remnants for twelve surveyors and two team leaders.",
    )
    save_part(capacity, by=by)


def victim_parts(request: AssistanceRequest, *, by: User, on: date) -> None:
    """What the State has in place for victims, and figures with one group too small to be shown."""
    need = VictimNeed(
        request=request,
        focal_point="Department of social inclusion (example)",
        plan="in preparation",
        participation="Two organisations of survivors sit in the steering group and choose the sites (example).",
        figures_on=date(on.year - 1, 12, 31),
        figures_source="Register of survivors (example)",
    )
    save_part(need, by=by)
    groups = [
        ("female", "child", "with", 3),
        ("female", "adult", "with", 38),
        ("male", "child", "with", 11),
        ("male", "adult", "with", 164),
        ("male", "adult", "without", 52),
    ]
    figures = [
        VictimFigure(sex=sex, age=age, disability=disability, number=number) for sex, age, disability, number in groups
    ]
    save_figures(request, figures, by=by)


def law_part(request: AssistanceRequest, *, by: User) -> None:
    """A law that is being drafted."""
    need = LegislationNeed(request=request, status="drafting", wants_drafting=True, wants_awareness=True)
    save_part(need, by=by)


def visit_part(request: AssistanceRequest, *, by: User, on: date) -> None:
    """Who is asked to come, what for, where and when."""
    visit = Visit(
        request=request,
        kind="technical",
        visitors="Two survey experts of a neighbouring programme and one of the ISU",
        purpose="Compare both ways of confirming hazardous areas on three sites, and recommend one.",
        place="Two northern provinces",
        starts=on + timedelta(days=60),
        ends=on + timedelta(days=67),
    )
    save_part(visit, by=by)
