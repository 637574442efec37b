"""The market view: what each reader sees of needs, offers and supporters."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ccm_portal.register.models import Obligation, Organisation
from requests_app.models import AssistanceRequest, Supporter
from requests_app.queries import known_support
from requests_app.shares.models import known_rates
from requests_app.supporters.models import AttachedOffer, Interest, Profile
from tests.conftest import person
from tests.requests_app.factories import (
    AnswerFactory,
    EventFactory,
    OfferFactory,
    RateFactory,
    RelayFactory,
    RequestFactory,
    ShareFactory,
)

pytestmark = pytest.mark.django_db

MONEY = {"is_financial": True, "is_technical": False, "total_cost": 1000, "national_share": 0, "currency": "USD"}


def need(reference, **values):
    return RequestFactory(**({"reference": reference, "state_id": "MRT", "areas": ["clearance"]} | values))


def table(client, name, **query):
    return client.get("/market/", {"format": "json", "table": name, **query}).json()


def example_rows(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


@pytest.fixture
def handler(as_user, coordinator):
    return as_user(coordinator)


def test_market_coverage_sums_by_currency_and_never_mixes(handler):
    first = need("A-1", **MONEY)
    need("A-2", **{**MONEY, "currency": "EUR", "total_cost": 500})
    need("A-3")
    ShareFactory(request=first, amount=250, currency="USD")
    rows = [row for row in table(handler, "coverage") if row["iso3"] == "MRT"]
    assert example_rows(rows, "currency", "needs", "with_share", "without_cost", "asked", "covered", "open") == [
        ("EUR", 3, 1, 1, 500.0, 0.0, 500.0),
        ("USD", 3, 1, 1, 1000.0, 250.0, 750.0),
    ]
    page = handler.get("/market/").content.decode()
    assert "USD 750 open of USD 1,000" in page
    assert "EUR 500 open of EUR 500" in page


def test_market_a_share_in_another_currency_counts_by_its_stored_rate_alone(handler):
    asked = need("A-1", **MONEY)
    ShareFactory(request=asked, amount=100, currency="EUR")

    def open_of():
        return next(row["open"] for row in table(handler, "coverage") if row["iso3"] == "MRT")

    assert open_of() == 1000.0
    RateFactory(usd_per_unit="2")
    known_rates.forget()
    assert open_of() == 800.0


def test_market_need_for_two_areas_counts_in_each_and_once_in_all(handler):
    before = handler.get("/market/").context["found"].whole.needs
    need("A-1", areas=["clearance", "risk_education"])
    found = handler.get("/market/").context["found"]
    assert found.whole.needs == before + 1
    assert {area for state, area in found.grid if state == "MRT"} == {"clearance", "risk_education"}


def lacks(client, *references):
    found = {row["reference"]: row["lacks"] for row in table(client, "unmet")}
    return [found.get(reference) for reference in references]


def test_market_unmet_needs_say_what_they_lack_first(handler):
    for number in range(1, 5):
        need(f"A-{number}")
    rows = {row.reference: row for row in AssistanceRequest.objects.filter(state="MRT")}
    RelayFactory(request=rows["A-2"])
    AnswerFactory(relay=RelayFactory(request=rows["A-3"]))
    ShareFactory(request=rows["A-4"])
    assert lacks(handler, "A-1", "A-2", "A-3", "A-4") == [
        "Not relayed yet",
        "Relayed, not answered yet",
        "Answered, nobody has taken on a part",
        None,
    ]


def test_market_an_agreement_takes_a_need_up_even_without_a_share(handler):
    need("A-1", status="agreed")
    assert lacks(handler, "A-1") == [None]


def test_market_a_supporter_that_is_new_today_has_its_code_until_its_name_is_read(handler):
    known_support()
    organisation = Organisation.objects.create(code="NEWCO", name="New company", kind="ngo")
    Supporter.objects.create(code="NEWCO", organisation=organisation)
    OfferFactory(code="NEWCO", title="Newest", areas=["transparency_reporting"])
    assert ("NEWCO", "Newest") in example_rows(table(handler, "idle"), "supporter", "offer")


def test_market_a_closed_and_an_unconfirmed_need_are_no_open_needs(handler):
    need("A-1", status="closed_unmet")
    need("A-2", unconfirmed=True)
    need("A-3", draft=True)
    assert lacks(handler, "A-1", "A-2", "A-3") == [None, None, None]


def test_market_one_more_offer_unlocks_what_nobody_offers_and_nobody_is_willing_to_do(handler):
    clock = Obligation.objects.get(state="MRT", limb="4.1(a)")
    need("A-1", areas=["national_legislation"])
    need("A-2", areas=["national_legislation"], state_id="LAO", obligation=clock)
    willing = need("A-3", areas=["national_legislation"])
    Interest.objects.create(
        supporter=Supporter.objects.get(code="NOR"),
        request=willing,
        shown_on=timezone.localdate(),
        shown_by=person("nor@market.org"),
    )

    def unlock():
        rows = table(handler, "unlocks")
        return next((r for r in rows if (r["area"], r["kind"]) == ("National legislation", "Technical")), None)

    before = unlock()
    assert {"A-1", "A-2"} <= set(before["references"])
    assert "A-3" not in before["references"]
    assert before["nearest_deadline"] is not None
    assert "Mauritania" in before["states"]
    assert before["needs"] == len(before["references"])
    OfferFactory(areas=["national_legislation"])
    assert unlock() is None


def test_market_idle_offers_are_those_that_fit_nothing_or_were_put_with_nothing(handler):
    asked = need("A-1")
    OfferFactory(title="Idle form", areas=["transparency_reporting"])
    put, _lies = OfferFactory(title="Put"), OfferFactory(title="Lies")
    OfferFactory(title="Over", valid_until=timezone.localdate() - timedelta(days=1))
    OfferFactory(title="Kept", restricted=True)
    AttachedOffer.objects.create(
        request=asked, offer=put, attached_on=timezone.localdate(), attached_by=person("c@market.org")
    )
    found = dict(example_rows(table(handler, "idle"), "offer", "why"))
    ours = {title: why for title, why in found.items() if title in {"Idle form", "Put", "Lies", "Over", "Kept"}}
    assert ours == {"Idle form": "Fits no open need", "Lies": "Fits an open need, but was put with none"}


def test_market_who_does_not_relay_is_not_told_which_offers_are_in_use(as_user, norway):
    need("A-1", states_parties=True)
    OfferFactory(title="Lies", code="CHE")
    assert "Lies" not in dict(example_rows(table(as_user(norway), "idle"), "offer", "why"))


def strained(client):
    return {row["supporter"]: row["over_subscribed"] for row in table(client, "supporters") if row["over_subscribed"]}


def test_market_promises_above_the_usual_contribution_over_subscribe(handler, as_user, norway, usa):
    supporter = Supporter.objects.get(code="NOR")
    Profile.objects.create(supporter=supporter, size_to=300, currency="USD")
    asked = need("A-1", public=True, **MONEY)
    ShareFactory(request=asked, amount=200)
    assert strained(handler) == {}
    ShareFactory(request=asked, amount=101)
    ShareFactory(request=asked, amount=900, withdrawn=True)
    over = {"Norway": ["More money promised than its usual contribution"]}
    assert strained(handler) == over
    assert strained(as_user(norway)) == over  # its own line
    assert strained(as_user(usa)) == {}
    assert "Nobody is asked for more" in as_user(usa).get("/market/").content.decode()


def test_market_president_reads_no_line_on_supporters(as_user):
    president = as_user(person("p@market.org", "president", office="president", state="LAO"))
    page = president.get("/market/").content.decode()
    assert "Over-subscribed supporters" not in page
    assert table(president, "supporters") == []


@pytest.mark.parametrize("level", ["coordinators_isu", "match_parties"])
def test_market_holds_nothing_of_a_request_that_one_may_not_see(as_user, norway, level):
    client = as_user(norway)
    names = ("coverage", "unmet", "idle", "unlocks", "supporters")
    before = [table(client, name) for name in names]
    asked = need("A-1", visibility=level, **MONEY)
    ShareFactory(request=asked, code="CHE", amount=250)
    assert [table(client, name) for name in names] == before


def test_market_amounts_that_the_State_locks_are_read_by_nobody_else(as_user, norway, handler):
    need("A-1", states_parties=True, locks=["amounts"], **MONEY)
    (row,) = [row for row in table(as_user(norway), "coverage") if row["iso3"] == "MRT"]
    assert (row["without_cost"], row["cost_not_shared"], row["currency"], row["asked"]) == (0, 1, "", None)
    assert "1 whose cost is not shared" in as_user(norway).get("/market/").content.decode()
    (row,) = [row for row in table(handler, "coverage") if row["iso3"] == "MRT"]
    assert row["asked"] == 1000.0


def test_market_other_readers_learn_of_relays_by_the_status_alone(as_user, norway, handler):
    """Whom it was relayed to is not theirs to know; that it was, the request's page tells them."""
    asked = need("A-1", states_parties=True, status="relayed")
    RelayFactory(request=asked, code="CHE")
    assert lacks(as_user(norway), "A-1") == ["Relayed, not answered yet"]


