"""The parts of a need that depend on its area: what is saved, warned of, hidden, flagged and found."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.register.models import Obligation
from reports.queries import MOST_REQUESTS
from requests_app.actions import Refused
from requests_app.enums import Missing, Visibility
from requests_app.models import AssistanceRequest
from requests_app.specifics.actions import remove_part, save_costs, save_figures, save_part
from requests_app.specifics.models import (
    AreaRelease,
    CapacityNeed,
    CostYear,
    LegislationNeed,
    VictimFigure,
    VictimNeed,
    Visit,
)
from requests_app.writing.enums import Progress
from tests.requests_app.factories import EventFactory, RequestFactory
from tests.requests_app.test_writing import opened
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 31)


@pytest.fixture
def draft():
    """Chad's draft: ten in all, three national, four from others."""
    return RequestFactory(
        draft=True, costed=True, reference="DRAFT-9", areas=["clearance", "victim_assistance", "national_legislation"]
    )


def page_of(request, person=None):
    return client_of(person).get(f"/requests/{request.reference}/").content.decode()


def post(person, request, part, page=None, **values):
    """Save a step of the needs form; the lines of a table come as a list."""
    client, address = client_of(person), f"/requests/{request.reference}/edit/{part}/"
    data = dict(page or opened(client, address))
    lines = values.pop("lines", None)
    if lines is not None:
        data |= {f"{part}-TOTAL_FORMS": len(lines), f"{part}-INITIAL_FORMS": 0}
        data |= {f"{part}-{number}-{name}": value for number, line in enumerate(lines) for name, value in line.items()}
    return client.post(address, data | {f"{part}-{name}": value for name, value in values.items()})


def release_of(request, **values):
    figures = {"opening": 100, "discovered": 20, "cancelled": 30, "reduced": 10, "cleared": 25, "closing": 55}
    return AreaRelease(request=request, **figures | {"starts": DAY, "ends": DAY, "source": "Database"} | values)


def visit_to(request, **values):
    return Visit(request=request, **{"kind": "technical", "visitors": "Two experts", "purpose": "Look",
                                     "place": "Faya", "starts": DAY} | values)  # fmt: skip


def figure(number, sex="female", age="adult", disability="unknown"):
    return VictimFigure(sex=sex, age=age, disability=disability, number=number)


# --- R11: costs by year ----------------------------------------------------------------------------------------------


def test_R011_years_are_saved_with_their_computed_gap(draft, chad):
    lines = [{"year": 2027, "total": 6, "national": 2, "external": 1}, {"year": 2028, "total": 4, "national": 4}]
    assert post(chad, draft, "cost_years", lines=lines).status_code == 302
    gaps = {year.year: year.resources.gap for year in draft.cost_years.all()}
    assert gaps == {2027: 3, 2028: 0}
    assert AuditEvent.objects.filter(action="request part saved", subject=draft.reference, actor=chad).exists()


def test_R011_sum_that_differs_is_a_warning_and_no_obstacle(draft, chad):
    save_costs(draft, [CostYear(year=2027, total=12, national=3, external=4)], by=chad)
    page = page_of(draft, chad)
    assert "The years cost USD 2 more than the total cost of the request." in page
    assert "national shares of the years" not in page
    CostYear.objects.update(total=10)
    assert "The years cost" not in page_of(draft, chad)


def test_R011_years_need_the_currency_of_the_request(chad):
    bare = RequestFactory(draft=True)
    with pytest.raises(Refused, match="currency"):
        save_costs(bare, [CostYear(year=2027, total=6)], by=chad)
    assert not CostYear.objects.exists()


def test_R011_a_year_twice_is_told_and_nothing_is_saved(draft, chad):
    response = post(chad, draft, "cost_years", lines=[{"year": 2027, "total": 6}, {"year": 2027, "total": 4}])
    assert response.status_code == 422
    assert [list(line) for line in response.context["form"].errors] == [[], ["year"]]
    assert "This year stands in another line already" in response.content.decode()
    assert not CostYear.objects.exists()


