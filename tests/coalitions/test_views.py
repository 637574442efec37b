"""Pages of coalitions and commitments as people use them."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from coalitions.enums import CoalitionStatus
from coalitions.models import Coalition
from requests_app.enums import AnswerKind, Status
from requests_app.models import AssistanceRequest, Supporter
from requests_app.queries import known_support
from requests_app.shares.models import Share
from requests_app.supporters.models import Profile
from tests.coalitions.factories import CoalitionFactory, MemberFactory, a_commitment
from tests.requests_app.factories import (
    AnswerFactory,
    DeliveryFactory,
    OfferFactory,
    RelayFactory,
    RequestFactory,
    ShareFactory,
)
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

FORM = {"name": "Survey together", "purpose": "Finish the north", "supporter_0": "NOR", "role_0": "donor"}
COMMITMENT = {
    "kind": "financial", "description": "Two teams", "amount": "400000", "currency": "usd", "from_year": "2026",
    "to_year": "2028", "condition": "If voted",
}  # fmt: skip


def found(user, asked, **values):
    return client_of(user).post(f"/coalitions/new/?request={asked.reference}", {**FORM, **values})


def own():
    return Coalition.objects.filter(source_id=None)


def test_R027_affected_state_founds_its_coalition(chad):
    response = found(chad, RequestFactory(public=True), supporter_1="NPA", role_1="operator")
    coalition = own().get()
    assert response.url == coalition.get_absolute_url()
    assert (coalition.lead_id, coalition.status) == ("TCD", CoalitionStatus.ACTIVE)
    assert {(m.supporter.code, m.role) for m in coalition.members.all()} == {("NOR", "donor"), ("NPA", "operator")}


def test_R027_coalition_by_a_donor_is_refused(norway):
    assert found(norway, RequestFactory(public=True)).status_code == 403
    assert own().count() == 0


def test_R027_role_of_lead_cannot_be_sent(chad):
    response = found(chad, RequestFactory(public=True), role_0="lead")
    assert response.status_code == 422
    assert own().count() == 0


def test_R027_proposal_is_confirmed_by_the_affected_state_alone(chad, coordinator, norway):
    found(coordinator, RequestFactory(public=True))
    coalition = own().get()
    address = f"{coalition.get_absolute_url()}confirm/"
    assert coalition.status == CoalitionStatus.PROPOSED
    for person in (coordinator, norway):
        assert client_of(person).post(address).status_code == 403
    assert "Confirm: we take the lead" in client_of(chad).get(coalition.get_absolute_url()).content.decode()
    client_of(chad).post(address)
    assert own().get().status == CoalitionStatus.ACTIVE


def test_R027_confirming_twice_is_refused(chad):
    coalition = CoalitionFactory(proposed=True)
    client = client_of(chad)
    assert client.post(f"{coalition.get_absolute_url()}confirm/").status_code == 302
    assert client.post(f"{coalition.get_absolute_url()}confirm/").status_code == 403


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"supporter_0": ""}, "at least one member"),
        ({"purpose": ""}, "required"),
        ({"name": ""}, "required"),
        ({"name": "x" * 121}, "120"),
        ({"supporter_0": "XXX"}, "valid choice"),
        ({"supporter_1": "NOR", "role_1": "donor"}, "same role twice"),
    ],
)
def test_R027_incomplete_coalition_is_told_and_kept(chad, values, said):
    response = found(chad, RequestFactory(public=True), **values)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert values.get("purpose", "Finish the north") in page
    assert own().count() == 0


def test_R027_same_member_with_and_without_its_role_is_told(chad):
    asked = RequestFactory(public=True)
    client = client_of(chad)
    client.raise_request_exception = False
    data = {**FORM, "supporter_1": "NOR", "role_1": ""}
    assert client.post(f"/coalitions/new/?request={asked.reference}", data).status_code == 422


def test_R033_second_coalition_on_the_same_article_asks_for_a_reason_and_keeps_it(chad):
    asked = RequestFactory(public=True, areas=["clearance"])
    found(chad, asked)
    response = found(chad, asked, name="Another")
    assert response.status_code == 422
    assert "Already at work for this State" in response.content.decode()
    assert own().count() == 1
    assert found(chad, asked, name="Another", justification="The first one ends in May.").status_code == 302
    assert own().get(name="Another").justification == "The first one ends in May."


def test_R033_a_coalition_on_another_article_asks_for_none(chad):
    found(chad, RequestFactory(public=True, areas=["clearance"]))
    assert found(chad, RequestFactory(public=True, areas=["victim_assistance"])).status_code == 302
    assert own().count() == 2


def test_R033_what_already_works_is_listed(chad):
    asked = RequestFactory(public=True)
    CoalitionFactory(name="The first one")
    page = client_of(chad).get(f"/coalitions/new/?request={asked.reference}").content.decode()
    assert "The first one" in page


def test_R027_closed_request_founds_nothing(chad):
    assert found(chad, RequestFactory(status=Status.UNMET)).status_code == 403


# --- the builder ---


def test_a_proposal_becomes_a_draft_with_its_requests_and_members(coordinator, chad):
    """R43: the coalition links the requests there are; no need is written twice."""
    needs = [RequestFactory(public=True, areas=["clearance"]), RequestFactory(public=True, areas=["risk_education"])]
    page = client_of(coordinator).get("/coalitions/propose/tcd/").content.decode()
    draft = unescape(re.search(r'href="(/coalitions/new/\?[^"]+)"', page)[1])
    assert all(asked.reference in page and asked.reference in draft for asked in needs)
    form = client_of(coordinator).get(draft).context["form"]
    proposed = parse_qs(urlsplit(draft).query)["member"]
    assert [f"{form.initial[f'supporter_{n}']}:{form.initial[f'role_{n}']}" for n in range(len(proposed))] == proposed
    count = AssistanceRequest.objects.count()
    assert client_of(coordinator).post(draft, {**form.initial, "purpose": "Finish"}).status_code == 302
    assert set(own().get().requests.all()) >= set(needs)
    assert AssistanceRequest.objects.count() == count


def test_R043_a_proposal_is_only_for_what_no_share_covers_yet(coordinator):
    asked = RequestFactory(state_id="MRT", public=True, areas=["clearance"])
    ShareFactory(request=asked, in_kind=True, percent=40, committed=True)
    ShareFactory(request=asked, in_kind=True, percent=30, code="CHE")  # said by one side: not agreed
    page = client_of(coordinator).get("/coalitions/propose/mrt/")
    (need, *_rest) = page.context["proposal"].needs[f"{asked.reference} clearance"]
    assert need.weight == pytest.approx(0.6)
    assert sum(share for m in page.context["members"] for *_of, share in m.parts) == pytest.approx(60)
    assert [(a.request, a.percent, a.by) for a in page.context["proposal"].agreed] == [(asked, 40, [("Norway", 40)])]
    assert "What is agreed already" in page.content.decode()


def test_R043_nobody_is_proposed_for_what_is_wholly_agreed(coordinator):
    asked = RequestFactory(state_id="MRT", public=True, areas=["clearance"])
    ShareFactory(request=asked, in_kind=True, percent=100, committed=True)
    page = client_of(coordinator).get("/coalitions/propose/mrt/")
    assert page.context["members"] == []
    assert "All that is asked for is agreed already" in page.content.decode()


def test_R043_the_command_prints_the_plan_what_is_agreed_and_the_proof(capsys):
    asked = RequestFactory(state_id="MRT", public=True, areas=["clearance"])
    ShareFactory(request=asked, in_kind=True, percent=40, committed=True)
    call_command("coalition_plan", "mrt", format="json")
    lead, *members = json.loads(capsys.readouterr().out)
    assert (lead["member"], lead["role"]) == ("Mauritania", "lead (affected State)")
    assert lead["agreed"] == [f"{asked.reference}: 40 % (Norway)"]
    assert sum(float(part.split()[-2]) for one in members for part in one["covers"]) == pytest.approx(60)
    assert "optimal; no smaller set covers more than" in lead["proof"]
    with pytest.raises(CommandError, match="unknown ISO code 'QQQ'"):
        call_command("coalition_plan", "QQQ")


def test_dropping_a_member_shows_what_changes(coordinator):
    RequestFactory(public=True, areas=["clearance"])
    client = client_of(coordinator)
    page = client.get("/coalitions/propose/tcd/")
    first = page.context["members"][0].ranked.supporter
    after = client.get(f"/coalitions/propose/tcd/?without={first.code}")
    assert f"Without {first.name}, with the others kept." in after.content.decode()
    assert first.code not in [member.ranked.supporter.code for member in after.context["members"]]


def test_who_is_unable_is_not_proposed_and_who_is_interested_comes_first(coordinator):
    asked = RequestFactory(public=True, areas=["clearance"])
    client = client_of(coordinator)
    first = client.get("/coalitions/propose/tcd/").context["members"][0].ranked.supporter
    AnswerFactory(relay=RelayFactory(request=asked, code=first.code), kind=AnswerKind.UNABLE)
    AnswerFactory(relay=RelayFactory(request=asked, code="NZL"), kind=AnswerKind.INTERESTED)
    proposed = {m.ranked.supporter.code: m for m in client.get("/coalitions/propose/tcd/").context["members"]}
    assert first.code not in {code for code, m in proposed.items() if asked in [item for item, *_rest in m.parts]}
    assert all(member.is_willing == (code == "NZL") for code, member in proposed.items())


def test_what_a_supporter_usually_gives_limits_its_part(coordinator):
    asked = RequestFactory(public=True, areas=["clearance"], is_financial=True, currency="USD", total_cost=2_000_000)
    client = client_of(coordinator)
    code = client.get("/coalitions/propose/tcd/").context["members"][0].ranked.supporter.code
    Profile.objects.update_or_create(
        supporter=Supporter.objects.get(code=code), defaults={"size_to": 500_000, "currency": "USD"}
    )
    known_support.forget()
    members = {m.ranked.supporter.code: m for m in client.get("/coalitions/propose/tcd/").context["members"]}
    part = {item: share for item, _area, share in members[code].parts} if code in members else {}
    assert part.get(asked, 0) <= 25


def test_a_request_without_areas_is_named_and_breaks_nothing(chad):
    asked = RequestFactory(public=True)
    page = client_of(chad).get("/coalitions/propose/tcd/").content.decode()
    assert "do not say which obligation" in page
    assert asked.reference in page


# --- commitments ---


@pytest.fixture
def running():
    coalition = CoalitionFactory()
    asked = RequestFactory(public=True, status=Status.ANSWERED)
    coalition.requests.add(asked)
    nor = MemberFactory(coalition=coalition).supporter
    npa = MemberFactory(coalition=coalition, code="NPA", role="operator").supporter
    return coalition, {**COMMITMENT, "request": asked.pk, "supporter": nor.code}, npa


def test_R029_member_records_its_commitment(norway, running):
    coalition, data, _npa = running
    response = client_of(norway).post(f"{coalition.get_absolute_url()}commitments/new/", data)
    assert response.url == coalition.get_absolute_url()
    kept = Share.objects.get()
    assert (kept.currency, kept.from_year, kept.to_year, kept.recorded_by) == ("USD", 2026, 2028, norway)
    page = client_of(norway).get(response.url).content.decode()
    assert "USD 400,000" in page
    assert "2026–2028" in page


def test_R029_member_does_not_commit_for_another(norway, running):
    coalition, data, npa = running
    response = client_of(norway).post(
        f"{coalition.get_absolute_url()}commitments/new/", {**data, "supporter": npa.code}
    )
    assert response.status_code == 422
    assert Share.objects.count() == 0


def test_R029_lead_state_records_what_a_member_told_it(chad, running):
    coalition, data, npa = running
    data = {**data, "supporter": npa.code, "kind": "technical", "amount": "", "currency": ""}
    assert client_of(chad).post(f"{coalition.get_absolute_url()}commitments/new/", data).status_code == 302


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"currency": ""}, "in which currency"),
        ({"amount": ""}, "needs its amount"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"to_year": "2025"}, "before the first"),
        ({"from_year": "1999"}, "2010"),
        ({"description": ""}, "required"),
        ({"request": ""}, "required"),
        ({"currency": "XXXX"}, "three-letter"),
    ],
)
def test_R029_wrong_commitment_is_told_and_kept(norway, running, values, said):
    coalition, data, _npa = running
    response = client_of(norway).post(f"{coalition.get_absolute_url()}commitments/new/", {**data, **values})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "If voted" in page
    assert Share.objects.count() == 0


def test_R029_three_year_commitment_shows_in_the_totals_of_each_year(norway):
    coalition = CoalitionFactory()
    MemberFactory(coalition=coalition)
    a_commitment(coalition)
    a_commitment(coalition, currency="EUR", amount=100, from_year=2027, to_year=2027)
    a_commitment(coalition, in_kind=True, from_year=2028, to_year=2028)
    a_commitment(coalition, amount=7, withdrawn=True)
    response = client_of(norway).get(coalition.get_absolute_url())
    page = response.content.decode()
    assert all(year in page.replace("2026–2028", "") for year in ("2026", "2027", "2028"))
    years = {total.year: (total.amounts, total.in_kind) for total in response.context["ledger"].years}
    third = Decimal("133333.33")
    assert years == {
        2026: ({"USD": third}, 0),
        2027: ({"EUR": 100, "USD": third}, 0),
        2028: ({"USD": Decimal("133333.34")}, 1),
    }


@pytest.mark.parametrize("member", ["norway", "npa", "chad", "coordinator"])
def test_R030_overdue_commitment_turns_amber_for_all_members(request, member):
    coalition = CoalitionFactory()
    for code in ("NOR", "NPA"):
        MemberFactory(coalition=coalition, code=code)
    a_commitment(coalition, from_year=2020, to_year=2021, description="The late one")
    a_commitment(coalition, from_year=2020, to_year=2021, description="The one that came", delivered=True)
    person = request.getfixturevalue(member)
    response = client_of(person).get(coalition.get_absolute_url())
    page = response.content.decode()
    assert "1 commitment is overdue" in page
    assert '<span class="badge warn">Overdue</span>' in page
    assert [row.share.description for row in response.context["ledger"].overdue] == ["The late one"]
    if member != "coordinator":
        board = client_of(person).get("/dashboard/").context["board"]
        assert [share.due_day for share in board.overdue] == [date(2021, 12, 31)]


def test_R030_ledger_sets_delivered_beside_committed(npa):
    coalition = CoalitionFactory()
    MemberFactory(coalition=coalition, code="NPA")
    share = a_commitment(coalition, committed=True)
    DeliveryFactory(share=share, amount=100_000)
    DeliveryFactory(share=share, amount=50_000, said=True)  # one side's word is not a delivery yet
    response = client_of(npa).get(coalition.get_absolute_url())
    assert [row.delivered for row in response.context["ledger"].rows] == [{"USD": 100_000}]
    assert "USD 100,000" in response.content.decode()


def test_R032_coalition_on_two_articles_shows_both_obligations(client):
    page = client.get("/coalitions/lbn-article-4-and-5/").content.decode()
    obligations = Coalition.objects.get(slug="lbn-article-4-and-5").obligations.all()
    assert [obligation.limb for obligation in obligations] == ["4.1(a)", "5.1"]
    assert all(obligation.get_limb_display() in page for obligation in obligations)


def test_R044_partnerships_are_listed_as_what_they_are(client):
    """What no source calls a Country Coalition is not counted as one."""
    rows = client.get("/coalitions/?label=coalition").context["page"].object_list
    assert {coalition.lead_id for coalition in rows} == {"BWA", "MNE", "LAO"}


def test_coalition_on_record_shows_members_dates_and_source(client):
    page = client.get("/coalitions/mne-article-4/").content.decode()
    for text in ("Montenegro", "Norway", "Norwegian People&#x27;s Aid", "May 2018", "21 July 2020", "Source:"):
        assert text in page


def test_R026_no_coalition_is_proposed_for_a_request_that_is_kept_to_the_isu(coordinator, isu):
    kept = RequestFactory(public=True, to_isu_alone=True, areas=["clearance"], state_id="MRT", locks=["amounts"])
    assert client_of(coordinator).get("/coalitions/propose/MRT/").status_code == 403
    other = RequestFactory(public=True, areas=["clearance"], state_id="MRT")
    asked = client_of(coordinator).get("/coalitions/propose/MRT/").context["proposal"].requests
    assert (kept in asked, other in asked) == (False, True)
    assert kept in client_of(isu).get("/coalitions/propose/MRT/").context["proposal"].requests


def test_R043_a_request_without_areas_speaks_for_nobody(coordinator):
    """Every offer would fit it; what it says of a supporter must not carry over to the needs of other requests."""
    RequestFactory(state_id="MRT", public=True, areas=["clearance"], is_financial=True)
    client, address = client_of(coordinator), "/coalitions/propose/mrt/"
    before = client.get(address).context["proposal"]
    RequestFactory(state_id="MRT", public=True, title="Says no area")
    OfferFactory(code="NZL", title="Advice on stockpiles").areas.set(["stockpile_destruction"])
    known_support.forget()
    after = client.get(address).context["proposal"]
    assert "NZL" not in after.willing
    assert {h.code: h.score for h in after.helpers} == {h.code: h.score for h in before.helpers}


def test_R043_who_gives_another_kind_of_help_is_not_proposed(coordinator):
    asked = RequestFactory(state_id="MRT", public=True, areas=["clearance"], is_technical=False, is_financial=True)
    client = client_of(coordinator)
    code = client.get("/coalitions/propose/mrt/").context["members"][0].ranked.supporter.code
    Profile.objects.update_or_create(supporter=Supporter.objects.get(code=code), defaults={"forms": ["training"]})
    known_support.forget()
    page = client.get("/coalitions/propose/mrt/")
    parts = {m.ranked.supporter.code: [item for item, *_rest in m.parts] for m in page.context["members"]}
    assert asked not in parts.get(code, [])


@pytest.mark.parametrize(
    ("visibility", "is_told"), [("public", False), ("match_parties", False), ("coordinators_isu", True)]
)
def test_R043_a_proposal_says_which_requests_its_members_may_not_be_told_of_yet(coordinator, visibility, is_told):
    asked = RequestFactory(state_id="MRT", visibility=visibility, areas=["clearance"])
    page = client_of(coordinator).get("/coalitions/propose/mrt/")
    first = page.context["members"][0].ranked.supporter.name
    text = unescape(page.content.decode())
    assert ("Mauritania must let them know of the request" in text) is is_told
    assert bool(page.context["to_release"]) is is_told
    assert not is_told or (asked, first) == (page.context["to_release"][0][0], page.context["to_release"][0][1][0])