def test_market_as_of_a_past_day(handler):
    today = timezone.localdate()
    then = today - timedelta(days=30)
    asked = need("A-1", submitted_on=then - timedelta(days=30), status="relayed", **MONEY)
    EventFactory(request=asked, on=asked.submitted_on)
    EventFactory(request=asked, on=today, action="relay", from_status="submitted", to_status="relayed")
    RelayFactory(request=asked)
    ShareFactory(request=asked, amount=400)

    def open_on(day):
        return [row["open"] for row in table(handler, "coverage", as_of=str(day)) if row["iso3"] == "MRT"]

    assert open_on(today) == [600.0]
    assert open_on(then) == [1000.0]
    assert open_on(date(2012, 1, 1)) == []
    found = {row["reference"]: row["lacks"] for row in table(handler, "unmet", as_of=str(then))}
    assert found["A-1"] == "Not relayed yet"


def test_market_area_filter_keeps_to_the_area(handler):
    need("A-1", areas=["clearance", "risk_education"])
    need("A-2", areas=["victim_assistance"])
    found = handler.get("/market/", {"area": "risk_education"}).context["found"]
    assert {area for _state, area in found.grid} == {"risk_education"}
    assert "A-2" not in {one.key for one, _lack in found.unmet}
    assert {unlock.area for unlock in found.unlocks} <= {"risk_education"}
    page = handler.get("/market/", {"area": "none"})
    assert page.context["filter_form"].errors["area"]
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["coverage", "unmet", "idle", "unlocks", "supporters"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_market_every_table_is_a_file(handler, name, kind):
    need("A-1", **MONEY)
    assert handler.get("/market/", {"format": kind, "table": name}).status_code == 200


def test_market_a_table_that_is_none_is_explained(handler):
    response = handler.get("/market/", {"format": "csv", "table": "scores"})
    assert response.status_code == 400
    assert "scores" in response.content.decode()


def test_market_whole_share_in_kind_covers_its_part(handler):
    asked = need("A-1", **MONEY)
    share = ShareFactory(request=asked, in_kind=True, committed=True, percent=Decimal(25))
    assert share.percent == 25
    (row,) = [row for row in table(handler, "coverage") if row["iso3"] == "MRT"]
    assert (row["covered"], row["open"]) == (250.0, 750.0)
