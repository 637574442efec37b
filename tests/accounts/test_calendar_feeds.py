"""Personal calendar feeds: a secret address that can be revoked, and shows what its owner may see when it is read."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from ccm_portal.accounts.actions import create_feed, hash_token
from ccm_portal.accounts.models import Appointment, AuditEvent, CalendarFeed

pytestmark = pytest.mark.django_db


def make(client, **data):
    page = client.post("/my/calendar/", {"scope": "own", **data}).content.decode()
    return re.search(r"http://testserver(/feeds/[\w-]+\.ics)", page)[1]


def uids(response):
    return {str(event["uid"]) for event in Calendar.from_ical(response.content).walk("VEVENT")}


def test_a_feed_is_read_without_signing_in(as_user, lao):
    address = make(as_user(lao), with_reports="on")
    response = Client().get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in response["Cache-Control"]
    found = uids(response)
    assert {uid[:7] for uid in found} == {"lao-4-1", "lao-7-2"}
    assert Client().get(address, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_a_feed_of_all_states(as_user, isu):
    states = {uid[:3] for uid in uids(Client().get(make(as_user(isu), scope="all")))}
    assert {"lao", "irq", "ssd"} <= states


def test_the_secret_is_long_and_only_its_hash_is_kept(as_user, lao):
    client = as_user(lao)
    address = make(client)
    token = address.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) >= 43  # 256 bits
    feed = CalendarFeed.objects.get()
    assert feed.token_hash == hash_token(token)
    assert token not in str(vars(feed))
    assert token not in client.get("/my/calendar/").content.decode()
    assert token not in str(list(AuditEvent.objects.values_list("subject", "details")))


def test_a_revoked_feed_is_gone(as_user, lao):
    client = as_user(lao)
    address = make(client)
    client.post(f"/my/calendar/{CalendarFeed.objects.get().pk}/revoke/")
    assert Client().get(address).status_code == 404
    assert "can be read" in client.get("/my/calendar/").content.decode()
    assert client.post(f"/my/calendar/{CalendarFeed.objects.get().pk}/renew/").status_code == 404
    assert AuditEvent.objects.filter(action="calendar feed revoked", actor=lao).count() == 1


def test_a_new_address_ends_the_old_one(as_user, lao):
    client = as_user(lao)
    old = make(client)
    page = client.post(f"/my/calendar/{CalendarFeed.objects.get().pk}/renew/").content.decode()
    new = re.search(r"http://testserver(/feeds/[\w-]+\.ics)", page)[1]
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    assert AuditEvent.objects.filter(action="calendar feed renewed").count() == 1


def test_nobody_touches_the_feed_of_another(as_user, lao, chad):
    feed, _token = create_feed(by=lao, scope="own", with_reports=False)
    client = as_user(chad)
    for verb in ("renew", "revoke"):
        assert client.post(f"/my/calendar/{feed.pk}/{verb}/").status_code == 404
    assert CalendarFeed.objects.active().count() == 1


def test_the_feed_of_an_inactive_account_is_gone(as_user, lao):
    address = make(as_user(lao))
    lao.is_active = False
    lao.save()
    assert Client().get(address).status_code == 404


def test_who_has_lost_the_post_gets_nothing_of_the_state(as_user, lao):
    address = make(as_user(lao), with_reports="on")
    Appointment.objects.filter(user=lao).update(ends=timezone.localdate() - timedelta(days=1))
    response = Client().get(address)
    assert response.status_code == 200
    assert uids(response) == set()


def test_the_owner_sees_when_it_was_last_read(as_user, lao):
    client = as_user(lao)
    address = make(client)
    assert "not read yet" in client.get("/my/calendar/").content.decode()
    Client().get(address)
    assert "last read" in client.get("/my/calendar/").content.decode()
    noted = CalendarFeed.objects.get().last_read_at
    Client().get(address)
    assert CalendarFeed.objects.get().last_read_at == noted  # to the hour: a busy calendar writes little


def test_who_acts_for_no_state_is_not_offered_one(as_user, isu):
    response = as_user(isu).post("/my/calendar/", {"scope": "own"})
    assert response.status_code == 422
    assert not CalendarFeed.objects.exists()


def test_five_feeds_are_the_most(as_user, lao):
    for _again in range(5):
        create_feed(by=lao, scope="own", with_reports=False)
    response = as_user(lao).post("/my/calendar/", {"scope": "own"})
    assert response.status_code == 422
    assert "Five feeds" in response.content.decode()


def test_a_feed_costs_no_more_than_twelve_queries(as_user, coordinator):
    address = make(as_user(coordinator), scope="all", with_reports="on")
    Client().get(address)
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(address).status_code == 200
    assert len(captured) <= 12
