"""Profiles of supporters, the requests they follow, the interest they show, and offers put with a request."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import AuditEvent, OutboxMail, User
from ccm_portal.register.models import Organisation
from requests_app.enums import Kind
from requests_app.models import AssistanceRequest, RankingWeight, Supporter
from requests_app.queries import known_support, ranking_on, read_weights, requests_fitting
from requests_app.supporters.models import AttachedOffer, Following, Interest, Profile
from tests.conftest import person
from tests.requests_app.factories import OfferFactory, RequestFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

SAID = {
    "areas": ["clearance"],
    "forms": ["money", "training"],
    "regions": ["africa"],
    "languages": ["en", "fr"],
    "size_from": "100000",
    "size_to": "500000",
    "currency": "usd",
    "years": "3",
    "first_year": "2024",
    "last_year": "2029",
    "budget_cycle": "Decided in October",
    "next_call": "2099-03-01",
    "channels": "United Nations",
    "conditions": "A national plan",
}


def profile_of(code, **values):
    return Profile.objects.create(supporter=Supporter.objects.get(code=code), **values)


@pytest.fixture
def wide():
    """A request that all States Parties may know of."""
    return RequestFactory(state_id="TCD", states_parties=True, areas=["clearance"])


# --- profiles ---------------------------------------------------------------------------------------------------------


def test_R020_supporter_writes_its_profile_and_each_line_says_who_and_when(norway):
    client = client_of(norway)
    assert client.post("/supporters/NOR/edit/", SAID).status_code == 302
    profile = Profile.objects.get(supporter__code="NOR")
    assert profile.currency == "USD"
    assert profile.treaty_kinds == [Kind.TECHNICAL, Kind.FINANCIAL]
    today = timezone.localdate().isoformat()
    assert profile.stated["forms"] == {"on": today, "by": "supporter"}
    assert profile.stated["size_to"] == {"on": today, "by": "supporter"}
    page = client.get("/supporters/NOR/").content.decode()
    assert "USD 100,000 to USD 500,000" in page
    assert "Stated by the supporter" in page
    assert AuditEvent.objects.filter(action="supporter profile saved", subject="NOR").exists()


def test_R020_only_the_lines_that_change_get_a_new_day(norway, isu):
    profile_of("NOR", channels="Bilaterally", stated={"channels": {"on": "2020-01-31", "by": "supporter"}})
    client_of(isu).post("/supporters/NOR/edit/", {"channels": "Bilaterally", "forms": ["money"]})
    stated = Profile.objects.get().stated
    assert stated["channels"] == {"on": "2020-01-31", "by": "supporter"}
    assert stated["forms"]["by"] == "isu"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_year": "2028", "last_year": "2026"}, "last_year"),
        ({"first_year": "1900"}, "first_year"),
        ({"size_from": "5", "size_to": "4"}, "size_to"),
        ({"size_to": "-1", "size_from": ""}, "size_to"),
        ({"currency": ""}, "currency"),
        ({"currency": "euro"}, "currency"),
        ({"years": "0"}, "years"),
        ({"next_call": "2001-01-01"}, "next_call"),
        ({"forms": ["miracles"]}, "forms"),
    ],
)
def test_contradictory_profile_is_told_beside_the_field_and_kept(norway, wrong, field):
    response = client_of(norway).post("/supporters/NOR/edit/", SAID | wrong)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Decided in October" in response.content.decode()
    assert not Profile.objects.exists()


BREAKERS = {
    "profile_years_in_order": lambda: profile_of("NOR", first_year=2028, last_year=2026),
    "profile_years_in_range": lambda: profile_of("NOR", first_year=1900),
    "profile_sizes_in_order": lambda: profile_of("NOR", size_from=5, size_to=4, currency="USD"),
    "profile_sizes_not_negative": lambda: profile_of("NOR", size_from=-1, currency="USD"),
    "profile_size_has_currency": lambda: profile_of("NOR", size_to=4),
    "profile_length_positive": lambda: profile_of("NOR", years=0),
    "ranking_weight_in_range": lambda: RankingWeight.objects.create(name="offer", points=101, reason="x"),
    "ranking_weight_has_reason": lambda: RankingWeight.objects.create(name="offer", points=1, reason=""),
    "following_once": lambda: [follow("NOR") for _again in range(2)],
    "interest_once_at_a_time": lambda: [interest("NOR") for _again in range(2)],
    "interest_in_order": lambda: interest("NOR", withdrawn_on="2000-01-01"),
    "offer_attached_once": lambda: [attach() for _again in range(2)],
}


def the_request():
    return AssistanceRequest.objects.filter(reference="X-1").first() or RequestFactory(reference="X-1")


def somebody():
    return User.objects.filter(email="x@test.org").first() or person("x@test.org")


def follow(code):
    supporter = Supporter.objects.get(code=code)
    Following.objects.create(supporter=supporter, request=the_request(), since="2026-01-31", by=somebody())


def interest(code, **values):
    supporter = Supporter.objects.get(code=code)
    values = {"shown_on": "2026-01-31", "shown_by": somebody()} | values
    Interest.objects.create(supporter=supporter, request=the_request(), **values)


def attach():
    offer = Supporter.objects.get(code="CHE").offers.first() or OfferFactory(code="CHE", areas=["clearance"])
    AttachedOffer.objects.create(request=the_request(), offer=offer, attached_on="2026-01-31", attached_by=somebody())


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint_is_broken_in_the_database(name):
    with pytest.raises(IntegrityError, match=rf"{name}|UNIQUE"), transaction.atomic():
        BREAKERS[name]()


def test_every_constraint_has_its_breaker():
    models = (Profile, RankingWeight, Following, Interest, AttachedOffer)
    assert {c.name for model in models for c in model._meta.constraints} == set(BREAKERS)


def test_R022_non_party_is_labelled_and_may_support(client):
    page = client.get("/supporters/USA/").content.decode()
    assert "not a State Party" in page
    assert "not a State Party" not in client.get("/supporters/NOR/").content.decode()
    listed = {name: client.get("/supporters/", {"q": name}).content.decode() for name in ("United States", "Norway")}
    assert "not a State Party" in listed["United States"]
    assert "not a State Party" not in listed["Norway"]


def test_R023_organisation_appears_once_its_account_is_approved(client, npa):
    Organisation.objects.filter(code="NPA").update(is_approved=False)
    OfferFactory(code="NPA", title="Survey teams")
    assert client.get("/supporters/NPA/").status_code == 404
    assert "Norwegian People" not in client.get("/supporters/").content.decode()
    assert "Survey teams" not in client.get("/offers/").content.decode()
    assert client_of(npa).get("/supporters/NPA/edit/").status_code == 403
    Organisation.objects.filter(code="NPA").update(is_approved=True)
    assert "Survey teams" in client.get("/supporters/NPA/").content.decode()


def test_R038_affected_state_holds_a_request_and_a_peer_offer_at_once(chad, coordinator):
    own = RequestFactory(state_id="TCD", public=True, areas=["clearance"])
    offer = {"title": "Deminers who know the desert", "description": "Two weeks", "areas": ["clearance"]}
    assert (
        client_of(chad).post("/offers/new/", {**offer, "forms": ["peer_visit"], "is_public": "on"}).status_code == 302
    )
    other = RequestFactory(state_id="MRT", match_parties=True, areas=["clearance"])
    ranked = client_of(coordinator).get(f"{other.get_absolute_url()}matches/?all").context["ranked"]
    assert "TCD" in {item.supporter.code for item in ranked}
    assert own.is_open


# --- ranking reads the profile ----------------------------------------------------------------------------------------


def test_R015_profile_and_record_are_read_into_one_candidate():
    profile_of(
        "NOR", areas=["victim_assistance"], forms=["training"], regions=["africa"], languages=["fr"], size_to=5,
        currency="USD", last_year=2027, next_call="2027-01-31",
    )  # fmt: skip
    known_support.forget()
    candidate = next(c for c in ranking_on(timezone.localdate()).candidates if c.code == "NOR")
    assert "victim_assistance" in candidate.competences
    assert candidate.kinds == {"technical"}
    assert (candidate.largest, candidate.currency, candidate.last_year) == (5.0, "USD", 2027)
    assert candidate.flows


def test_R015_near_miss_and_caution_are_told_in_words(coordinator):
    profile_of("NOR", forms=["money"], size_to=100, currency="USD", last_year=timezone.localdate().year)
    known_support.forget()
    asked = RequestFactory(
        state_id="LAO", match_parties=True, is_financial=True, is_technical=False, total_cost=140, currency="USD"
    )
    page = client_of(coordinator).get(f"{asked.get_absolute_url()}matches/?all").content.decode()
    assert "above its usual ceiling by USD 40" in page
    assert f"stated to end in {timezone.localdate().year}" in page


def test_R015_a_language_of_the_request_brings_forward_who_works_in_it(coordinator):
    profile_of("NOR", languages=["en", "pt"])
    profile_of("CHE", languages=["fr"])
    known_support.forget()
    facts = {"state_id": "MRT", "match_parties": True, "areas": ["clearance"]}
    asked, open_ = RequestFactory(languages=["pt", "es"], **facts), RequestFactory(**facts)

    def ranked(request):
        found = client_of(coordinator).get(f"{request.get_absolute_url()}matches/?all").context["ranked"]
        return {item.supporter.code: item for item in found}

    known, unknown = ranked(asked), ranked(open_)
    assert "Works in a language of the request." in known["NOR"].sentences
    assert known["NOR"].suggestion.score > unknown["NOR"].suggestion.score
    assert "Language: it works in others." in known["CHE"].misses
    assert "Language: it works in others." not in unknown["CHE"].misses


def test_R005_desired_partners_stand_where_the_coordinator_chooses_and_nowhere_else(coordinator, chad, norway):
    asked = RequestFactory(states_parties=True, partners="The team of 2019", languages=["fr"], areas=["clearance"])
    matches, page = f"{asked.get_absolute_url()}matches/", asked.get_absolute_url()
    for reader in (coordinator, chad):
        assert "would like to work with: The team of 2019" in client_of(reader).get(matches).content.decode()
        assert "The team of 2019" in client_of(reader).get(page).content.decode()
    read = client_of(norway).get(page).content.decode()
    assert "The team of 2019" not in read
    assert "Working languages" in read


def test_the_isu_changes_a_line_with_its_reason_and_everybody_reads_it(isu, norway):
    RankingWeight.objects.create(name="offer", points=55, reason="Offers were overlooked")
    assert read_weights().offer == 55
    page = client_of(norway).get("/matching/weights/").content.decode()
    assert "from 20: Offers were overlooked" in page


# --- following and interest -------------------------------------------------------------------------------------------


def test_R015_supporter_follows_a_request_and_finds_it_again(norway, wide):
    client = client_of(norway)
    assert client.post(f"{wide.get_absolute_url()}follow/").status_code == 302
    assert list(client.get("/matching/").context["followed"]) == [wide]
    client.post(f"{wide.get_absolute_url()}follow/")
    assert Following.objects.count() == 1
    client.post(f"{wide.get_absolute_url()}follow/", {"stop": "1"})
    assert list(client.get("/matching/").context["followed"]) == []


def test_following_is_seen_by_nobody_else(norway, chad, coordinator, isu, wide):
    client_of(norway).post(f"{wide.get_absolute_url()}follow/")
    assert OutboxMail.objects.count() == 0
    for other in (chad, coordinator, isu):
        assert "Norway" not in client_of(other).get(wide.get_absolute_url()).content.decode()


def test_R015_interest_is_one_click_commits_to_nothing_and_reaches_owner_and_handlers(norway, chad, coordinator, wide):
    before = wide.status
    client_of(norway).post(f"{wide.get_absolute_url()}interest/")
    client_of(norway).post(f"{wide.get_absolute_url()}interest/")
    wide.refresh_from_db()
    assert wide.status == before
    assert Interest.objects.standing().count() == 1
    mails = OutboxMail.objects.all()
    assert sorted(mail.to for mail in mails) == sorted([chad.email, coordinator.email])
    assert all("Norway" not in mail.body and wide.title not in mail.body for mail in mails)
    for reader in (chad, coordinator):
        page = client_of(reader).get(wide.get_absolute_url()).content.decode()
        assert f"{wide.get_absolute_url()}matches/" in page
        assert "1 supporter has shown interest" in page
        assert "Norway" in client_of(reader).get(f"{wide.get_absolute_url()}matches/").content.decode()


def test_R026_interest_is_hidden_from_other_supporters(norway, wide):
    client_of(norway).post(f"{wide.get_absolute_url()}interest/")
    other = person("jpn@test.org", Role.FOCAL_POINT, state="JPN")
    assert "Norway" not in client_of(other).get(wide.get_absolute_url()).content.decode()
    assert list(Interest.objects.visible_to(other)) == []
    assert len(Interest.objects.visible_to(norway)) == 1


def test_interest_that_is_withdrawn_stays_on_record(norway, chad, wide):
    client = client_of(norway)
    client.post(f"{wide.get_absolute_url()}interest/")
    client.post(f"{wide.get_absolute_url()}interest/", {"stop": "1"})
    assert Interest.objects.count() == 1
    assert not Interest.objects.standing().exists()
    assert "Norway" not in client_of(chad).get(f"{wide.get_absolute_url()}matches/").content.decode().split("<form")[0]
    client.post(f"{wide.get_absolute_url()}interest/")
    assert Interest.objects.standing().count() == 1


@pytest.mark.parametrize("step", ["follow", "interest"])
def test_R026_what_one_may_not_know_of_cannot_be_followed(norway, usa, step):
    hidden, wide = RequestFactory(), RequestFactory(states_parties=True)
    assert client_of(norway).post(f"{hidden.get_absolute_url()}{step}/").status_code == 404
    assert client_of(usa).post(f"{wide.get_absolute_url()}{step}/").status_code == 404  # R22: not a party


def test_a_request_that_is_narrowed_leaves_the_followed_ones(norway, wide):
    client_of(norway).post(f"{wide.get_absolute_url()}follow/")
    AssistanceRequest.objects.filter(pk=wide.pk).update(visibility="coordinators_isu")
    assert list(client_of(norway).get("/matching/").context["followed"]) == []


def test_a_state_that_never_supported_becomes_a_supporter_by_its_interest(chad):
    asked = RequestFactory(state_id="MRT", public=True)
    client_of(chad).post(f"{asked.get_absolute_url()}interest/")
    assert Interest.objects.get().supporter.code == "TCD"


# --- offers put with a request ----------------------------------------------------------------------------------------


def test_R023_coordinator_attaches_an_offer_and_the_state_reads_it(coordinator, chad):
    asked = RequestFactory(areas=["clearance"])
    offer = OfferFactory(code="NPA", title="Survey teams", areas=["clearance"])
    client = client_of(coordinator)
    for _again in range(2):
        client.post(f"{asked.get_absolute_url()}offers/attach/", {"offer": offer.pk})
    assert AttachedOffer.objects.count() == 1
    assert [mail.to for mail in OutboxMail.objects.all()] == [chad.email]
    assert "Survey teams" in client_of(chad).get(f"{asked.get_absolute_url()}matches/").content.decode()


def test_R019_an_offer_that_is_not_public_is_not_put_with_a_request_nor_read_there(coordinator, chad):
    asked = RequestFactory(reference="TCD-1")
    offer = OfferFactory(title="Quiet help", is_public=False)
    client_of(coordinator).post(f"{asked.get_absolute_url()}offers/attach/", {"offer": offer.pk})
    assert not asked.attached_offers.exists()
    asked.attached_offers.create(offer=offer, attached_on="2026-01-31", attached_by=coordinator)  # public by then
    address = f"{asked.get_absolute_url()}matches/"
    assert "Quiet help" not in client_of(chad).get(address).content.decode()
    assert "Quiet help" in client_of(coordinator).get(address).content.decode()


def test_R023_offer_of_an_unapproved_organisation_or_past_its_day_is_not_attached(coordinator):
    asked = RequestFactory(areas=["clearance"])
    past = OfferFactory(code="CHE", valid_until=timezone.localdate() - timedelta(days=1))
    Organisation.objects.filter(code="NPA").update(is_approved=False)
    for offer in (past, OfferFactory(code="NPA")):
        client_of(coordinator).post(f"{asked.get_absolute_url()}offers/attach/", {"offer": offer.pk})
    assert not AttachedOffer.objects.exists()


def test_R022_non_party_publishes_an_offer_and_does_not_find_a_request_for_states_parties(usa, client, wide):
    offer = {"title": "Grants", "description": "For clearance", "areas": ["clearance"], "forms": ["money"]}
    assert client_of(usa).post("/offers/new/", {**offer, "is_public": "on"}).status_code == 302
    assert "Grants" in client.get("/supporters/USA/").content.decode()
    assert client_of(usa).get(wide.get_absolute_url()).status_code == 404


def test_R026_the_shortlist_weighs_nothing_that_the_state_keeps(norway):
    """Two requests that differ in what is locked alone stand alike before a supporter."""
    profile_of("NOR", size_to=100, currency="USD", first_year=2024, last_year=2029, areas=["clearance"])
    known_support.forget()
    kept = {"public": True, "areas": ["clearance"], "locks": ["amounts", "period", "evidence"], "is_financial": True}
    small = RequestFactory(**kept, total_cost=10, currency="USD", desired_start="2027-01-01", desired_end="2028-01-01")
    large = RequestFactory(**kept, total_cost=10**6, currency="USD", desired_start="2060-01-01")
    AssistanceRequest.objects.filter(pk=small.pk).update(evidence_level="fully")
    requests = AssistanceRequest.objects.filter(pk__in=[small.pk, large.pk]).select_related("state")
    supporter, on = Supporter.objects.get(code="NOR"), timezone.localdate()
    one, other = requests_fitting(supporter, requests, on, access=norway.access)
    assert (one.result.score, one.sentences, one.fits, one.misses) == (
        other.result.score, other.sentences, other.fits, other.misses,
    )  # fmt: skip
    AssistanceRequest.objects.update(locks=[])
    one, other = requests_fitting(supporter, requests, on, access=norway.access)
    assert (one.request, one.fits != other.fits) == (small, True)
