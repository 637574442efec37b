"""A pledge is amended by who made it, until the other side has confirmed it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.actions import Refused
from requests_app.enums import Status
from requests_app.models import Supporter
from requests_app.shares.actions import amend_pledge, commit_share, confirm_share, pledge_share
from requests_app.shares.models import Share, ShareStep
from tests.requests_app.factories import OfferFactory, RequestFactory, ShareFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

FORM = {
    "kind": "financial", "description": "Two teams", "amount": "400000", "currency": "USD", "from_year": "2026",
    "to_year": "2028",
}  # fmt: skip
FAR = 10**9


@pytest.fixture
def day():
    return timezone.localdate()


@pytest.fixture
def asked():
    """Chad asks for 3,000,000 dollars from outside, in public."""
    return RequestFactory(
        reference="TCD-1", public=True, status=Status.ANSWERED, is_financial=True, total_cost=4_000_000,
        national_share=1_000_000, currency="USD",
    )  # fmt: skip


@pytest.fixture
def share(asked, norway, day):
    return pledged(asked, norway, day)


def pledged(asked, by, day, **values):
    supporter = Supporter.objects.get(code="NOR")
    return pledge_share(ShareFactory.build(request=asked, supporter=supporter, steps=None, **values), by=by, today=day)


def amend(share, by, day, **values):
    """As the form would: the share as it is stored, with other values."""
    stored = Share.objects.for_list().get(pk=share.pk)
    for name, value in values.items():
        setattr(stored, name, value)
    return amend_pledge(stored, seen_step=stored.last_step.pk, by=by, today=day)


def send(client, share, **values):
    """Open the page and send the form that it shows, with other values."""
    address = f"{share.get_absolute_url()}amend/"
    shown = client.get(address).context["form"]
    return client.post(address, FORM | {"seen_step": shown["seen_step"].value()} | values)


def test_supporter_amends_its_pledge_and_the_other_side_reads_from_what_to_what(norway, chad, share):
    OutboxMail.objects.all().delete()
    response = send(client_of(norway), share, amount="350000.50", currency="eur", due_on="2027-06-30")
    assert response.url == share.get_absolute_url()
    share.refresh_from_db()
    assert (share.amount, share.currency, str(share.due_on)) == (Decimal("350000.50"), "EUR", "2027-06-30")
    event = AuditEvent.objects.get(action="share: amended")
    assert (event.actor, event.subject, event.details["supporter"]) == (norway, "TCD-1", "NOR")
    assert event.details["changes"] == {
        "amount": ["400000.00", "350000.50"], "currency": ["USD", "EUR"], "due_on": [None, "2027-06-30"],
    }  # fmt: skip
    assert {mail.to for mail in OutboxMail.objects.all()} == {chad.email}
    page = client_of(chad).get(share.get_absolute_url()).content.decode()
    assert "<strong>Amount</strong>: from 400,000 to 350,000.50" in page
    assert "<strong>Due</strong>: from not stated to 30 June 2027" in page


def test_what_a_pledge_was_is_read_by_its_two_sides_and_the_handlers_alone(norway, chad, usa, coordinator, share, day):
    amend(share, norway, day, amount=300_000, is_public=True)
    confirm_share(share, by=chad, today=day, seen_step=FAR, seen_delivery=FAR)
    pages = {
        user: client_of(user).get(share.get_absolute_url()).content.decode()
        for user in (norway, chad, coordinator, usa)
    }
    assert [user for user, page in pages.items() if "from 400,000 to 300,000" in page] == [norway, chad, coordinator]
    assert "300,000" in pages[usa]


def test_who_read_the_pledge_before_it_was_amended_has_not_confirmed_it(norway, chad, share, day):
    client = client_of(chad)
    seen = client.get(share.get_absolute_url()).context["confirm_form"].initial
    amend(share, norway, day, amount=1)
    response = client.post(f"{share.get_absolute_url()}confirm/", seen, follow=True)
    assert "Nothing was confirmed" in response.content.decode()
    assert not ShareStep.objects.get().is_confirmed
    fresh = client.get(share.get_absolute_url()).context["confirm_form"].initial
    client.post(f"{share.get_absolute_url()}confirm/", fresh)
    assert ShareStep.objects.get().is_confirmed


def test_of_two_who_amend_at_once_the_second_is_told(norway, share, day):
    first, second = client_of(norway), client_of(norway)
    address = f"{share.get_absolute_url()}amend/"
    seen = second.get(address).context["form"]["seen_step"].value()
    assert send(first, share, amount="300000").status_code == 302
    response = second.post(address, FORM | {"seen_step": seen, "amount": "500000"})
    assert response.status_code == 422
    assert "Somebody has amended this pledge" in response.content.decode()
    assert 'value="500000"' in response.content.decode()
    assert Share.objects.get().amount == 300_000


def test_form_that_changes_nothing_leaves_no_trace(norway, share):
    OutboxMail.objects.all().delete()
    step = ShareStep.objects.get()
    assert send(client_of(norway), share, amount="400000.0").status_code == 302
    assert ShareStep.objects.get() == step
    assert not AuditEvent.objects.filter(action="share: amended").exists()
    assert not OutboxMail.objects.exists()


def test_pledge_keeps_its_day_and_the_word_is_the_one_who_amends(norway, coordinator, asked, day):
    share = pledged(asked, coordinator, day)  # recorded for Norway: nobody has spoken
    amend(share, coordinator, day, amount=5)
    step = ShareStep.objects.get()
    assert (step.on, step.supporter_on, step.state_on, step.recorded_by) == (day, None, None, coordinator)


@pytest.mark.parametrize("confirmed", [True, False])
def test_only_who_pledged_amends_and_only_before_it_is_confirmed(norway, chad, npa, coordinator, share, day, confirmed):
    if confirmed:
        confirm_share(share, by=chad, today=day, seen_step=FAR, seen_delivery=FAR)
    address = f"{share.get_absolute_url()}amend/"
    for user, status in ((norway, 403 if confirmed else 200), (chad, 403), (coordinator, 403), (npa, 404)):
        assert client_of(user).get(address).status_code == status, user
    for user in (chad, coordinator, *([norway] if confirmed else [])):
        with pytest.raises(Refused):
            amend(share, user, day, amount=1)
    assert Share.objects.get().amount == 400_000
    page = client_of(norway).get(share.get_absolute_url()).content.decode()
    assert ("withdraw it and record a new share" in page) == confirmed


def test_commitment_and_closed_request_are_not_amended(norway, asked, share, day):
    other = pledged(asked, norway, day)
    commit_share(share, channel="ngo", due_on=None, by=norway, today=day)
    type(asked).objects.update(status=Status.UNMET)
    for one in (share, other):
        with pytest.raises(Refused):
            amend(one, norway, day, amount=1)


def test_amended_pledge_covers_no_more_than_the_need(norway, asked, share, day):
    pledged(asked, norway, day, amount=Decimal("2500000.01"))
    response = send(client_of(norway), share, amount="500000.00")
    assert response.status_code == 422
    assert "more than" in response.content.decode() or "% of the need" in response.content.decode()
    assert Share.objects.get(pk=share.pk).amount == 400_000
    assert send(client_of(norway), share, amount="499999.99").status_code == 302
    assert Share.objects.get(pk=share.pk).amount == Decimal("499999.99")


def test_amended_pledge_takes_of_its_offer_what_is_left_with_its_own(norway, asked, day):
    offer = OfferFactory(code="NOR", amount=1000, currency="USD")
    share = pledged(asked, norway, day, offer=offer, amount=600)
    pledged(asked, norway, day, offer=offer, amount=300)
    response = send(client_of(norway), share, amount="700.01")
    assert (response.status_code, "Of this offer 700 USD is left" in response.content.decode()) == (422, True)
    assert "This offer counts in USD" in send(client_of(norway), share, currency="EUR").content.decode()
    assert send(client_of(norway), share, amount="700").status_code == 302
    type(offer).objects.update(withdrawn_on=day, withdrawn_by=norway, withdrawn_because="Spent")
    assert send(client_of(norway), share, amount="701").status_code == 422
    assert send(client_of(norway), share, amount="650").status_code == 302
    assert Share.objects.get(pk=share.pk).amount == 650


def test_wrong_input_stands_beside_its_field_and_nothing_is_saved(norway, share):
    response = send(client_of(norway), share, amount="", to_year="2020")
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"amount", "to_year"}
    assert not AuditEvent.objects.filter(action="share: amended").exists()


def test_page_of_a_share_costs_the_same_however_often_it_was_amended(chad, norway, share, day):
    client = client_of(chad)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            client.get(share.get_absolute_url())
        return len(captured)

    amend(share, norway, day, amount=1)
    once = cost()
    for amount in range(2, 6):
        amend(share, norway, day, amount=amount)
    assert cost() == once <= 12