def test_R116_a_group_twice_is_told_and_nothing_is_saved(chad):
    line = {"sex": "female", "age": "adult", "disability": "with", "number": 6}
    draft = RequestFactory(reference="DRAFT-V", draft=True, areas=["victim_assistance"])
    response = post(chad, draft, "victim_figures", lines=[line, {**line, "number": 7}, {**line, "sex": "male"}])
    assert [list(line) for line in response.context["form"].errors] == [[], ["sex"], []]
    assert not VictimFigure.objects.exists()


def test_R011_years_that_differ_are_told_where_they_are_written_and_when_they_are_saved(draft, chad):
    client, told = client_of(chad), "The years cost USD 2 more than the total cost of the request."
    saved = client_of(chad).post(
        f"/requests/{draft.reference}/edit/cost_years/",
        opened(client, f"/requests/{draft.reference}/edit/cost_years/")
        | {"cost_years-TOTAL_FORMS": 1, "cost_years-INITIAL_FORMS": 0, "cost_years-0-year": 2027}
        | {"cost_years-0-total": 12, "cost_years-0-national": 3, "cost_years-0-external": 4},
        follow=True,
    )
    assert f"Costs by year: {told}" in saved.content.decode()
    for step in ("cost_years", "costs"):
        assert told in client.get(f"/requests/{draft.reference}/edit/{step}/").content.decode(), step
    sums = opened(client, f"/requests/{draft.reference}/edit/costs/")
    client.post(f"/requests/{draft.reference}/edit/costs/", sums | {"total_cost": "12"})
    assert "The years cost" not in client.get(f"/requests/{draft.reference}/edit/evidence/").content.decode()


@pytest.mark.parametrize(
    ("national", "words"),
    [
        (3, ["Cost of the open request: USD 10, of which USD 3 national and USD 4 from others", "Gap: USD 3."]),
        (6, ["The resources are sufficient."]),
    ],
)
def test_R011_page_of_the_state_shows_gap_or_sufficient_for_each_obligation(chad, national, words, client):
    clock = Obligation.objects.get(state="TCD", limb="4.1(a)")
    RequestFactory(public=True, costed=True, national_share=national, obligation=clock)
    page = client.get("/states/tcd/").content.decode()
    assert [word for word in words if word not in page] == []
    assert ("Gap:" in page) == (national == 3)


def test_R011_page_of_the_state_keeps_what_a_visitor_may_not_know(chad, client):
    clock = Obligation.objects.get(state="TCD", limb="4.1(a)")
    RequestFactory(costed=True, obligation=clock)
    RequestFactory(draft=True, costed=True, obligation=clock)
    assert "of which USD 3 national" not in client.get("/states/tcd/").content.decode()
    own = client_of(chad).get("/states/tcd/").content.decode()
    assert "Cost of the open request: USD 10" in own  # the draft does not count


def test_R011_two_requests_for_one_obligation_add_up_and_a_surplus_covers_no_gap(client):
    clock = Obligation.objects.get(state="TCD", limb="4.1(a)")
    RequestFactory(public=True, costed=True, obligation=clock)
    RequestFactory(public=True, costed=True, national_share=12, obligation=clock)
    page = client.get("/states/tcd/").content.decode()
    assert "Cost of the 2 open requests: USD 20, of which USD 15 national and USD 8 from others." in page
    assert "Gap: USD 3." in page


def test_R011_requests_too_old_for_the_page_of_the_state_count_in_its_sums(client):
    clock = Obligation.objects.get(state="TCD", limb="4.1(a)")
    for _ in range(MOST_REQUESTS + 2):
        RequestFactory(public=True, costed=True, obligation=clock)
    page = client.get("/states/tcd/").content.decode()
    assert f"Cost of the {MOST_REQUESTS + 2} open requests" in page
    assert 'href="/requests/?state=TCD"' in page


# --- R18: capacity ---------------------------------------------------------------------------------------------------


