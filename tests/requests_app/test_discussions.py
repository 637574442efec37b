"""The discussion of a request: who reads what, from when to when, and what is logged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.actions import Refused, change_visibility
from requests_app.discussions.actions import invite, remove, write_post
from requests_app.discussions.models import Participation, Post
from requests_app.models import Supporter
from tests.requests_app.factories import RelayFactory, RequestFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

T0 = timezone.now().replace(microsecond=0) - timedelta(hours=6)


@pytest.fixture
def asked(norway):
    relay = RelayFactory(request__visibility="match_parties", code="NOR")
    return relay.request


@pytest.fixture
def nor(asked):
    return Supporter.objects.get(code="NOR")


def address(asked):
    return f"/requests/{asked.reference}/discussion/"


def said(person, asked):
    return [post.text for post in Post.objects.visible_to(person).filter(request=asked)]


def test_R045_a_removed_participant_reads_nothing_new(asked, nor, chad, norway, coordinator):
    write_post(asked, text="an earlier word", by=chad, now=T0)
    party = invite(asked, nor, by=coordinator, now=T0 + timedelta(hours=1))
    write_post(asked, text="during", by=chad, now=T0 + timedelta(hours=2))
    assert client_of(norway).get(address(asked)).status_code == 200
    remove(party, by=chad, now=T0 + timedelta(hours=3))
    write_post(asked, text="a later word", by=chad, now=T0 + timedelta(hours=4))
    assert said(norway, asked) == ["during"]
    page = client_of(norway).get(address(asked)).content.decode()
    assert "during" in page
    assert "an earlier word" not in page
    assert "a later word" not in page
    assert client_of(norway).post(address(asked), {"text": "still here"}).status_code == 403
    assert said(chad, asked) == ["an earlier word", "during", "a later word"]
    assert said(coordinator, asked) == ["an earlier word", "during", "a later word"]


def test_R045_readings_are_logged_when_there_is_something_new(asked, nor, chad, norway):
    invite(asked, nor, by=chad, now=T0)
    write_post(asked, text="one", by=chad, now=T0 + timedelta(hours=1))
    readings = AuditEvent.objects.filter(action="discussion: read", actor=norway, subject=asked.reference)
    for _again in range(2):
        client_of(norway).get(address(asked))
    assert readings.count() == 1
    write_post(asked, text="two", by=chad, now=T0 + timedelta(hours=2))
    client_of(norway).get(address(asked))
    assert readings.count() == 2


def test_who_never_took_part_finds_nothing(asked, chad, norway, usa, npa, observer, client):
    write_post(asked, text="secret", by=chad, now=T0)
    for person in (norway, usa, npa, observer):
        assert client_of(person).get(address(asked)).status_code == 404
        assert said(person, asked) == []
    assert client.get(address(asked)).status_code == 302


def test_narrowed_request_takes_its_discussion_along(asked, nor, chad, norway):
    invite(asked, nor, by=chad, now=T0)
    write_post(asked, text="during", by=chad, now=T0 + timedelta(hours=1))
    change_visibility(asked, "coordinators_isu", by=chad)
    assert said(norway, asked) == []
    assert client_of(norway).get(address(asked)).status_code == 404


def test_request_kept_to_the_isu_is_discussed_without_the_coordinators(chad, coordinator, isu):
    alone = RequestFactory(to_isu_alone=True)
    assert client_of(coordinator).get(address(alone)).status_code == 404
    write_post(alone, text="for the ISU", by=chad, now=T0)
    assert not OutboxMail.objects.filter(to=coordinator.email, subject__contains=alone.reference).exists()
    assert OutboxMail.objects.filter(to=isu.email, subject__contains=alone.reference).exists()
    assert said(isu, alone) == ["for the ISU"]


def test_mail_says_that_there_is_something_not_what(asked, nor, chad, norway, isu):
    invite(asked, nor, by=chad, now=T0)
    OutboxMail.objects.all().delete()
    client_of(norway).post(address(asked), {"text": "Our budget is closed."})
    mails = OutboxMail.objects.filter(subject__contains=asked.reference)
    assert {chad.email, isu.email} <= set(mails.values_list("to", flat=True))
    assert norway.email not in mails.values_list("to", flat=True)
    assert not mails.filter(body__contains="budget").exists()


def test_only_those_who_lead_invite_and_only_supporters_that_were_asked(asked, nor, chad, norway, usa):
    invite(asked, nor, by=chad, now=T0)
    with pytest.raises(Refused, match="takes part already"):
        invite(asked, nor, by=chad, now=T0)
    with pytest.raises(Refused, match="relayed"):
        invite(asked, Supporter.objects.get(code="USA"), by=chad, now=T0)
    refused = client_of(norway).post(f"{address(asked)}invite/", {"supporter": nor.pk})
    assert refused.status_code == 403
    party = Participation.objects.get(request=asked)
    assert client_of(norway).post(f"{address(asked)}{party.pk}/remove/").status_code == 403
    assert client_of(chad).post(f"{address(asked)}{party.pk}/remove/").status_code == 302
    assert not Participation.objects.current().filter(request=asked).exists()


def test_empty_and_overlong_messages_are_told_beside_the_field(asked, chad):
    for text in ("", "   ", "x" * 8001):
        response = client_of(chad).post(address(asked), {"text": text})
        assert response.status_code == 422
        assert response.context["form"].errors["text"]
    assert not Post.objects.filter(request=asked).exists()


def test_draft_has_no_discussion(chad):
    assert client_of(chad).get(address(RequestFactory(draft=True))).status_code == 404


def test_same_queries_for_one_message_and_for_many(asked, chad, django_assert_max_num_queries):
    for count in (1, 30):
        for number in range(count):
            write_post(asked, text=f"{number}", by=chad, now=T0 + timedelta(minutes=number))
        client = client_of(chad)
        client.get(address(asked))
        with django_assert_max_num_queries(12):
            client.get(address(asked))
