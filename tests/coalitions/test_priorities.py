"""R66: in which order the Coordinators turn to States, by a visible rule that a person may override with a reason."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.treaty.dates import add_months
from coalitions.outreach.actions import set_priority
from coalitions.outreach.domain.priority import CONTACT_DAYS, MOST, POINTS, Standing, score
from coalitions.outreach.enums import PriorityReason
from coalitions.outreach.models import OutreachEntry, PriorityOverride
from requests_app.actions import Refused
from tests.requests_app.factories import EventFactory, RequestFactory
from tests.test_access import ROLES, play

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 21)
INSIDERS = {"coordinator", "thematic", "isu"}
QUIET = Standing(deadline=None, has_asked=False, is_pressing=False, last_contact=ON)


# --- the pure rule ---------------------------------------------------------------------------------------------------


def points(**values):
    return score(Standing(**{**{name: getattr(QUIET, name) for name in QUIET.__slots__}, **values}), ON).parts


def test_R066_nothing_gives_nothing():
    assert points() == {}


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (ON, 50),
        (ON - timedelta(days=900), 50),
        (add_months(ON, 30), 25),
        (add_months(ON, 60), 0),
        (date(2040, 1, 1), 0),
    ],
)
def test_R066_the_nearer_the_deadline_the_more_points(deadline, expected):
    assert points(deadline=deadline).get(PriorityReason.DEADLINE, 0) == expected


def test_R066_an_open_request_counts_more_than_silence_and_never_both():
    assert points(has_asked=True) == {PriorityReason.ASKED: 25}
    assert points(is_pressing=True) == {PriorityReason.SILENT: 15}
    assert points(has_asked=True, is_pressing=True) == {PriorityReason.ASKED: 25}


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (CONTACT_DAYS, 25), (2000, 25), (73, 5), (-3, 0), (None, 25)])
def test_R066_the_longer_since_the_last_contact_the_more_points(days, expected):
    last = None if days is None else ON - timedelta(days=days)
    assert points(last_contact=last).get(PriorityReason.CONTACT, 0) == expected


def test_R066_the_table_is_whole_and_comes_to_a_hundred_at_most():
    assert set(POINTS) == set(PriorityReason)
    whole = score(Standing(deadline=ON, has_asked=True, is_pressing=True, last_contact=None), ON)
    assert whole.points == MOST == sum(POINTS.values()) - POINTS[PriorityReason.SILENT]


# --- the list --------------------------------------------------------------------------------------------------------


def rows_of(client, **query):
    rows = client.get("/priorities/", {"format": "json", **query}).json()
    return {(row["iso3"], row["area"]): row for row in rows}


def test_R066_the_list_is_scored_and_its_weights_are_shown(as_user, coordinator):
    client = as_user(coordinator)
    rows = list(rows_of(client).values())
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert row["computed"] == sum(row[f"{reason.value}_points"] for reason in PriorityReason)
    page = client.get("/priorities/").content.decode()
    for reason in PriorityReason:
        assert str(reason.label) in page


def test_R066_request_and_contact_change_the_score(as_user, coordinator):
    client = as_user(coordinator)
    key = "MRT", "clearance"
    before = rows_of(client)[key]
    assert (before["asked_points"], before["contact_points"]) == (0, 25)
    OutreachEntry.objects.create(
        state_id="MRT", area_id="clearance", status="contacted", day=timezone.localdate(), by=coordinator
    )
    EventFactory(request=RequestFactory(state_id="MRT", areas=["clearance"]))
    after = rows_of(client)[key]
    assert (after["asked_points"], after["silent_points"], after["contact_points"]) == (25, 0, 0)
    assert after["last_contact"] == str(timezone.localdate())


def test_R066_a_request_that_one_may_not_know_of_gives_no_points():
    EventFactory(request=RequestFactory(state_id="MRT", areas=["victim_assistance"]))
    assert ("MRT", "victim_assistance") in rows_of(play("coordinator"))
    assert ("MRT", "victim_assistance") not in rows_of(play("thematic"))


def test_R066_area_filter_keeps_the_rank(as_user, isu):
    client = as_user(isu)
    EventFactory(request=RequestFactory(state_id="MRT", areas=["victim_assistance"]))
    whole = rows_of(client)
    some = rows_of(client, area="victim_assistance")
    assert {area for _iso3, area in some} == {"victim_assistance"}
    assert all(whole[key]["rank"] == row["rank"] for key, row in some.items())


# --- overrides -------------------------------------------------------------------------------------------------------


def test_R066_an_override_with_its_reason_moves_the_state_and_says_who_and_when(as_user, coordinator, isu):
    client = as_user(coordinator)
    page = client.get("/priorities/mrt/clearance/")
    assert page.context["form"]["points"].value() == page.context["target"].score.points
    response = client.post("/priorities/mrt/clearance/", {"points": "100", "reason": "Minister visits Geneva"})
    assert response.status_code == 302
    rows = rows_of(as_user(isu))
    row = rows["MRT", "clearance"]
    assert row["priority"] == 100
    assert row["rank"] == 1 + sum(other["priority"] == 100 and other["state"] < "Mauritania" for other in rows.values())
    assert (row["set_by"], row["set_on"]) == (coordinator.name, str(timezone.localdate()))
    shown = as_user(isu).get("/priorities/?area=clearance").content.decode()
    assert "Minister visits Geneva" in shown
    assert f"set by {coordinator.name}" in shown
    event = AuditEvent.objects.get(action="priority set")
    assert (event.actor, event.details["reason"]) == (coordinator, "Minister visits Geneva")


@pytest.mark.parametrize("reason", ["", "   "])
def test_R066_an_override_without_reason_is_refused_beside_the_field(as_user, coordinator, reason):
    response = as_user(coordinator).post("/priorities/mrt/clearance/", {"points": "77", "reason": reason})
    assert response.status_code == 422
    assert response.context["form"].errors == {"reason": ["Say why the priority is changed."]}
    assert 'value="77"' in response.content.decode()
    assert not PriorityOverride.objects.exists()


@pytest.mark.parametrize("points", ["-1", "101", "many", ""])
def test_R066_a_priority_that_is_none_is_refused_beside_the_field(as_user, isu, points):
    response = as_user(isu).post("/priorities/mrt/clearance/", {"points": points, "reason": "Because"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"points"}
    assert "Because" in response.content.decode()


def test_R066_an_override_can_be_lifted_and_stays_on_record(as_user, coordinator, isu):
    client = as_user(coordinator)
    computed = rows_of(client)["MRT", "clearance"]["priority"]
    client.post("/priorities/mrt/clearance/", {"points": "3", "reason": "Waits for its survey"})
    assert rows_of(client)["MRT", "clearance"]["priority"] == 3
    assert as_user(isu).post("/priorities/mrt/clearance/lift/").status_code == 302
    row = rows_of(client)["MRT", "clearance"]
    assert (row["priority"], row["set_by"], row["reason"]) == (computed, "", "")
    page = client.get("/priorities/mrt/clearance/").content.decode()
    assert "Waits for its survey" in page
    assert f"lifted by {isu.name}" in page
    assert AuditEvent.objects.filter(action="priority lifted", actor=isu).exists()
    assert as_user(isu).post("/priorities/mrt/clearance/lift/").status_code == 302  # nothing stands: nothing happens
    assert AuditEvent.objects.filter(action="priority lifted").count() == 1


def test_R066_the_second_of_two_is_told(as_user, coordinator, isu):
    first = {"points": "90", "reason": "First"}
    as_user(coordinator).post("/priorities/mrt/clearance/", first)
    response = as_user(isu).post("/priorities/mrt/clearance/", {"points": "10", "reason": "Second", "seen": ""})
    assert response.status_code == 422
    assert "Somebody else" in str(response.context["form"].non_field_errors())
    assert "Second" in response.content.decode()
    stood = PriorityOverride.objects.get()
    response = as_user(isu).post("/priorities/mrt/clearance/", {"points": "10", "reason": "Second", "seen": stood.pk})
    assert response.status_code == 302
    assert PriorityOverride.objects.standing(timezone.localdate()).get().reason == "Second"


def test_R066_a_past_day_shows_what_stood_then(as_user, coordinator):
    today = timezone.localdate()
    new = PriorityOverride(state_id="MRT", area_id="clearance", points=99, reason="Then")
    set_priority(new, seen=None, by=coordinator, today=today - timedelta(days=10))
    PriorityOverride.objects.update(lifted_on=today - timedelta(days=5), lifted_by=coordinator)
    client = as_user(coordinator)
    assert rows_of(client)["MRT", "clearance"]["reason"] == ""
    assert rows_of(client, as_of=str(today - timedelta(days=7)))["MRT", "clearance"]["reason"] == "Then"
    assert rows_of(client, as_of=str(today - timedelta(days=11)))["MRT", "clearance"]["reason"] == ""


def test_R066_the_action_itself_refuses_what_was_changed_meanwhile(coordinator, isu):
    today = timezone.localdate()
    values = {"state_id": "MRT", "area_id": "clearance", "points": 5, "reason": "One"}
    set_priority(PriorityOverride(**values), seen=None, by=coordinator, today=today)
    with pytest.raises(Refused):
        set_priority(PriorityOverride(**values), seen=None, by=isu, today=today)
    assert PriorityOverride.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in ROLES if role not in INSIDERS | {"anonymous"}])
def test_R066_nobody_else_sees_or_changes_it(role, coordinator):
    new = PriorityOverride(state_id="MRT", area_id="clearance", points=99, reason="Zubrowka")
    set_priority(new, seen=None, by=coordinator, today=timezone.localdate())
    client = play(role)
    assert client.get("/priorities/").status_code == 404
    assert client.post("/priorities/mrt/clearance/lift/").status_code == 404
    assert PriorityOverride.objects.filter(lifted_on=None).exists()
    assert "Zubrowka" not in client.get("/states/mrt/").content.decode()


# --- constraints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("priority_override_has_reason", {"reason": ""}),
        ("priority_override_in_range", {"points": 101}),
        ("priority_override_lifted_in_order", {"lifted_on": ON - timedelta(days=1), "named": True}),
        ("priority_override_lifted_by_name", {"lifted_on": ON}),
    ],
)
def test_R066_constraint_of_an_override(name, values, coordinator):
    lifter = {"lifted_by": coordinator} if values.pop("named", False) else {}
    usual = {"state_id": "MRT", "area_id": "clearance", "points": 5, "reason": "One", "set_on": ON}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PriorityOverride.objects.create(**{**usual, **values}, set_by=coordinator, **lifter)


def test_R066_constraint_one_stands_at_a_time(coordinator):
    usual = {"state_id": "MRT", "area_id": "clearance", "points": 5, "reason": "One", "set_on": ON}
    PriorityOverride.objects.create(**usual, set_by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        PriorityOverride.objects.create(**usual, set_by=coordinator)
