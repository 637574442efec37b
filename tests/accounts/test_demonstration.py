"""The demonstration: made by the same actions as the site, any number of times, and never in production."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ccm_portal import demonstration
from ccm_portal.accounts.models import User
from coalitions.models import Coalition
from requests_app.models import AssistanceRequest, Offer, Relay
from requests_app.shares.models import Delivery, Share
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 21)
ADDRESSES = {
    "isu", "admin", "coordinator", "clearance", "president", "observer", "lao", "tcd", "lbn", "nor", "che", "usa",
    "npa", "health.lao",
}  # fmt: skip


def counts():
    return [model.objects.count() for model in (User, AssistanceRequest, Offer, Relay, Coalition, Share, Delivery)]


def test_demonstration_accounts_are_those_of_the_contract(client):
    demonstration.prepare(ON)
    assert {user.email for user in User.objects.all()} == {f"{name}@example.org" for name in ADDRESSES}
    response = client.post("/accounts/login/", {"login": "tcd@example.org", "password": "demo-portal"})
    assert response.url == "/dashboard/"
    superusers = set(User.objects.filter(is_superuser=True).values_list("email", flat=True))
    staff = set(User.objects.filter(is_staff=True).values_list("email", flat=True))
    assert superusers == {"admin@example.org"}
    assert staff == {"admin@example.org", "isu@example.org"}


def test_demonstration_is_prepared_any_number_of_times():
    assert demonstration.prepare(ON) > 0
    before = counts()
    assert demonstration.prepare(ON) == 0
    assert demonstration.prepare(date(2026, 12, 24)) == 0
    assert counts() == before


def test_everything_made_up_carries_the_example_mark():
    real = (
        AssistanceRequest.objects.filter(is_example=False).count(),
        Coalition.objects.filter(is_example=False).count(),
    )
    demonstration.prepare(ON)
    after = (
        AssistanceRequest.objects.filter(is_example=False).count(),
        Coalition.objects.filter(is_example=False).count(),
    )
    assert after == real
    for model in (Offer, Share, Delivery):
        assert model.objects.filter(is_example=False).count() == 0


def test_every_account_of_the_demonstration_opens_its_board():
    demonstration.prepare(ON)
    for user in User.objects.all():
        response = client_of(user).get("/dashboard/")
        assert response.status_code == 200
        assert "UNDEFINED-VARIABLE" not in response.content.decode()


def test_demo_command_prepares_twice(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    first, second = StringIO(), StringIO()
    call_command("demo", no_server=True, stdout=first)
    call_command("demo", no_server=True, stdout=second)
    assert "Example records added: 0" not in first.getvalue()
    assert "Example records added: 0" in second.getvalue()


def test_demo_command_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", no_server=True)
    assert User.objects.count() == 0


def test_demo_command_refuses_a_day_that_is_none():
    with pytest.raises(CommandError, match="not a date"):
        call_command("demo", no_server=True, on="today")
