"""Requested against provided: what both sides have confirmed, of what each reader may know."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from requests_app.enums import Status
from requests_app.models import Supporter
from requests_app.shares.models import DeliveryPart, Share
from tests.requests_app.factories import DeliveryFactory, EventFactory, RateFactory, RequestFactory, ShareFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

PAGE = "/reports/requested-provided/"
VANUATU = {"state": "Vanuatu"}


def ask(number, **values):
    values = {"state_id": "VUT", "public": True, "areas": ["clearance"], "status": Status.AGREED} | values
    request = RequestFactory(reference=f"VUT-2026-00{number}", **values)
    EventFactory(request=request, to_status=values["status"])
    return request


def deliver(request, *, public=True, code="NOR", **values):
    return DeliveryFactory(share=ShareFactory(request=request, code=code, committed=True, is_public=public), **values)


@pytest.fixture
def five_and_three():
    """Five requests of Vanuatu and three deliveries of three of them."""
    requests = [ask(number) for number in range(1, 6)]
    for request, amount in zip(requests, (100, 200, 300), strict=False):
        deliver(request, amount=amount)
    return requests


def found(client, **query):
    return client.get(PAGE, {**VANUATU, **query}).context["found"]


def test_R025_five_requests_three_deliveries_and_the_two_open_items_by_name(client, five_and_three):
    response = client.get(PAGE, VANUATU)
    (line,) = response.context["found"].lines
    assert (line.label, line.requests, line.deliveries) == ("Vanuatu", 5, 3)
    assert [request.reference for request in line.open] == ["VUT-2026-004", "VUT-2026-005"]
    page = response.content.decode()
    for request in five_and_three[3:]:
        assert request.reference in page
        assert request.title in page
    assert five_and_three[0].reference not in page


def test_R025_export_has_the_same_figures(client, five_and_three):
    (row,) = client.get(PAGE, {**VANUATU, "format": "json"}).json()
    assert (row["group"], row["requests"], row["deliveries"], row["technical"]) == ("Vanuatu", 5, 3, 5)
    assert len(row["without_delivery"]) == 2
    assert client.get(PAGE, {"format": "exe"}).status_code == 400


def test_R025_by_area_a_request_counts_in_each_and_once_in_all(client, five_and_three):
    both = ask(6, areas=["clearance", "victim_assistance"])
    deliver(both, amount=50)
    result = found(client, by="area")
    assert {line.label: (line.requests, line.deliveries) for line in result.lines} == {
        "Clearance": (6, 4),
        "Victim assistance": (1, 1),
    }
    assert (result.total.requests, result.total.deliveries, result.total.provided) == (6, 4, {"USD": 650})
    assert found(client, area="victim_assistance").total.requests == 1


def test_R025_by_period(client, five_and_three):
    day = timezone.localdate()
    ask(6, submitted_on=day - timedelta(800))
    assert found(client, starts=day).total.requests == 5
    assert found(client, ends=day - timedelta(1)).total.requests == 1
    assert [line.label for line in found(client, by="year").lines] == sorted(
        {str((day - timedelta(800)).year), str(day.year)}
    )
    assert "before the first" in client.get(PAGE, {"starts": day, "ends": "2020-01-01"}).content.decode()


def test_R025_as_of_a_past_day(client):
    day = timezone.localdate()
    request = ask(1, submitted_on=day - timedelta(100))
    said = day - timedelta(50)
    delivery = deliver(request, delivered_on=said, recorded_on=said)
    type(delivery).objects.update(state_on=day - timedelta(10))
    assert found(client, as_of=day - timedelta(101)).total.requests == 0
    past = found(client, as_of=day - timedelta(11))
    assert (past.total.requests, past.total.deliveries, past.unconfirmed) == (1, 0, 1)
    assert found(client, as_of=day - timedelta(10)).total.deliveries == 1


def test_R025_one_sides_word_is_told_apart_from_what_is_confirmed(client, chad, isu):
    request = ask(1)
    deliver(request, said=True)
    assert (found(client).total.deliveries, found(client).unconfirmed) == (0, 0)  # the public does not read it
    seen = found(client_of(isu))
    assert (seen.total.deliveries, seen.unconfirmed) == (0, 1)


def test_R025_each_reader_counts_only_what_it_may_see(client, isu, norway):
    ask(1)
    deliver(ask(2, public=False, visibility="coordinators_isu"), public=True)
    deliver(ask(3), public=False, code="NPA")
    counts = [
        (result.total.requests, result.total.deliveries)
        for result in (found(client), found(client_of(norway)), found(client_of(isu)))
    ]
    assert counts == [(2, 0), (2, 0), (3, 2)]


def test_R025_examples_are_left_out_unless_asked_for(client):
    deliver(ask(1, is_example=True))
    ask(2)
    assert (found(client).total.requests, found(client).examples_left_out) == (1, 1)
    assert found(client, examples="on").total.deliveries == 1


def test_R025_closed_and_withdrawn_requests_are_not_open_items(client):
    ask(1, status=Status.WITHDRAWN)
    ask(2, status=Status.UNMET)
    assert (found(client).total.requests, found(client).total.open) == (2, [])


def test_R020_R021_table_of_channels_sums_to_the_total_of_deliveries(client, five_and_three):
    for channel, amount in (("trust_fund", 7), ("bilateral", 11), ("trust_fund", 13)):
        deliver(five_and_three[0], channel=channel, amount=amount, currency="EUR")
    deliver(five_and_three[0], channel="in_kind", amount=None, currency="", quantity=3, unit="dogs")
    result = found(client)
    assert sum(line.deliveries for line in result.channels) == result.total.deliveries == 7
    summed: dict[str, Decimal] = {}
    for line in result.channels:
        for currency, amount in line.provided.items():
            summed[currency] = summed.get(currency, 0) + amount
    assert summed == result.total.provided == {"USD": 600, "EUR": 31}


def test_R017_pooled_delivery_counts_the_state_once_and_splits_the_amount(client):
    delivery = deliver(ask(1), amount=100)
    DeliveryPart.objects.create(delivery=delivery, supporter=Supporter.objects.get(code="CHE"), amount=30)
    result = found(client)
    assert (result.states, result.total.deliveries, result.total.provided) == (1, 1, {"USD": 100})
    assert {line.name: line.provided for line in result.supporters} == {
        "Norway": {"USD": 70},
        "Switzerland": {"USD": 30},
    }


def test_R025_us_dollars_by_the_stored_rate_and_what_has_none_is_named(client):
    RateFactory(usd_per_unit="1.10")
    request = ask(1)
    deliver(request, amount=100)
    deliver(request, amount=200, currency="EUR")
    deliver(request, amount=500, currency="NOK")
    result = found(client)
    assert result.usd == Decimal(320)
    assert result.without_rate == [("NOK", timezone.localdate().year, 500)]
    page = client.get(PAGE, VANUATU).content.decode()
    assert "Not in that figure" in page
    assert "NOK 500" in page


def test_R021_channels_of_the_progress_report_add_up_to_all_agreed_shares(client):
    """Public and real ones only; each agreed share has exactly one channel."""
    day = timezone.localdate()
    request = ask(1)
    for channel in ("ngo", "ngo", "trust_fund"):
        deliver(request, channel=channel, amount=5)
        Share.objects.filter(pk=Share.objects.latest("pk").pk).update(channel=channel)
    ShareFactory(request=request, is_public=True)  # a pledge
    ShareFactory(request=request, committed=True)  # not released
    ShareFactory(request=request, committed=True, is_public=True, is_example=True)
    data = client.get("/reports/progress/", {"starts": day - timedelta(5), "ends": day}).context["data"]
    assert [(line.label, line.agreed, line.deliveries, line.provided) for line in data.channels] == [
        ("Non-governmental organisation", 2, 2, {"USD": 10}),
        ("Trust fund", 1, 1, {"USD": 5}),
    ]
    assert (data.agreed, data.deliveries) == (3, 3)
    earlier = client.get("/reports/progress/", {"starts": "2020-01-01", "ends": "2020-12-31"})
    assert earlier.context["data"].channels == []
    word = client.get("/reports/progress/", {"starts": day - timedelta(5), "ends": day, "format": "docx"})
    assert word.status_code == 200