def test_R018_need_without_sustainability_is_saved_and_flagged_on_the_coordinators_list(chad, coordinator, draft):
    assert post(chad, draft, "capacity", institution="Authority", skills="Survey").status_code == 302
    AssistanceRequest.objects.filter(pk=draft.pk).update(status="submitted", submitted_on=DAY, confirmed_on=DAY)
    address = "/requests/?state=TCD&status=submitted"
    assert 'class="badge warn">Incomplete' in client_of(coordinator).get(address).content.decode()
    assert str(Missing.SUSTAINABILITY.label) in page_of(draft, coordinator)
    CapacityNeed.objects.update(sustainability="Posts in the State budget")
    assert "Incomplete" not in client_of(coordinator).get(address).content.decode()
    assert str(Missing.SUSTAINABILITY.label) not in page_of(draft, coordinator)


def test_R018_flag_is_for_those_who_handle_requests(client):
    CapacityNeed.objects.create(request=RequestFactory(public=True), institution="Authority", skills="Survey")
    assert "Incomplete" not in client.get("/requests/?state=TCD").content.decode()


def test_R018_flags_cost_the_same_for_one_and_for_many(coordinator):
    client = client_of(coordinator)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get("/requests/")
        return len(captured)

    def flag(number):
        for _again in range(number):
            CapacityNeed.objects.create(request=RequestFactory(), institution="Authority", skills="Survey")

    flag(1)
    client.get("/requests/")
    few = queries()
    flag(5)
    assert queries() == few


def test_R018_institution_without_skills_is_told_beside_the_field_and_kept(draft, chad):
    response = post(chad, draft, "capacity", institution="Authority")
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"skills"}
    assert 'value="Authority"' in response.content.decode()
    assert not CapacityNeed.objects.exists()


# --- R116: victim assistance -----------------------------------------------------------------------------------------


def test_R116_need_is_kept_with_its_focal_point_plan_participation_and_figures(draft, chad):
    post(
        chad, draft, "victims", focal_point="Department of Social Inclusion", plan="2026–2030", participation="Council"
    )
    line = {"sex": "female", "age": "child", "disability": "with", "number": 12}
    assert post(chad, draft, "victim_figures", lines=[line]).status_code == 302
    page = page_of(draft, chad)
    for words in ("Department of Social Inclusion", "2026–2030", "Council", "Women and girls", "Under 18", ">12<"):
        assert words in page


@pytest.mark.parametrize("name", ["Soun Vong", "12 Soun", "-3", "4.5"])
def test_R116_no_name_can_be_stored_in_a_figure_field(draft, chad, name):
    line = {"sex": "female", "age": "child", "disability": "with", "number": name}
    response = post(chad, draft, "victim_figures", lines=[line])
    assert response.status_code == 422
    assert "number" in response.context["form"].errors[0]
    assert not VictimFigure.objects.exists()


@pytest.mark.parametrize("field", ["sex", "age", "disability"])
def test_R116_groups_have_fixed_words_only(draft, chad, field):
    line = {"sex": "female", "age": "child", "disability": "with", "number": 3} | {field: "Soun Vong"}
    response = post(chad, draft, "victim_figures", lines=[line])
    assert field in response.context["form"].errors[0]


def test_R116_focal_point_is_an_office(draft, chad):
    response = post(chad, draft, "victims", focal_point="Mr Soun Vong, Department of Social Inclusion")
    assert response.context["form"].errors.keys() == {"focal_point"}
    assert not VictimNeed.objects.exists()


def test_R116_small_groups_are_hidden_from_all_but_the_state_and_those_who_handle_the_request(
    chad, norway, coordinator, isu, client
):
    asked = RequestFactory(draft=True, public=True, areas=["victim_assistance"])
    save_figures(asked, [figure(3), figure(317, sex="male"), figure(218, age="child")], by=chad)
    AssistanceRequest.objects.filter(pk=asked.pk).update(status="submitted", submitted_on=DAY, confirmed_on=DAY)
    for person in (None, norway):
        page = page_of(asked, person)
        assert "fewer than 5" in page
        assert "not shown" in page
        assert ">538<" in page  # the total, which together with one hidden group only would tell the other
        assert ">3<" not in page
    for person in (chad, coordinator, isu):
        page = page_of(asked, person)
        assert ">3<" in page
        assert "fewer than 5" not in page


def test_R116_victim_need_without_participation_is_incomplete(draft, chad, coordinator):
    save_part(VictimNeed(request=draft, focal_point="Department"), by=chad)
    assert str(Missing.PARTICIPATION.label) in page_of(draft, chad)
    assert str(Missing.FOCAL_POINT.label) not in page_of(draft, chad)
    assert AssistanceRequest.objects.with_marks().get(pk=draft.pk).is_incomplete


