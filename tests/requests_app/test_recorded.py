"""Channels 1 and 2: needs that the ISU or a Coordinator reads in a State's report, or hears at a meeting."""

from datetime import date

import pytest

from ccm_portal.accounts.models import OutboxMail
from ccm_portal.register.models import Meeting
from reports.statistics import statistics
from requests_app.enums import Visibility
from requests_app.models import AssistanceRequest
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

IN_REPORT = {
    "state": "TCD", "channel": "article_7", "said_on": "2026-04-20", "covered_year": "2025", "form": "I", "page": "14",
    "quote": "Le Tchad a besoin de deux équipes de dépollution.", "url": "https://www.example.org/tcd-2025.pdf",
    "title": "Two clearance teams", "areas": ["clearance"], "requirement": "Two teams for two years.", "challenge": "",
}  # fmt: skip


@pytest.fixture
def at_meeting():
    code = Meeting.objects.get(code="13MSP").pk
    return IN_REPORT | {
        "channel": "formal_meeting", "meeting": code, "said_on": "2025-09-17", "agenda_item": "Item 9(f)",
        "covered_year": "", "form": "", "page": "", "url": "https://www.example.org/statement.pdf",
    }  # fmt: skip


def record(person, data):
    return client_of(person).post("/requests/record/", data)


def recorded():
    return AssistanceRequest.objects.select_related("stated_in").latest("pk")


def figures(year=2025):
    return statistics(year, date(2026, 11, 21), AssistanceRequest.objects.all())


def test_R006_extracted_need_counts_only_once_the_state_confirms(isu, chad, client):
    before = figures()
    assert record(isu, IN_REPORT).status_code == 302
    asked = recorded()
    where = (asked.stated_in.form, asked.stated_in.page, asked.covered_year)
    assert where == ("I", "14", 2025)
    assert asked.stated_in.quote == IN_REPORT["quote"]
    assert figures() == before  # absent from T1 and T2
    assert client.get(f"/requests/{asked.reference}/").status_code == 404
    assert client_of(chad).post(f"/requests/{asked.reference}/confirm/").status_code == 302
    after = figures()
    assert after.requesting == before.requesting + 1
    assert after.areas["clearance"] == before.areas.get("clearance", 0) + 1
    assert "Chad" in after.states
    page = client.get(f"/requests/{asked.reference}/").content.decode()
    assert "deux équipes de dépollution" in page
    assert 'href="https://www.example.org/tcd-2025.pdf"' in page


def test_R006_state_is_asked_and_sees_the_button(isu, chad, norway):
    record(isu, IN_REPORT)
    asked = recorded()
    assert OutboxMail.objects.filter(to=chad.email, subject__contains=asked.reference).exists()
    assert f"/requests/{asked.reference}/confirm/" in client_of(chad).get(asked.get_absolute_url()).content.decode()
    assert client_of(norway).post(f"/requests/{asked.reference}/confirm/").status_code == 404
    assert client_of(isu).post(f"/requests/{asked.reference}/confirm/").status_code == 403


def test_R006_state_corrects_before_it_confirms(isu, chad):
    record(isu, IN_REPORT)
    asked = recorded()
    assert client_of(chad).get(f"/requests/{asked.reference}/edit/").status_code == 200
    client_of(chad).post(f"/requests/{asked.reference}/confirm/")
    assert client_of(chad).get(f"/requests/{asked.reference}/edit/").status_code == 403
    assert [event.action for event in asked.events.all()] == ["record", "confirm"]


def test_R006_confirming_twice_changes_nothing(isu, chad):
    record(isu, IN_REPORT)
    asked = recorded()
    client_of(chad).post(f"/requests/{asked.reference}/confirm/")
    assert client_of(chad).post(f"/requests/{asked.reference}/confirm/").status_code == 403
    assert asked.events.filter(action="confirm").count() == 1


def test_R007_formal_meeting_is_public_with_its_statement(coordinator, client, at_meeting):
    assert record(coordinator, at_meeting).status_code == 302
    asked = recorded()
    assert (asked.visibility, asked.confirmed_on) == (Visibility.PUBLIC, date(2025, 9, 17))
    page = client.get(asked.get_absolute_url()).content.decode()
    assert 'href="https://www.example.org/statement.pdf"' in page
    assert "Item 9(f)" in page
    assert "13MSP" in page


def test_R007_informal_meeting_is_invisible_to_the_public(coordinator, isu, chad, client, at_meeting):
    record(coordinator, at_meeting | {"channel": "informal_meeting"})
    asked = recorded()
    assert asked.visibility == Visibility.COORDINATORS_ISU
    for anybody in (client, client_of(None)):
        assert anybody.get(asked.get_absolute_url()).status_code == 404
    for party in (coordinator, isu, chad):
        assert client_of(party).get(asked.get_absolute_url()).status_code == 200
    client_of(chad).post(f"/requests/{asked.reference}/confirm/")
    assert client.get(asked.get_absolute_url()).status_code == 404  # confirming widens nothing


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "XXX"}, "state"),
        ({"state": "USA"}, "state"),  # has not joined
        ({"covered_year": ""}, "covered_year"),
        ({"covered_year": "2027"}, "covered_year"),
        ({"form": ""}, "form"),
        ({"page": ""}, "page"),
        ({"quote": ""}, "quote"),
        ({"said_on": "2099-01-01"}, "said_on"),
        ({"said_on": "soon"}, "said_on"),
        ({"areas": []}, "areas"),
        ({"channel": "direct"}, "channel"),
        ({"channel": "formal_meeting"}, "meeting"),
        ({"url": "not an address"}, "url"),
    ],
)
def test_bad_entry_is_refused_beside_its_field_and_kept(isu, change, field):
    before = AssistanceRequest.objects.count()
    response = record(isu, IN_REPORT | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Two teams for two years." in response.content.decode()
    assert AssistanceRequest.objects.count() == before
