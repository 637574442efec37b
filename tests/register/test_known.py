"""What is kept of the register for some seconds is forgotten at once by the process that changes it."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ccm_portal.loading import load_all
from ccm_portal.register.kept import Kept
from ccm_portal.register.known import known_register
from ccm_portal.register.models import Meeting, Obligation
from ccm_portal.register.queries import deadline_rows
from tests.test_access import client_of
from tests.test_admin import address, change

pytestmark = pytest.mark.django_db

THEN = "2018-06-27"


def listed(client, iso3, on):
    """The State's clearance clock on the page of deadlines."""
    found = client.get("/deadlines/", {"as_of": on, "status": "all", "article": 4, "format": "json"}).json()
    [row] = [row for row in found if row["iso3"] == iso3]
    return row


def clocks_of(client, iso3):
    found = client.get("/deadlines/", {"status": "all", "format": "json"}).json()
    return {row["clock"] for row in found if row["iso3"] == iso3}


def test_a_corrected_extension_shows_at_once(client, isu):
    before = listed(client, "IRQ", "2026-11-21")
    clock = Obligation.objects.get(state="IRQ", limb="4.1(a)")
    number = list(clock.extensions.all()).index(clock.extensions.get(granted_until=before["deadline"]))
    assert change(client_of(isu), clock, **{f"extensions-{number}-granted_until": "2029-05-01"}).status_code == 302
    assert before["deadline"] != "2029-05-01"
    assert listed(client, "IRQ", "2026-11-21")["deadline"] == "2029-05-01"


def test_a_meeting_set_for_other_days_shows_at_once(client, isu):
    assert listed(client, "LAO", THEN)["latest_submission"] == "2018-12-02"
    assert change(client_of(isu), Meeting.objects.get(code="9MSP"), first_day="2019-08-26").status_code == 302
    assert listed(client, "LAO", THEN)["latest_submission"] == "2018-11-26"


def test_a_removed_obligation_is_gone_at_once(client, isu):
    clock = Obligation.objects.create(state_id="AFG", article=4, limb="4.1(b)", hostilities_ended=date(2021, 8, 31))
    assert "4.1(b)" in clocks_of(client, "AFG")
    assert client_of(isu).post(address(Obligation, "delete", clock.pk), {"post": "yes"}).status_code == 302
    assert "4.1(b)" not in clocks_of(client, "AFG")


def test_a_load_shows_at_once(client):
    before = listed(client, "IRQ", "2026-11-21")
    extension = Obligation.objects.get(state="IRQ", limb="4.1(a)").extensions.get(granted_until=before["deadline"])
    type(extension).objects.filter(pk=extension.pk).update(granted_until=date(2029, 5, 1))
    load_all(settings.REFERENCE_DIR)
    assert listed(client, "IRQ", "2026-11-21")["deadline"] == before["deadline"]


def test_between_changes_nothing_is_read_again():
    deadline_rows(date(2026, 11, 21))
    with CaptureQueriesContext(connection) as captured:
        deadline_rows(date(2026, 11, 21))
        deadline_rows(date(2020, 1, 1), article=3)
    assert len(captured) == 0


def test_what_was_forgotten_while_it_was_read_is_not_kept():
    """Another thread changes the register while this one still reads the old."""
    values = iter(["old", "new"])

    def read():
        value = next(values)
        if value == "old":
            kept.forget()
        return value

    kept = Kept(read, seconds=10)
    assert [kept(), kept(), kept()] == ["old", "new", "new"]


def test_a_post_that_changes_nothing_of_the_register_leaves_what_is_kept(client, isu):
    deadline_rows(date(2026, 11, 21))
    assert client.post("/accounts/login/", {"login": isu.email, "password": "pw"}).status_code == 302
    with CaptureQueriesContext(connection) as captured:
        deadline_rows(date(2026, 11, 21))
    assert len(captured) == 0


def test_what_is_kept_comes_from_tables_that_are_watched():
    """A fact from another table would be shown as it was before a post."""
    known_register.forget()
    with CaptureQueriesContext(connection) as captured:
        register = known_register()
        assert register.joined
        assert register.complete_days is not None
    tables = {table for query in captured for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert {table.partition("_")[0] for table in tables} == {"register"}