# --- R117: legislation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{}, {"law_title": "Act 7"}, {"adopted_on": "2026-01-31"}])
def test_R117_adopted_needs_title_and_date(draft, chad, given):
    response = post(chad, draft, "legislation", status="adopted", **given)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"law_title", "adopted_on"} - given.keys()
    assert not LegislationNeed.objects.exists()


def test_R117_adopted_with_title_and_date_is_saved(draft, chad):
    given = {"law_title": "Act 7", "adopted_on": "2026-01-31", "help_wanted": ["awareness", "training"]}
    assert post(chad, draft, "legislation", status="adopted", **given).status_code == 302
    need = LegislationNeed.objects.get()
    assert [kind.value for kind in need.help_wanted] == ["awareness", "training"]
    assert "Act 7, 31 January 2026" in page_of(draft, chad)


def test_R117_adoption_is_not_still_to_come(draft, chad):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = post(chad, draft, "legislation", status="adopted", law_title="Act 7", adopted_on=tomorrow)
    assert response.context["form"].errors.keys() == {"adopted_on"}


def test_R117_page_and_form_lead_to_the_model_law_in_the_library(draft, chad):
    save_part(LegislationNeed(request=draft, status="drafting", wants_drafting=True), by=chad)
    for page in (page_of(draft, chad), client_of(chad).get("/requests/DRAFT-9/edit/legislation/").content.decode()):
        assert 'href="/documents/CCM/MSP/2011/WP.6/"' in page


# --- R115: area release ----------------------------------------------------------------------------------------------


def test_R115_figures_that_balance_show_no_warning(draft, chad):
    save_part(release_of(draft), by=chad)
    page = page_of(draft, chad)
    assert "accounted for" not in page
    assert ">25<" in page  # cleared
    assert ">65<" in page  # released in all
    assert ">55<" in page


@pytest.mark.parametrize(
    ("closing", "words"),
    [
        (50, "Areas: 5 m² of what there was is not accounted for."),
        (60, "Areas: 5 m² more is accounted for than there was."),
    ],
)
def test_R115_figures_that_do_not_balance_are_saved_with_a_warning(draft, chad, closing, words):
    figures = {"opening": 100, "discovered": 20, "cancelled": 30, "reduced": 10, "cleared": 25}
    period = {"starts": "2025-01-01", "ends": "2025-12-31", "source": "Database"}
    assert post(chad, draft, "area_release", closing=closing, **figures, **period).status_code == 302
    assert words in page_of(draft, chad)
    assert words in client_of(chad).get(f"/requests/{draft.reference}/edit/area_release/").content.decode()


def test_R115_period_and_source_are_asked_for(draft, chad):
    response = post(chad, draft, "area_release", opening=1, starts="2025-12-31", ends="2025-01-01")
    assert response.context["form"].errors.keys() == {"ends", "source"}


# --- a visit ---------------------------------------------------------------------------------------------------------


def test_visit_is_a_request_that_needs_no_cost_and_no_figures(chad, draft):
    bare = RequestFactory(draft=True, reference="DRAFT-8", is_financial=True, areas=["clearance"],
                          institution="Authority", national_plan="Plan")  # fmt: skip
    assert set(bare.missing_for_donors) == {Missing.EVIDENCE, Missing.COST, Missing.PERIOD}
    given = {"kind": "verification", "visitors": "Two experts", "purpose": "See the cleared land", "place": "Faya"}
    assert post(chad, bare, "visit", **given, starts="2027-02-01", ends="2027-02-05").status_code == 302
    assert AssistanceRequest.objects.for_detail().get(pk=bare.pk).missing_for_donors == ()
    page = page_of(bare, chad)
    assert "Verification visit" in page
    assert "1 February 2027 – 5 February 2027" in page


