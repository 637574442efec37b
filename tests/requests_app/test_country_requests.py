"""Several needs under one country request; splitting and joining without counting twice."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.models import Obligation
from coalitions.models import Coalition
from reports.progress import section
from requests_app.actions import Refused, change_visibility, relay_request
from requests_app.authors.actions import ask_sign_off
from requests_app.authors.models import Author
from requests_app.country_requests import actions
from requests_app.country_requests.actions import add_need, join_requests, split_request, start_country_request
from requests_app.country_requests.domain.amounts import Amounts
from requests_app.country_requests.models import CountryRequest, Joining, Line, Split
from requests_app.enums import Action, Channel, Status, Visibility
from requests_app.models import AssistanceRequest, EvidenceItem, Relay, SearchText, Supporter
from requests_app.specifics.models import AreaRelease, CostYear, LegislationNeed, VictimFigure, VictimNeed
from tests.conftest import person
from tests.requests_app.factories import AnswerFactory, EventFactory, RelayFactory, RequestFactory, ShareFactory

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


@pytest.fixture
def group(chad):
    """A country request with a submitted public need and one that the Coordinators and the ISU alone know of."""
    first = RequestFactory(
        reference="TCD-A", public=True, title="Survey teams", areas=["clearance"], institution="Mine action centre",
        national_plan="Plan 2026", channel=Channel.ISU,
    )  # fmt: skip
    found = start_country_request(first, title="Needs of the north", by=chad)
    second = RequestFactory(reference="TCD-B", title="Hidden workshop", areas=["victim_assistance"])
    Line.objects.create(country_request=found, request=second)
    return found


def ready(group, **values):
    draft = RequestFactory(**{"draft": True, "title": "Training", "areas": ["risk_education"]} | values)
    Line.objects.create(country_request=group, request=draft)
    return draft


# --- one page, only what the visitor may know ------------------------------------------------------------------------


def test_R026_a_country_request_shows_only_the_needs_one_may_know_of(group, chad, norway, coordinator, as_user):
    draft = ready(group)
    page = group.get_absolute_url()
    seen = {}
    for name, user in {"public": None, "norway": norway, "coordinator": coordinator, "chad": chad}.items():
        text = as_user(user).get(page).content.decode()
        seen[name] = [ref for ref in ("TCD-A", "TCD-B", draft.reference) if ref in text]
    assert seen == {
        "public": ["TCD-A"], "norway": ["TCD-A"], "coordinator": ["TCD-A", "TCD-B"],
        "chad": ["TCD-A", "TCD-B", draft.reference],
    }  # fmt: skip


def test_R026_a_country_request_without_a_visible_need_does_not_exist(group, chad, norway, as_user):
    change_visibility(AssistanceRequest.objects.get(reference="TCD-A"), "coordinators_isu", by=chad)
    for user in (None, norway):
        assert as_user(user).get(group.get_absolute_url()).status_code == 404
        assert group.title not in as_user(user).get("/states/tcd/").content.decode()
    assert group.title in as_user(chad).get("/states/tcd/").content.decode()


def test_R026_one_of_how_many_counts_no_hidden_need(group, chad, coordinator, as_user):
    page = "/requests/TCD-A/"
    assert "country request" not in Client().get(page).content.decode()
    assert "Need 1 of 2 of the country request" in as_user(coordinator).get(page).content.decode()
    ready(group)
    assert "Need 1 of 3 of the country request" in as_user(chad).get(page).content.decode()
    assert "Need 1 of 2 of the country request" in as_user(coordinator).get(page).content.decode()


def test_R010_a_further_need_begins_with_what_the_first_one_says(group, chad, as_user):
    answer = as_user(chad).post(f"{group.get_absolute_url()}add/")
    draft = AssistanceRequest.objects.get(line__country_request=group, status=Status.DRAFT)
    assert answer.url == f"/requests/{draft.reference}/edit/"
    assert (draft.institution, draft.national_plan) == ("Mine action centre", "Plan 2026")
    assert (draft.channel, draft.visibility) == (Channel.ISU, Visibility.PUBLIC)
    assert (draft.title, draft.requirement) == ("", "")


def test_R010_a_request_becomes_the_first_need(chad, as_user):
    RequestFactory(reference="TCD-A")
    client, page = as_user(chad), "/country-requests/new/?request=TCD-A"
    assert client.post(page, {"title": ""}).status_code == 422
    assert client.post(page, {"title": "The north"}).status_code == 302
    assert Line.objects.filter(country_request__title="The north").count() == 2
    again = client.post(page, {"title": "Once more"})
    assert again.status_code == 422
    assert "belongs to a country request already" in again.content.decode()


def test_R010_all_ready_drafts_are_submitted_in_one_act(group, chad, as_user):
    """Each wholly or not at all; one that lacks something holds up none, and says what it lacks."""
    ready_one, ready_two = ready(group), ready(group)
    bare = add_need(group, by=chad)
    unsigned = ready(group, title="Awaits the minister")
    ask_sign_off(unsigned, chad, by=chad, now=timezone.now())
    page = as_user(chad).post(f"{group.get_absolute_url()}submit/", follow=True).content.decode()
    statuses = {draft: AssistanceRequest.objects.get(pk=draft.pk).status for draft in (ready_one, ready_two, bare)}
    assert set(statuses.values()) == {"submitted", "draft"}
    assert statuses[bare] == "draft"
    assert "What is the challenge?" in page
    assert "has yet to sign off" in page
    assert AssistanceRequest.objects.get(pk=unsigned.pk).is_draft


def test_R010_an_error_in_one_draft_leaves_the_others_submitted(group, chad, monkeypatch):
    good, bad = ready(group), ready(group)
    real = actions.save_step

    def failing(draft, step, **how):
        submitted = real(draft, step, **how)
        if draft.pk == bad.pk:
            raise Refused("Halfway.")
        return submitted

    monkeypatch.setattr(actions, "save_step", failing)
    outcomes = actions.submit_ready([bad, good], by=chad, today=today())
    assert [outcome.lacks for outcome in outcomes] == [["Halfway."], []]
    bad.refresh_from_db()
    assert (bad.is_draft, bad.events.count(), bad.submitted_on) == (True, 0, None)


# --- splitting -------------------------------------------------------------------------------------------------------


def split(original, by, *, total=4, national=1, external=None, **more):
    original = AssistanceRequest.objects.get(pk=original.pk)
    part = {"title": "Workshop", "requirement": "One workshop.", "areas": ["victim_assistance"]}
    moved = {"total_cost": Decimal(total), "national_share": Decimal(national), "external_secured": external}
    return split_request(
        original,
        part=part,
        moved=moved,
        remaining="Two survey teams.",
        expected_version=more.pop("version", original.version),
        by=by,
        today=today(),
        **more,
    )


@pytest.fixture
def whole():
    """Total 10, of which 3 national and 4 from others."""
    return RequestFactory(reference="TCD-W", costed=True, public=True, areas=["clearance", "victim_assistance"])


def test_R011_a_split_takes_from_the_original_what_the_part_gets(whole, chad, as_user):
    part = split(whole, chad)
    whole.refresh_from_db()
    assert (whole.total_cost, whole.national_share, whole.external_secured) == (6, 2, 4)
    assert (part.total_cost, part.national_share, part.external_secured) == (4, 1, None)
    assert (whole.requirement, part.requirement) == ("Two survey teams.", "One workshop.")
    assert (part.status, part.visibility, part.currency) == (Status.SUBMITTED, whole.visibility, "USD")
    assert part.line.country_request == whole.line.country_request
    assert whole.events.get(action=Action.SPLIT).actor == chad
    for one, other in ((whole, part), (part, whole)):
        assert other.get_absolute_url() in as_user(None).get(one.get_absolute_url()).content.decode()


def test_a_history_says_what_left_the_status_as_it_was_to_those_who_may_know(whole, chad, as_user):
    EventFactory(request=whole, on=today())
    split(whole, chad, total=1, national=0)
    steps = history(as_user(chad), whole)
    assert len(steps) == whole.events.count()
    assert "<strong>Split</strong>" in steps[-1]
    assert len(history(as_user(None), whole)) == len(steps) - 1


def history(client, asked):
    page = client.get(asked.get_absolute_url()).content.decode()
    return page.split('<ol class="steps">')[1].split("</ol>")[0].split("<li>")[1:]


def test_R011_a_split_draft_stays_a_draft(chad):
    draft = RequestFactory(draft=True, costed=True, areas=["clearance", "victim_assistance"])
    part = split(draft, chad)
    assert part.is_draft
    assert AssistanceRequest.objects.get(pk=draft.pk).version == 2


def test_R026_a_part_that_is_hidden_is_not_told_of(whole, chad, as_user):
    part = split(whole, chad)
    change_visibility(part, "coordinators_isu", by=chad)
    page = as_user(None).get(whole.get_absolute_url()).content.decode()
    assert part.reference not in page
    assert "part of it" not in page


def test_R026_a_part_keeps_back_what_the_whole_kept_back(whole, chad, as_user):
    """Locks go with the part; where others read a text of their own, nothing of the part before that."""
    AssistanceRequest.objects.filter(pk=whole.pk).update(locks=["amounts"])
    part = split(whole, chad)
    assert (part.locks, part.visibility) == (["amounts"], Visibility.PUBLIC)
    assert "gap" not in as_user(None).get(part.line.country_request.get_absolute_url()).content.decode()
    assert "gap" in as_user(chad).get(part.line.country_request.get_absolute_url()).content.decode()
    AssistanceRequest.objects.filter(pk=whole.pk).update(public_summary="Survey teams are needed.")
    assert split(whole, chad, total=1, national=1).visibility == Visibility.COORDINATORS_ISU


def test_R026_a_survivor_keeps_back_what_either_kept_back(two, chad):
    closing, survivor = two
    AssistanceRequest.objects.filter(pk=closing.pk).update(locks=["amounts"])
    assert join(closing, survivor, chad).locks == ["amounts"]


def test_R026_a_part_does_not_tell_the_title_of_the_whole(chad, as_user):
    hidden = RequestFactory(title="Depot at the border", costed=True, areas=["clearance", "victim_assistance"])
    part = split(hidden, chad)
    change_visibility(part, "public", by=chad)
    group = part.line.country_request.get_absolute_url()
    for page in (group, part.get_absolute_url(), "/states/tcd/"):
        assert "Depot at the border" not in as_user(None).get(page).content.decode(), page
    assert "Depot at the border" in as_user(chad).get(group).content.decode()


def test_R026_a_survivor_does_not_bare_what_a_summary_stood_for(two, chad, as_user):
    closing, survivor = two
    AssistanceRequest.objects.filter(pk=closing.pk).update(public_summary="Training is needed.", locks=["plan"])
    AssistanceRequest.objects.filter(pk=survivor.pk).update(visibility="public", relayed_read_locked=True)
    kept = join(closing, survivor, chad)
    assert kept.locks == ["plan", "requirement"]
    assert not kept.relayed_read_locked
    assert "Both." not in as_user(None).get(kept.get_absolute_url()).content.decode()


def test_R011_a_split_leaves_what_supporters_have_taken_on(whole, chad):
    share = ShareFactory(request=whole, amount=2, currency="USD")  # of a gap of three
    with pytest.raises(Refused, match="taken on more"):
        split(whole, chad, total=2, national=0)
    assert Split.objects.count() == 0
    assert split(whole, chad, total=1, national=0).shares.count() == 0
    assert share.request.shares.count() == 1


@pytest.mark.parametrize(
    "state", [{"status": "closed_unmet"}, {"status": "withdrawn"}, {"status": "delivered"}, {"unconfirmed": True}]
)
def test_R010_what_cannot_be_split_is_refused(chad, as_user, state):
    asked = RequestFactory(costed=True, areas=["clearance"], **state)
    with pytest.raises(Refused):
        split(asked, chad)
    assert as_user(chad).get(f"{asked.get_absolute_url()}split/").status_code == 403
    assert Split.objects.count() == 0


def test_R011_a_split_of_too_much_is_explained_and_nothing_is_half_saved(whole, chad, as_user):
    form = {
        "title": "Workshop", "areas": ["clearance"], "requirement": "One.", "remaining": "Two.", "total_cost": "99",
        "version": whole.version, "staying": ["victim_assistance"],
    }  # fmt: skip
    page = as_user(chad).post("/requests/TCD-W/split/", form)
    assert page.status_code == 422
    assert page.context["form"].errors == {"total_cost": ["More would be moved than the request has."]}
    assert 'value="99"' in page.content.decode()
    whole.refresh_from_db()
    assert (whole.total_cost, whole.version, CountryRequest.objects.count()) == (10, 1, 0)


def test_R010_an_area_that_goes_with_the_part_is_asked_for_once(whole, chad, as_user):
    client, address = as_user(chad), "/requests/TCD-W/split/"
    assert client.get(address).context["form"]["staying"].value() == ["clearance", "victim_assistance"]
    form = {
        "title": "Workshop", "areas": ["victim_assistance"], "requirement": "One.", "remaining": "Two.",
        "total_cost": "4", "national_share": "1", "external_secured": "2", "version": whole.version,
    }  # fmt: skip
    for staying, said in (([], "required"), (["victim_assistance"], "Each obligation stays here or goes")):
        refused = client.post(address, {**form, "staying": staying})
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert client.post(address, {**form, "staying": ["clearance"]}).status_code == 302
    part = Split.objects.get(original=whole).part
    assert [area.pk for area in whole.areas.all()] == ["clearance"]
    assert [area.pk for area in part.areas.all()] == ["victim_assistance"]
    found = "/requests/?area=victim_assistance&q=survey+of+sector&format=json"
    assert "TCD-W" not in [row["reference"] for row in client.get(found).json()]


def parts_of(asked):
    return (hasattr(asked, "victims"), asked.victim_figures.count(), hasattr(asked, "area_release"))


@pytest.mark.parametrize("stays", [True, False])
def test_R116_details_of_an_obligation_go_where_the_obligation_goes(whole, chad, as_user, stays):
    VictimNeed.objects.create(request=whole, focal_point="Bureau of rehabilitation", participation="In the council")
    VictimFigure.objects.create(request=whole, sex="female", age="adult", disability="with", number=12)
    AreaRelease.objects.create(request=whole, starts="2025-01-01", ends="2025-12-31", source="Survey")
    SearchText.objects.store(AssistanceRequest.objects.get(pk=whole.pk).build_search_rows())
    part = split(whole, chad, staying=["clearance", "victim_assistance"] if stays else ["clearance"])
    original, part = (AssistanceRequest.objects.get(pk=one.pk) for one in (whole, part))
    assert parts_of(original) == ((True, 1, True) if stays else (False, 0, True))
    assert parts_of(part) == ((False, 0, False) if stays else (True, 1, False))
    found = as_user(chad).get("/requests/?q=rehabilitation&format=json").json()
    assert [row["reference"] for row in found] == [original.reference if stays else part.reference]
    told = AuditEvent.objects.get(action="request split").details["parts"]
    assert told == ([] if stays else ["victims", "victim_figures"])


def test_R011_both_needs_rest_on_the_evidence_that_the_state_names(whole, chad, as_user):
    full = evidence_of(whole, figure=3, unit="km", method="Count")
    evidence_of(whole, "Of the clearance alone")
    client, address = as_user(chad), "/requests/TCD-W/split/"
    assert "Which evidence" in client.get(address).content.decode()
    form = {
        "title": "Workshop", "areas": ["victim_assistance"], "staying": ["clearance"], "requirement": "One.",
        "remaining": "Two.", "total_cost": "4", "national_share": "1", "external_secured": "2", "version": "1",
        "evidence": [full.pk],
    }  # fmt: skip
    elsewhere = EvidenceItem.objects.create(request=RequestFactory(), claim="x", source="y", dated="2025-01-01")
    refused = client.post(address, {**form, "evidence": [elsewhere.pk]})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["evidence"])
    assert client.post(address, form).status_code == 302
    part = Split.objects.get(original=whole).part
    assert [item.claim for item in part.evidence.all()] == [full.claim]
    assert part.evidence_level == "fully"
    assert whole.evidence.count() == 2


def test_R011_amounts_of_a_split_are_taken_as_people_write_them_and_refused_beside_their_field(by_year, chad, as_user):
    AssistanceRequest.objects.filter(pk=by_year.pk).update(total_cost=10_000)
    form = {
        "title": "Workshop", "areas": ["clearance"], "staying": ["victim_assistance"], "requirement": "One.",
        "remaining": "Two.", "total_cost": "4,000", "national_share": "0", "external_secured": "0", "version": "1",
        "by_year": "chosen",
    }  # fmt: skip
    client, address = as_user(chad), "/requests/TCD-W/split/"
    for more, wrong in (
        ({"national_share": "7"}, "national_share"),
        ({"year_2028_external": "5"}, "by_year"),
        ({"year_2027_total": "9"}, "year_2027_total"),
    ):
        refused = client.post(address, {**form, **more})
        assert list(refused.context["form"].errors) == [wrong], more
    assert client.post(address, form).status_code == 302
    assert Split.objects.get().part.total_cost == 4000


def test_two_people_at_once_the_second_split_is_told(whole, chad):
    split(whole, chad, total=1, national=0)
    with pytest.raises(Refused, match="Somebody else"):
        split(whole, chad, total=1, national=0, version=1)


@pytest.mark.parametrize("role", ["isu", "coordinator"])
def test_R010_only_the_owner_splits_and_joins_the_others_propose(whole, role, request, as_user):
    client = as_user(request.getfixturevalue(role))
    for page in ("split/", "join/"):
        answer = client.get(f"/requests/TCD-W/{page}")
        assert answer.status_code == 403
        assert "propose it in the discussion" in answer.content.decode()
    assert client.get("/country-requests/new/?request=TCD-W").status_code == 403


# --- joining ---------------------------------------------------------------------------------------------------------


def join(closing, survivor, by):
    return join_requests(closing, survivor, requirement="Both.", by=by, today=today())


@pytest.fixture
def two():
    """A relayed and answered request, and one that can take it in."""
    closing = RequestFactory(
        reference="TCD-C", costed=True, match_parties=True, status=Status.RELAYED, areas=["risk_education"],
        desired_end="2028-01-01",
    )  # fmt: skip
    AnswerFactory(relay=RelayFactory(request=closing), text="Four instructors.")
    survivor = RequestFactory(reference="TCD-S", costed=True, areas=["clearance"], desired_end="2027-01-01")
    return closing, survivor


def test_R010_joining_closes_one_and_the_other_carries_both(two, chad, coordinator, as_user):
    closing, survivor = two
    closing.obligation = Obligation.objects.get(state="TCD", limb="4.1(a)")
    closing.save()
    survivor = join(closing, survivor, chad)
    closing.refresh_from_db()
    assert (closing.status, closing.joined_into.survivor) == (Status.WITHDRAWN, survivor)
    assert (survivor.total_cost, survivor.national_share, survivor.external_secured) == (20, 6, 8)
    assert {area.pk for area in survivor.areas.all()} == {"clearance", "risk_education"}
    assert (str(survivor.desired_end), survivor.obligation_id) == ("2028-01-01", closing.obligation_id)
    assert (closing.events.get().action, survivor.events.get().action) == (Action.JOIN, Action.TAKE_IN)
    for user in (chad, coordinator):
        text = as_user(user).get(survivor.get_absolute_url()).content.decode()
        assert "Four instructors." in text
        assert "TCD-C" in text
    assert OutboxMail.objects.filter(to="nor@test.org").count() == 0


def test_R010_a_joining_takes_over_parts_and_costs_by_year_once(two, chad, norway, as_user):
    """Years are summed; a part that the survivor has stays its own; the closed request keeps what it said."""
    closing, survivor = two
    for asked, years in ((closing, {2027: 3, 2028: 7}), (survivor, {2027: 10})):
        for year, total in years.items():
            CostYear.objects.create(request=asked, year=year, total=total, national=1)
        LegislationNeed.objects.create(request=asked, status="drafting", law_title=f"Law of {asked.reference}")
    VictimNeed.objects.create(request=closing, focal_point="Ministry of Health", participation="Every quarter")
    VictimFigure.objects.create(request=closing, sex="female", age="adult", disability="unknown", number=12)
    AssistanceRequest.objects.filter(pk=survivor.pk).update(visibility=closing.visibility)
    survivor = join(closing, AssistanceRequest.objects.get(pk=survivor.pk), chad)
    assert list(survivor.cost_years.values_list("year", "total", "national")) == [(2027, 13, 2), (2028, 7, 1)]
    assert (survivor.legislation.law_title, survivor.victims.focal_point) == ("Law of TCD-S", "Ministry of Health")
    assert survivor.victim_figures.get().number == closing.victim_figures.get().number == 12
    assert closing.cost_years.count() == 2
    page = as_user(chad).get("/requests/TCD-S/").content.decode()
    assert "Ministry of Health" in page
    assert "Law of TCD-C" not in page
    assert "TCD-S" in as_user(chad).get("/requests/?q=quarter").content.decode()
    assert as_user(norway).get("/requests/TCD-S/").status_code == 404  # it was relayed the closed one alone


def test_R026_a_survivor_for_more_readers_takes_over_no_part(two, chad):
    closing, survivor = two
    VictimNeed.objects.create(request=closing, focal_point="Ministry of Health")
    CostYear.objects.create(request=closing, year=2027, total=3)
    AssistanceRequest.objects.filter(pk=survivor.pk).update(visibility=Visibility.PUBLIC)
    survivor = join(closing, AssistanceRequest.objects.get(pk=survivor.pk), chad)
    assert not hasattr(survivor, "victims")
    assert not survivor.cost_years.exists()


def test_R010_who_followed_or_was_interested_finds_the_survivor(two, chad, norway, usa, as_user):
    closing, survivor = two
    AssistanceRequest.objects.filter(pk__in=[closing.pk, survivor.pk]).update(visibility=Visibility.PUBLIC)
    for user in (norway, usa):
        for act in ("follow", "interest"):
            as_user(user).post(f"/requests/TCD-C/{act}/")
    as_user(usa).post("/requests/TCD-S/interest/")
    join(*AssistanceRequest.objects.filter(pk__in=[closing.pk, survivor.pk]).order_by("pk"), chad)
    assert survivor.interests.standing().count() == survivor.followings.count() == 2
    assert "Follow no longer" in as_user(norway).get("/requests/TCD-S/").content.decode()
    assert "2 supporters have shown interest" in as_user(chad).get("/requests/TCD-S/").content.decode()


def years_of(asked):
    return list(asked.cost_years.values_list("year", "total", "national", "external"))


def warnings_on(page, person, as_user):
    return as_user(person).get(page).content.decode().count('class="note warn"')


@pytest.fixture
def by_year(whole):
    """The whole in three years: together 10, of which 3 national and 4 from others."""
    for year, total, national, external in ((2027, 3, 1, 1), (2028, 3, 1, 1), (2029, 4, 1, 2)):
        CostYear.objects.create(request=whole, year=year, total=total, national=national, external=external)
    return whole


def test_R011_a_split_divides_the_costs_by_year_in_proportion(whole, chad, as_user):
    """To the cent, and each year keeps its sum; neither page has anything to warn of."""
    CostYear.objects.create(request=whole, year=2027, total=7, national=2, external=3)
    CostYear.objects.create(request=whole, year=2028, total=3, national=1, external=1)
    part = split(whole, chad, total="0.01", national=0)
    assert sum(row[1] for row in years_of(part)) == Decimal("0.01")
    assert sum(row[1] for row in years_of(whole)) == Decimal("9.99")
    for asked in (whole, part):
        assert warnings_on(asked.get_absolute_url(), chad, as_user) == 0
    assert AuditEvent.objects.get(action="request split").details["years"]


def test_R011_years_go_along_as_the_state_says(by_year, chad, as_user):
    form = {
        "title": "Workshop", "areas": ["victim_assistance"], "requirement": "One.", "remaining": "Two.",
        "staying": ["clearance"],
        "total_cost": "4", "national_share": "1", "external_secured": "2", "version": by_year.version,
        "by_year": "chosen", "year_2029_total": "4", "year_2029_national": "1", "year_2029_external": "1",
    }  # fmt: skip
    client = as_user(chad)
    page = client.get("/requests/TCD-W/split/").content.decode()
    assert "of USD 4" in page
    refused = client.post("/requests/TCD-W/split/", form)
    assert refused.status_code == 422
    assert "do not add up" in refused.content.decode()
    assert 'name="year_2029_external" value="1"' in refused.content.decode()
    assert (Split.objects.count(), by_year.cost_years.count()) == (0, 3)
    assert client.post("/requests/TCD-W/split/", {**form, "year_2029_external": "2"}).status_code == 302
    part = Split.objects.get().part
    assert years_of(part) == [(2029, 4, 1, 2)]
    assert years_of(by_year) == [(2027, 3, 1, 1), (2028, 3, 1, 1)]  # nothing is left of the third
    for asked in (by_year, part):
        assert warnings_on(asked.get_absolute_url(), chad, as_user) == 0


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ({2027: (3, None, None)}, "In one of the years"),  # nobody would pay for the rest of that year
        ({2027: (1, None, None), 2028: (1, None, None)}, "do not add up"),
        ({2027: (1, 0, 0), 2028: (1, 1, 0), 2029: (1, 0, 0)}, "do not add up"),
    ],
)
def test_R011_years_that_count_something_twice_are_refused(by_year, chad, years, said):
    chosen = {year: Amounts(*(None if v is None else Decimal(v) for v in row)) for year, row in years.items()}
    with pytest.raises(Refused, match=said):
        split(by_year, chad, total=3, national=0, years=chosen)
    assert (Split.objects.count(), len(years_of(by_year)), Line.objects.count()) == (0, 3, 0)


# --- what a joining does with the evidence ---------------------------------------------------------------------------


def evidence_of(asked, claim="Survey of 2025", **values):
    return EvidenceItem.objects.create(
        request=asked,
        claim=claim,
        source="Survey",
        dated="2025-01-01",
        file="evidence/a.pdf",
        file_name="a.pdf",
        **values,
    )


def alike(two, **values):
    rows = AssistanceRequest.objects.filter(pk__in=[one.pk for one in two])
    rows.update(**({"visibility": Visibility.PUBLIC} | values))
    closing, survivor = two
    return rows.get(pk=closing.pk), rows.get(pk=survivor.pk)


def test_R010_evidence_comes_along_once_and_stays_with_the_closed_one(two, chad, as_user):
    closing, survivor = alike(two)
    evidence_of(closing, figure=3, unit="km", method="Count")
    evidence_of(closing, "The same")
    evidence_of(survivor, "The same")
    survivor = join(closing, survivor, chad)
    assert sorted(survivor.evidence.values_list("claim", flat=True)) == ["Survey of 2025", "The same"]
    assert closing.evidence.count() == 2
    assert survivor.evidence_level == survivor.compute_evidence_level() == "partly"
    assert AuditEvent.objects.get(action="requests joined").details["evidence"] == 1
    assert "Survey of 2025" in as_user(None).get("/requests/TCD-S/").content.decode()


@pytest.mark.parametrize("lock", ["evidence", "files"])
def test_R026_evidence_that_comes_along_is_locked_on_the_survivor_too(two, chad, as_user, lock):
    closing, survivor = alike(two)
    AssistanceRequest.objects.filter(pk=closing.pk).update(locks=[lock])
    evidence_of(closing)
    survivor = join(closing, survivor, chad)
    item = survivor.evidence.get()
    file = f"/requests/TCD-S/evidence/{item.pk}/"
    assert as_user(None).get(file).status_code == 404
    shown = "Survey of 2025" in as_user(None).get("/requests/TCD-S/").content.decode()
    assert shown is (lock == "files")


#: What would let somebody read the evidence by the survivor who could not before: (closing, survivor, who else).
WIDER = {
    "visibility": ({"visibility": "match_parties"}, {"visibility": "states_parties"}, None),
    "another supporter asked": ({"visibility": "match_parties"}, {"visibility": "match_parties"}, "CHE"),
    "a non-party asked": ({"visibility": "states_parties"}, {"visibility": "states_parties"}, "USA"),
    "asked, and reads what is locked": (
        {"visibility": "public", "locks": ["evidence"], "relayed_read_locked": True},
        {"visibility": "public", "relayed_read_locked": True}, "CHE",
    ),
    "the Coordinators": (
        {"visibility": "match_parties", "channel": "isu", "inform_coordinators": False},
        {"visibility": "match_parties"}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WIDER)
def test_R026_evidence_stays_where_somebody_else_would_read_it(two, chad, as_user, case):
    closing, survivor = two
    of_closing, of_survivor, asked = WIDER[case]
    AssistanceRequest.objects.filter(pk=closing.pk).update(**of_closing)
    AssistanceRequest.objects.filter(pk=survivor.pk).update(**of_survivor)
    if asked:
        RelayFactory(request=survivor, code=asked)
    evidence_of(closing)
    page = as_user(chad).post("/requests/TCD-C/join/", {"survivor": "TCD-S", "requirement": "Both."}, follow=True)
    assert Joining.objects.count() == 1
    assert not EvidenceItem.objects.filter(request=survivor).exists()
    assert EvidenceItem.objects.filter(request=closing).count() == 1
    assert "The evidence stays with TCD-C" in page.content.decode()


@pytest.mark.parametrize("case", WIDER)
def test_R026_parts_and_costs_by_year_stay_where_somebody_else_would_read_them(two, chad, case):
    closing, survivor = two
    of_closing, of_survivor, asked = WIDER[case]
    locks = ["evidence", "requirement", "amounts"] if "locks" in of_closing else []
    AssistanceRequest.objects.filter(pk=closing.pk).update(**of_closing | {"locks": locks})
    AssistanceRequest.objects.filter(pk=survivor.pk).update(**of_survivor)
    if asked:
        RelayFactory(request=survivor, code=asked)
    VictimNeed.objects.create(request=closing, focal_point="Ministry of Health")
    VictimFigure.objects.create(request=closing, sex="female", age="adult", disability="unknown", number=12)
    CostYear.objects.create(request=closing, year=2027, total=3)
    survivor = join(*(AssistanceRequest.objects.get(pk=one.pk) for one in two), chad)
    assert not hasattr(survivor, "victims")
    assert not survivor.victim_figures.exists()
    assert not survivor.cost_years.exists()


def test_R026_of_one_that_locks_its_amounts_the_other_parts_go_along(two, chad):
    closing, survivor = alike(two, relayed_read_locked=True)
    AssistanceRequest.objects.filter(pk=closing.pk).update(locks=["amounts"])
    RelayFactory(request=survivor, code="CHE")
    VictimNeed.objects.create(request=closing, focal_point="Ministry of Health")
    CostYear.objects.create(request=closing, year=2027, total=3)
    survivor = join(AssistanceRequest.objects.get(pk=closing.pk), survivor, chad)
    assert survivor.victims.focal_point == "Ministry of Health"
    assert not survivor.cost_years.exists()


def test_R026_evidence_stays_where_another_author_writes_the_survivor(two, chad):
    closing, survivor = alike(two)
    Author.objects.create(request=survivor, user=person("health@td.org"), level="write", invited_by=chad)
    evidence_of(closing)
    assert not join(closing, survivor, chad).evidence.exists()


def test_R026_evidence_comes_along_where_the_same_supporter_was_asked(two, chad, norway, as_user):
    closing, survivor = alike(two, visibility="match_parties")
    RelayFactory(request=survivor, code="NOR")
    evidence_of(closing)
    assert join(closing, survivor, chad).evidence.count() == 1
    assert "Survey of 2025" in as_user(norway).get("/requests/TCD-S/").content.decode()


# --- whom only the closed one was relayed to -------------------------------------------------------------------------


def test_R026_a_relay_of_the_closed_request_is_not_lost(two, chad, norway, coordinator, as_user):
    """The supporter is not let in by it, and told where to turn; who relays is told, and once relayed all is open."""
    closing, survivor = alike(two, visibility="match_parties")
    join(closing, survivor, chad)
    page = as_user(norway).get("/requests/TCD-C/").content.decode()
    assert "which has not been put before you" in page
    assert "TCD-S" not in page
    assert as_user(norway).get("/requests/TCD-S/").status_code == 404
    told = as_user(coordinator).get("/requests/TCD-S/").content.decode()
    assert "was relayed to: Norway" in told
    relay_request(
        AssistanceRequest.objects.get(pk=survivor.pk),
        [Supporter.objects.get(code="NOR")],
        by=coordinator,
        today=today(),
    )
    page = as_user(norway).get("/requests/TCD-C/").content.decode()
    assert "which has not been put before you" not in page
    assert "TCD-S" in page
    assert as_user(norway).get("/requests/TCD-S/").status_code == 200
    assert "was relayed to: Norway" not in as_user(coordinator).get("/requests/TCD-S/").content.decode()


def test_R026_nobody_else_learns_that_a_hidden_request_took_one_in(two, chad, usa, as_user):
    closing, survivor = alike(two)
    AssistanceRequest.objects.filter(pk=survivor.pk).update(visibility="coordinators_isu")
    join(closing, AssistanceRequest.objects.get(pk=survivor.pk), chad)
    for user in (None, usa):
        page = as_user(user).get("/requests/TCD-C/")
        assert page.status_code == 200
        assert "joined into" not in page.content.decode()


def test_R010_joined_requests_count_once(two, chad, as_user):
    closing, survivor = (one for one in two)
    AssistanceRequest.objects.filter(pk__in=[closing.pk, survivor.pk]).update(visibility=Visibility.PUBLIC)
    join(*AssistanceRequest.objects.filter(pk__in=[closing.pk, survivor.pk]).order_by("pk"), chad)
    listed = Client().get("/requests/?state=TCD&format=json").json()
    assert [row["reference"] for row in listed if row["reference"].startswith("TCD-")][:2] != ["TCD-C", "TCD-S"]
    assert "TCD-C" not in {row["reference"] for row in listed}
    assert sum(Decimal(str(row["total_cost"])) for row in listed if row["reference"] == "TCD-S") == 20
    for page in ("/states/tcd/", "/requests/?state=TCD"):
        assert "TCD-C" not in as_user(chad).get(page).content.decode()
    assert [asked.reference for asked in section(today(), today()).requests] == ["TCD-S"]
    assert section(today(), today()).relayed == 1
    assert Client().get("/requests/TCD-C/").status_code == 200


def test_R010_joined_requests_are_listed_in_requested_against_provided_once(two, chad, as_user):
    def number():
        rows = as_user(chad).get("/reports/requested-provided/?by=state&format=json").json()
        return [row["requests"] for row in rows if row["group"] == "Chad"]

    (before,) = number()
    join(*two, chad)
    assert number() == [before - 1]


def test_R010_a_coalition_works_on_the_survivor(two, chad, as_user):
    closing, survivor = two
    coalition = Coalition.objects.create(slug="two", name="For two", lead_id="TCD", status="active")
    coalition.requests.add(closing)
    join(closing, survivor, chad)
    text = as_user(chad).get(coalition.get_absolute_url()).content.decode()
    assert survivor.reference in text
    assert closing.reference not in text
    assert closing.reference not in as_user(chad).get("/coalitions/propose/TCD/").content.decode()


def test_R026_the_survivor_shows_no_relay_of_a_request_one_may_not_know(two, chad, coordinator, as_user):
    closing, survivor = two
    AssistanceRequest.objects.filter(pk=closing.pk).update(channel=Channel.ISU, inform_coordinators=False)
    join(closing, survivor, chad)
    text = as_user(coordinator).get(survivor.get_absolute_url()).content.decode()
    assert "Four instructors." not in text
    assert "TCD-C" not in text
    assert "Four instructors." in as_user(chad).get(survivor.get_absolute_url()).content.decode()


def test_R010_supporters_asked_for_the_closed_request_are_told(two, chad, norway):
    join(*two, chad)
    mail = OutboxMail.objects.get(to=norway.email)
    assert "joined into another" in mail.subject
    assert "TCD-S" not in mail.subject + mail.body


def test_joining_again_reads_the_first_from_the_last(two, chad, as_user):
    closing, survivor = two
    third = RequestFactory(reference="TCD-T", currency="USD")
    survivor = join(closing, survivor, chad)
    third = join(survivor, third, chad)
    assert {one.closed.reference for one in Joining.objects.filter(survivor=third)} == {"TCD-C", "TCD-S"}
    assert "Four instructors." in as_user(chad).get("/requests/TCD-T/").content.decode()


IMPOSSIBLE = {
    "itself": lambda closing, survivor: (closing, closing),
    "of another State": lambda closing, survivor: (closing, RequestFactory(state_id="LAO")),
    "a draft": lambda closing, survivor: (closing, RequestFactory(draft=True)),
    "into a closed one": lambda closing, survivor: (closing, RequestFactory(status="closed_unmet")),
    "a closed one": lambda closing, survivor: (RequestFactory(status="withdrawn"), survivor),
    "an agreed one": lambda closing, survivor: (RequestFactory(status="agreed"), survivor),
    "an unconfirmed one": lambda closing, survivor: (RequestFactory(unconfirmed=True), survivor),
    "another report's": lambda closing, survivor: (RequestFactory(in_report=True), survivor),
    "another currency": lambda closing, survivor: (closing, RequestFactory(costed=True, currency="EUR")),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_R010_impossible_joinings_are_refused(two, chad, case):
    closing, survivor = IMPOSSIBLE[case](*two)
    before = set(AssistanceRequest.objects.values_list("pk", "status", "total_cost", "version"))
    with pytest.raises(Refused) as refused:
        join(closing, survivor, chad)
    assert len(str(refused.value)) > 20
    assert set(AssistanceRequest.objects.values_list("pk", "status", "total_cost", "version")) == before


def test_R010_what_was_joined_already_is_not_joined_again(two, chad):
    closing, survivor = two
    survivor = join(closing, survivor, chad)
    for one, other in ((closing, survivor), (survivor, closing)):
        with pytest.raises(Refused, match="already"):
            join(one, other, chad)


def test_R010_a_request_on_which_commitments_rest_is_not_closed(two, chad):
    closing, survivor = two
    ShareFactory(request=closing)
    with pytest.raises(Refused, match="Shares of supporters rest on TCD-C"):
        join(closing, survivor, chad)


def test_R010_joining_on_the_page_offers_only_requests_of_the_same_state(two, chad, as_user):
    foreign = RequestFactory(reference="LAO-X", state_id="LAO", public=True)
    client = as_user(chad)
    page = client.get("/requests/TCD-C/join/").content.decode()
    assert "TCD-S" in page
    assert foreign.reference not in page
    wrong = client.post("/requests/TCD-C/join/", {"survivor": "LAO-X", "requirement": "Both."})
    assert wrong.status_code == 422
    assert client.post("/requests/TCD-C/join/", {"survivor": "TCD-S", "requirement": "Both."}).status_code == 302


@pytest.mark.parametrize("page", ["split/", "join/"])
def test_a_closed_request_says_so_to_its_own_state(two, chad, coordinator, as_user, page):
    closing, survivor = two
    join(closing, survivor, chad)
    for user, said in ((chad, "This request is closed"), (coordinator, "Only the requesting State does this")):
        answer = as_user(user).get(f"/requests/TCD-C/{page}")
        assert answer.status_code == 403
        assert said in answer.content.decode()


def test_R010_joining_without_a_new_requirement_keeps_what_both_require(two, chad, as_user):
    closing, survivor = two
    AssistanceRequest.objects.filter(pk=closing.pk).update(requirement="One rehabilitation unit.")
    AssistanceRequest.objects.filter(pk=survivor.pk).update(requirement="Four clearance teams.")
    client = as_user(chad)
    for page, filled in (("", ""), ("?into=TCD-S", "Four clearance teams.\n\nOne rehabilitation unit.")):
        form = client.get(f"/requests/TCD-C/join/{page}").context["form"]
        assert form["requirement"].value() == filled
    assert client.post("/requests/TCD-C/join/", {"survivor": "TCD-S", "requirement": " "}).status_code == 302
    survivor.refresh_from_db()
    assert survivor.requirement == "Four clearance teams.\n\nOne rehabilitation unit."


def test_admin_shows_no_country_request_of_drafts_alone(chad, isu, as_user):
    draft = RequestFactory(draft=True)
    hidden = start_country_request(draft, title="Still ours", by=chad)
    page = "/admin/country_requests/countryrequest/"
    assert "Still ours" not in as_user(isu).get(page).content.decode()
    assert as_user(isu).get(f"{page}{hidden.pk}/change/").status_code == 302


# --- rows that must never be wrong -----------------------------------------------------------------------------------

BREAKERS = {
    "split_makes_two": lambda asked, by: Split.objects.create(original=asked, part=asked, on=today(), by=by),
    "joining_of_two": lambda asked, by: Joining.objects.create(closed=asked, survivor=asked, on=today(), by=by),
}


def test_every_constraint_of_country_requests_has_its_breaker():
    models = (CountryRequest, Line, Split, Joining)
    assert {one.name for model in models for one in model._meta.constraints} == set(BREAKERS)


@pytest.mark.parametrize("name", BREAKERS)
def test_database_refuses(whole, chad, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        BREAKERS[name](whole, chad)


def test_relays_of_the_closed_request_stay_where_they_were(two, chad):
    join(*two, chad)
    assert Relay.objects.get(request__reference="TCD-C").answers.count() == 1
