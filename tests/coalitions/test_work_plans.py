"""Work plans: as published, tied to the actions of the plan in force."""

from datetime import date

import pytest

from ccm_portal.register.models import Action, ActionPlan
from coalitions.models import Activity, WorkPlan
from tests.coalitions.factories import ActivityFactory, PlanStepFactory, WorkPlanFactory
from tests.test_access import bug

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return WorkPlan.objects.get(slug="cooperation-2023-2024")


def test_R057_work_plan_has_the_standard_headings(plan, client):
    assert (plan.starts, plan.ends, plan.up_to.code) == (date(2023, 10, 1), date(2024, 9, 13), "12MSP")
    assert all([plan.background, plan.budget, plan.outputs, plan.implementers, plan.partners, plan.source])
    page = client.get(plan.get_absolute_url()).content.decode()
    for heading in (
        "Background",
        "Activities",
        "Expected outputs",
        "Budget",
        "Implementers",
        "Potential partners",
        "Timeline",
    ):
        assert f">{heading}</h2>" in page


def test_R057_activities_a_to_h(plan, client):
    assert [activity.code for activity in plan.activities.all()] == list("abcdefgh")
    shown = client.get(plan.get_absolute_url()).context["plan"].activities.all()
    assert [activity.code for activity in shown] == list("abcdefgh")


def test_R064_four_quarters_in_order_of_time(plan, client):
    quarters = client.get(plan.get_absolute_url()).context["quarters"]
    assert [(q.year, q.number) for q in quarters] == [(2023, 4), (2024, 1), (2024, 2), (2024, 3)]
    assert sum(len(quarter.steps) for quarter in quarters) == plan.steps.count() == 13


def test_R070_meetings_in_the_second_and_third_quarters(plan):
    steps = {(s.quarter_start.year, s.quarter) for s in plan.steps.all() if "meeting" in s.title.lower()}
    assert {(2024, 2), (2024, 3)} <= steps


def test_R058_every_activity_names_actions_of_the_lausanne_plan(plan):
    for activity in plan.activities.all():
        numbers = {action.number for action in activity.actions.all()}
        assert numbers
        assert numbers <= {"38", "39", "40", "41", "42"}
        assert {action.plan.code for action in activity.actions.all()} == {plan.action_plan.code}


def test_R059_plan_in_force_on_a_day_is_found_by_date():
    day = date(2018, 6, 1)
    in_force = ActionPlan.objects.get(starts__lte=day, ends__gte=day)
    assert (in_force.code.upper(), in_force.starts, in_force.ends) == ("DAP", date(2016, 1, 1), date(2020, 12, 31))


def test_R060_successor_needs_no_new_code_and_leaves_old_activities(plan, client):
    before = {a.code: sorted(x.number for x in a.actions.all()) for a in plan.activities.all()}
    successor = ActionPlan.objects.create(
        code="next", name="Plan 2027–2031", starts=date(2027, 1, 1), ends=date(2031, 12, 31)
    )
    action = Action.objects.create(plan=successor, number="1", title="Act", order=1)
    activity = ActivityFactory(plan=WorkPlanFactory(action_plan=successor))
    activity.actions.add(action)
    assert "next 1" in client.get(activity.plan.get_absolute_url()).content.decode()
    assert {a.code: sorted(x.number for x in a.actions.all()) for a in plan.activities.all()} == before


def test_R062_plan_belongs_to_the_office_not_to_people(plan):
    assert plan.office.theme == "cooperation"
    assert {"Lebanon", "Switzerland"} <= set(" ".join(plan.implementers).replace(",", " ").split())


def test_R077_nothing_counts_as_done_that_no_source_says_was_done(plan):
    assert set(plan.steps.values_list("status", "done_on")) == {("unknown", None)}


def test_quarter_of_a_step():
    for month, quarter in ((1, 1), (4, 2), (7, 3), (10, 4)):
        assert PlanStepFactory.build(plan=None, quarter_start=date(2026, month, 1)).quarter == quarter


def test_activity_codes_are_unique_in_a_plan(plan):
    assert Activity.objects.filter(plan=plan).count() == len(set("abcdefgh"))


@bug("no editor, no published version: work plans come from the file and the admin only (R57)")
def test_R057_publishing_makes_a_dated_read_only_version():
    assert {"version", "published_on"} <= {field.name for field in WorkPlan._meta.get_fields()}