def test_visits_are_found_and_exported(client):
    visit_to(RequestFactory(public=True, reference="VISIT-1")).save()
    RequestFactory(public=True, reference="OTHER-1")
    page = client.get("/requests/?kind=visit").content.decode()
    assert "VISIT-1" in page
    assert "OTHER-1" not in page
    rows = {row["reference"]: row["visit"] for row in client.get("/requests/?state=TCD&format=json").json()}
    assert (rows["VISIT-1"], rows["OTHER-1"]) == (True, False)


@pytest.mark.parametrize("query", ["", "?q=survey", "?q=survey&as_of=2026-11-21"])
def test_a_searched_list_marks_visits_and_what_is_incomplete_as_any_list(coordinator, query):
    asked = RequestFactory(public=True, reference="VISIT-1", submitted_on=date(2026, 11, 1))
    EventFactory(request=asked)
    visit_to(asked).save()
    CapacityNeed.objects.create(request=asked, institution="Authority", skills="Survey")
    page = client_of(coordinator).get(f"/requests/{query}").content.decode()
    row = page.split("VISIT-1</a>")[1].split("</tr>")[0]
    assert "(visit)" in row
    assert "Incomplete" in row


# --- every part ------------------------------------------------------------------------------------------------------


def test_what_is_left_empty_is_no_part_and_what_is_emptied_goes(draft, chad):
    assert post(chad, draft, "capacity").status_code == 302
    assert not CapacityNeed.objects.exists()
    post(chad, draft, "capacity", institution="Authority", skills="Survey")
    post(chad, draft, "capacity", institution="", skills="", sustainability="")
    assert not CapacityNeed.objects.exists()
    assert AuditEvent.objects.filter(action="request part removed", subject=draft.reference).exists()


def test_words_of_the_parts_are_found_and_those_removed_are_not(chad):
    asked = RequestFactory(status="clarification_asked")
    save_part(CapacityNeed(request=asked, institution="Geodesy Institute", skills="Mapping"), by=chad)
    assert list(AssistanceRequest.objects.search([["geodesy"]], chad.access)) == [asked]
    remove_part(CapacityNeed.objects.get(), by=chad)
    assert not AssistanceRequest.objects.search([["geodesy"]], chad.access).exists()


def test_part_follows_the_visibility_of_its_request(chad, norway, client):
    hidden = RequestFactory(visibility=Visibility.COORDINATORS_ISU, reference="HID-1")
    CapacityNeed.objects.create(request=hidden, institution="Geodesy Institute", skills="Mapping")
    for person in (None, norway):
        assert client_of(person).get("/requests/HID-1/").status_code == 404
        assert "HID-1" not in client_of(person).get("/requests/?q=geodesy").content.decode()


def test_submitted_request_takes_no_part(chad, norway):
    asked = RequestFactory()
    assert post(chad, asked, "capacity", institution="Authority", skills="Survey").status_code == 409
    assert post(norway, asked, "capacity", institution="Authority", skills="Survey").status_code == 404
    with pytest.raises(Refused):
        save_part(CapacityNeed(request=asked, institution="Authority", skills="Survey"), by=chad)
    assert not CapacityNeed.objects.exists()


def test_second_of_two_who_save_is_told(draft, chad):
    page = opened(client_of(chad), "/requests/DRAFT-9/edit/capacity/")
    assert post(chad, draft, "capacity", page, institution="Authority", skills="Survey").status_code == 302
    response = post(chad, draft, "capacity", page, institution="Authority", skills="Clearance")
    assert response.status_code == 409
    assert "Clearance" in response.content.decode()
    assert CapacityNeed.objects.get().skills == "Survey"


@pytest.mark.parametrize(
    ("part", "values", "missing"),
    [
        ("area_release", {"areas": ["clearance"]}, {"areas": ["other"]}),
        ("victims", {"areas": ["victim_assistance"]}, {"areas": ["other"]}),
        ("victim_figures", {"areas": ["victim_assistance"]}, {"areas": ["other"]}),
        ("legislation", {"areas": ["national_legislation"]}, {"areas": ["other"]}),
        ("capacity", {"is_technical": True}, {"is_technical": False}),
        ("visit", {"is_technical": True}, {"is_technical": False}),
        ("cost_years", {"total_cost": 10, "currency": "USD"}, {}),
    ],
)
def test_step_is_there_where_the_request_asks_for_it(chad, part, values, missing):
    client = client_of(chad)
    asks = RequestFactory(draft=True, reference="DRAFT-1", **values)
    asks_not = RequestFactory(draft=True, reference="DRAFT-2", **missing)
    assert client.get(f"/requests/DRAFT-1/edit/{part}/").status_code == 200
    assert f'value="{part}"' in client.get("/requests/DRAFT-1/edit/need/").content.decode()
    assert client.get(f"/requests/DRAFT-2/edit/{part}/").status_code == 404
    assert f'value="{part}"' not in client.get("/requests/DRAFT-2/edit/need/").content.decode()
    assert asks != asks_not


def test_looking_at_a_step_or_at_the_review_makes_no_part(draft, chad):
    """A blank part in memory once counted as one: the visit was done, and victims' organisations were asked for."""
    client = client_of(chad)
    for part in ("visit", "victims", "review"):
        page = client.get(f"/requests/DRAFT-9/edit/{part}/").content.decode()
        assert str(Missing.PARTICIPATION.label) not in page
        line = page.split("Steps of this request")[1].split("Visit")[1].split("</li>")[0]
        assert str(Progress.DONE.label) not in line, part


def test_part_that_is_there_stays_in_reach(chad):
    moved = RequestFactory(draft=True, reference="DRAFT-2", areas=["other"])
    release_of(moved).save()
    assert client_of(chad).get("/requests/DRAFT-2/edit/area_release/").status_code == 200


def test_review_shows_the_parts_and_what_does_not_add_up(draft, chad):
    save_costs(draft, [CostYear(year=2027, total=12, national=3, external=4)], by=chad)
    save_figures(draft, [figure(3)], by=chad)
    save_part(release_of(draft, closing=50), by=chad)
    page = client_of(chad).get("/requests/DRAFT-9/edit/review/").content.decode()
    for words in ("The years cost USD 2 more", "5 m² of what there was", "Women and girls", "USD 12", "Cancelled by"):
        assert words in page


# --- constraints -----------------------------------------------------------------------------------------------------


def create(model, **values):
    return model.objects.create(**{"request": RequestFactory()} | values)


def twice(model, **values):
    request = RequestFactory()
    for _again in range(2):
        model.objects.create(request=request, **values)


BREAKERS = {
    "cost_year_once": lambda: twice(CostYear, year=2027, total=1),
    "cost_year_in_range": lambda: create(CostYear, year=27, total=1),
    "cost_year_not_negative": lambda: create(CostYear, year=2027, total=1, national=Decimal(-1)),
    "capacity_has_institution_and_skills": lambda: create(CapacityNeed, institution="Authority", skills=""),
    "victim_figure_once_per_group": lambda: twice(VictimFigure, sex="male", age="adult", disability="with", number=9),
    "victim_figure_of_a_known_group": lambda: create(
        VictimFigure, sex="A. B.", age="adult", disability="with", number=9
    ),
    "legislation_adopted_has_law": lambda: create(LegislationNeed, status="adopted", law_title="Act 7"),
    "legislation_status_known": lambda: create(LegislationNeed, status="soon"),
    "release_period_in_order": lambda: release_of(RequestFactory(), ends=DAY - timedelta(days=1)).save(),
    "release_areas_not_negative": lambda: release_of(RequestFactory(), cleared=Decimal(-1)).save(),
    "release_has_source": lambda: release_of(RequestFactory(), source="").save(),
    "visit_days_in_order": lambda: visit_to(RequestFactory(), ends=DAY - timedelta(days=1)).save(),
    "visit_kind_known": lambda: visit_to(RequestFactory(), kind="holiday").save(),
}
CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_app_config("specifics").get_models()
    for constraint in model._meta.constraints
}


def test_every_constraint_is_broken_here_and_has_its_words():
    assert set(BREAKERS) == set(CONSTRAINTS)
    default = "Constraint “%(name)s” is violated."
    assert [name for name, rule in CONSTRAINTS.items() if rule.violation_error_message == default] == []


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BREAKERS[name]()
    fields = getattr(CONSTRAINTS[name], "fields", ())
    assert name in str(refusal.value) or (all(field in str(refusal.value) for field in fields) and fields)
