"""Shares and deliveries as people use them: both sides confirm, several cover one need, nobody reads too much."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail, access_of
from requests_app.actions import Refused, change_reading
from requests_app.enums import Status, Visibility
from requests_app.models import AssistanceRequest, Supporter
from requests_app.readings import read_by
from requests_app.shares.actions import commit_share, confirm_share, pledge_share, record_delivery, withdraw_share
from requests_app.shares.domain.steps import Extent, is_all_delivered
from requests_app.shares.models import Delivery, DeliveryPart, ExchangeRate, Outcome, Share, ShareStep
from requests_app.shares.queries import coverage_of, who_covers
from tests.conftest import person
from tests.requests_app.factories import (
    DeliveryFactory,
    RateFactory,
    RelayFactory,
    RequestFactory,
    ShareFactory,
    SupporterFactory,
)
from tests.test_access import ROLES, client_of, play

pytestmark = pytest.mark.django_db

FORM = {
    "kind": "financial", "description": "Two teams", "amount": "400000", "currency": "usd", "from_year": "2026",
    "to_year": "2028", "condition": "If voted",
}  # fmt: skip
DELIVERY = {
    "kind": "financial", "description": "First instalment", "amount": "100000", "currency": "USD", "channel": "ngo",
}  # fmt: skip
WORD = "Zubrowka"
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
def switzerland(db):
    return person("che@test.org", "focal_point", state="CHE")


def supporter(code):
    return Supporter.objects.select_related("state", "organisation").get(code=code)


def pledge(asked, by, day, code="NOR", **values):
    share = ShareFactory.build(request=asked, supporter=supporter(code), steps=None, **values)
    return pledge_share(share, by=by, today=day)


def confirm(share, by, day):
    return confirm_share(share, by=by, today=day, seen_step=FAR, seen_delivery=FAR)


def agreed(asked, by, other, day, **values):
    """A commitment that both sides have confirmed."""
    share = pledge(asked, by, day, **values)
    commit_share(share, channel="ngo", due_on=None, by=by, today=day)
    confirm(share, other, day)
    return Share.objects.get(pk=share.pk)


def shares_url(asked, *rest):
    return asked.get_absolute_url() + "shares/" + "".join(f"{part}/" for part in rest)


# --- pledge, commit, confirm -----------------------------------------------------------------------------------------


def test_R011_supporter_takes_on_a_part_and_the_gap_is_shown(norway, asked):
    response = client_of(norway).post(shares_url(asked, "new"), FORM)
    share = Share.objects.get()
    assert response.url == share.get_absolute_url()
    assert (share.supporter.code, share.amount, share.currency, share.status) == ("NOR", 400_000, "USD", "pledged")
    page = client_of(norway).get(asked.get_absolute_url()).content.decode()
    assert "86.7 % is still open" in page
    assert "USD 2,600,000" in page
    assert "said by Norway, not yet confirmed by Chad" in page


def test_R011_one_sides_word_is_not_certain_until_the_other_confirms(norway, chad, asked, day):
    share = pledge(asked, norway, day)
    assert coverage_of(asked, Share.objects.for_list()).said > 0
    step = share.steps.get()
    assert (step.supporter_on, step.supporter_by, step.state_on) == (day, norway, None)
    confirm(share, chad, day + timedelta(2))
    step.refresh_from_db()
    assert (step.state_on, step.state_by, step.is_confirmed) == (day + timedelta(2), chad, True)
    found = coverage_of(asked, Share.objects.for_list())
    assert (found.said, found.covered_percent) == (0, Decimal("13.3"))
    assert AuditEvent.objects.get(action="share: confirmed").actor == chad


def test_R011_nobody_confirms_for_the_other_side(norway, coordinator, npa, asked, day):
    share = pledge(asked, norway, day)
    for somebody in (coordinator, npa):
        with pytest.raises(Refused):
            confirm(share, somebody, day)
    confirm(share, norway, day)  # a side's own word twice changes nothing
    assert ShareStep.objects.get().state_on is None


def test_R011_what_was_recorded_after_the_page_was_opened_is_not_confirmed_unread(norway, chad, asked, day):
    share = pledge(asked, norway, day)
    seen = share.steps.get().pk
    commit_share(share, channel="ngo", due_on=None, by=norway, today=day)
    data = {"seen_step": seen, "seen_delivery": 0}
    assert client_of(chad).post(shares_url(asked, share.pk, "confirm"), data).status_code == 302
    assert [step.is_confirmed for step in share.steps.all()] == [True, False]


def test_R011_what_the_isu_was_told_waits_for_both(isu, asked, day):
    pledge(asked, isu, day)
    step = ShareStep.objects.get()
    assert (step.supporter_on, step.state_on, step.recorded_by) == (None, None, isu)


def test_R011_state_on_no_donor_list_becomes_a_supporter_by_its_pledge(asked):
    portugal = person("prt@test.org", "focal_point", state="PRT")
    Supporter.objects.filter(code="PRT").delete()
    assert client_of(portugal).post(shares_url(asked, "new"), FORM).status_code == 302
    assert Share.objects.get().supporter.state_id == "PRT"


def test_R011_a_pledge_answers_the_relay(norway, day):
    asked = RequestFactory(match_parties=True, status=Status.RELAYED)
    relay = RelayFactory(request=asked)
    pledge(asked, norway, day)
    relay.refresh_from_db()
    asked.refresh_from_db()
    assert (relay.answered_on, relay.answers.get().kind, asked.status) == (day, "offer", Status.ANSWERED)


def test_R011_mail_tells_the_other_side_and_carries_no_text(norway, chad, asked, day):
    pledge(asked, norway, day, description=f"Teams for {WORD}", amount=424_242)
    mails = list(OutboxMail.objects.all())
    assert {mail.to for mail in mails} == {chad.email}
    assert not [mail for mail in mails if WORD in mail.subject + mail.body or "424" in mail.subject + mail.body]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"currency": ""}, "in which currency"),
        ({"currency": "US1"}, "three-letter currency code"),
        ({"amount": ""}, "needs its amount"),
        ({"to_year": "2025"}, "before the first"),
        ({"due_on": "2025-12-31"}, "cannot be due before"),
        ({"percent": "10"}, "counts by its amount"),
        ({"kind": "technical", "amount": "", "percent": "101"}, "less than or equal to 100"),
        ({"kind": "technical", "amount": "", "percent": "0"}, "greater than or equal to 0.01"),
        ({"kind": "material", "amount": "", "quantity": "4"}, "Say of what"),
        ({"kind": "material", "amount": "", "unit": "vehicles"}, "Say how many"),
        ({"kind": "material", "amount": "", "quantity": "-4", "unit": "vehicles"}, "greater than or equal to 0"),
        ({"amount": "3000000.01"}, "100 % is still open (USD 3,000,000.00)"),
        ({"amount": "99999999999999"}, "digits"),
        ({"description": ""}, "required"),
        ({"from_year": "1999"}, "2010"),
    ],
)
def test_R011_wrong_share_is_told_and_everything_typed_is_kept(norway, asked, values, said):
    response = client_of(norway).post(shares_url(asked, "new"), {**FORM, **values})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "If voted" in page
    assert Share.objects.count() == 0


def test_R011_together_no_more_than_the_whole_is_taken_on(norway, npa, asked, day):
    pledge(asked, norway, day, amount=2_000_000)
    promised = pledge(asked, npa, day, code="NPA", in_kind=True, percent=20)
    with pytest.raises(Refused, match=r"13\.3 % is still open"):  # what waits for a confirmation is promised too
        pledge(asked, norway, day, amount=400_001)
    pledge(asked, norway, day, amount=400_000)
    withdraw_share(promised, note="No visas", by=npa, today=day)
    assert pledge(asked, norway, day, amount=600_000).pk


def test_R011_three_currencies_cover_one_need_by_the_stored_rates(norway, switzerland, npa, asked, day):
    RateFactory(usd_per_unit="1.2")
    RateFactory(currency="CHF", usd_per_unit="1.25")
    RateFactory(currency="CHF", usd_per_unit="9", is_example=True)  # never beside real records
    pledge(asked, norway, day, amount=1_000_000)
    pledge(asked, switzerland, day, code="CHE", amount=1_250_000, currency="EUR")
    pledge(asked, npa, day, code="NPA", amount=400_000, currency="CHF")
    found = coverage_of(asked, Share.objects.for_list())
    assert (found.is_complete, found.exceeds, found.usd) == (True, False, 3_000_000)
    assert "Everything is covered." in client_of(norway).get(asked.get_absolute_url()).content.decode()
    with pytest.raises(Refused):
        pledge(asked, norway, day, amount=1)


def test_R026_currencies_do_not_name_givers_that_the_reader_may_not_know(norway, switzerland, usa, chad, asked, day):
    RateFactory(currency="CHF", usd_per_unit="1.25")
    open_one = pledge(asked, norway, day, amount=250_000, is_public=True)
    hidden = pledge(asked, switzerland, day, code="CHE", amount=120_000, currency="CHF")
    for share in (open_one, hidden):
        confirm(share, chad, day)
    for reader, reads in ((usa, False), (chad, True)):
        page = client_of(reader).get(asked.get_absolute_url()).content.decode()
        assert ("CHF" in page) is reads
        assert ("120,000" in page) is reads
        assert ("382,000" in page or "400,000 in all" in page) is reads
        assert "% is covered" in page, "how much in all is what the next one decides by"


@pytest.mark.parametrize("address", ["", "shares/new/"])
def test_R026_who_reads_no_amounts_is_told_so_and_of_no_gap(norway, usa, chad, asked, day, address):
    pledge(asked, norway, day, amount=250_000, is_public=True)
    AssistanceRequest.objects.filter(pk=asked.pk).update(locks=["amounts"])
    RelayFactory(request=asked, code="USA")
    page = client_of(usa).get(f"{asked.get_absolute_url()}{address}").content.decode()
    assert "does not share its amounts with you" in page
    for wrong in ("states no open cost", "still open", "% is covered", "By currency"):
        assert wrong not in page
    assert "still open" in client_of(chad).get(f"{asked.get_absolute_url()}{address}").content.decode()


@pytest.mark.parametrize("status", [Status.UNMET, Status.WITHDRAWN])
def test_R011_nothing_is_open_of_a_closed_request(client, status):
    asked = RequestFactory(public=True, costed=True, status=status, outcome="Done")
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "still open" not in page
    assert "nothing is open of it any more" in page


def test_commitment_cannot_be_due_before_it_is_made(norway, asked, day):
    share = pledge(asked, norway, day)
    address = shares_url(asked, share.pk, "commit")
    late = client_of(norway).post(address, {"channel": "ngo", "due_on": day - timedelta(days=1)})
    assert late.status_code == 422
    assert "before it is made" in late.content.decode()
    assert client_of(norway).post(address, {"channel": "ngo", "due_on": day}).status_code == 302


def test_R011_share_without_a_rate_is_named_not_dropped(norway, asked):
    client_of(norway).post(shares_url(asked, "new"), {**FORM, "currency": "XAF"})
    page = client_of(norway).get(asked.get_absolute_url()).content.decode()
    assert "no exchange rate is stored" in page
    assert "XAF 400,000" in page
    assert f"XAF of {timezone.localdate().year}" in page


def test_own_request_takes_no_share_of_its_own_state(chad, asked, day):
    SupporterFactory._meta.model.objects.filter(code="TCD").delete()
    own = SupporterFactory(code="TCD")
    response = client_of(chad).post(shares_url(asked, "new"), {**FORM, "supporter": own.code})
    assert response.status_code == 422
    assert "share of its own request" in response.content.decode()


@pytest.mark.parametrize("status", [Status.MET, Status.UNMET, Status.WITHDRAWN])
def test_no_share_of_a_closed_request(norway, day, status):
    asked = RequestFactory(public=True, status=status, outcome="Done")
    assert client_of(norway).get(shares_url(asked, "new")).status_code == 403
    with pytest.raises(Refused):
        pledge(asked, norway, day)


def test_R021_agreed_share_has_exactly_one_channel(norway, asked, day):
    share = pledge(asked, norway, day)
    client = client_of(norway)
    assert client.post(shares_url(asked, share.pk, "commit"), {"channel": ""}).status_code == 422
    with pytest.raises(Refused):
        commit_share(share, channel="", due_on=None, by=norway, today=day)
    assert client.post(shares_url(asked, share.pk, "commit"), {"channel": "trust_fund"}).status_code == 302
    share.refresh_from_db()
    assert (share.status, share.channel) == ("committed", "trust_fund")
    with pytest.raises(Refused):  # a step is taken once
        commit_share(share, channel="ngo", due_on=None, by=norway, today=day)


def test_either_side_ends_a_share_with_a_reason_and_the_gap_is_open_again(norway, chad, asked, day):
    share = pledge(asked, norway, day)
    client = client_of(chad)
    assert client.post(shares_url(asked, share.pk, "withdraw"), {"note": ""}).status_code == 422
    assert client.post(shares_url(asked, share.pk, "withdraw"), {"note": "We have this"}).status_code == 302
    share.refresh_from_db()
    assert share.status == "withdrawn"
    assert share.steps.get(step="withdrawn").note == "We have this"
    assert who_covers(asked, read_by(chad.access, asked), chad, day).coverage.covered == 0


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_R020_delivery_says_when_by_whom_and_through_which_channel(norway, chad, asked, day):
    share = agreed(asked, norway, chad, day)
    npa = supporter("NPA").organisation
    data = {
        **DELIVERY, "delivered_on": day, "implementer": npa.pk, "unit_cost": "1.50", "unit_cost_per": "m²",
        "people": "1200", "area_m2": "60000", "items": "3", "result": "Two villages", "lesson": "Begin before the rain",
    }  # fmt: skip
    assert client_of(norway).post(shares_url(asked, share.pk, "deliver"), data).status_code == 302
    kept = Delivery.objects.get()
    assert (kept.channel, kept.implemented_by, kept.people, kept.items) == ("ngo", npa.name, 1200, 3)
    assert (kept.supporter_on, kept.state_on) == (day, None)
    page = client_of(chad).get(share.get_absolute_url()).content.decode()
    for text in (
        "USD 100,000",
        "Norwegian People",
        "Begin before the rain",
        "said by Norway, not yet confirmed by Chad",
    ):
        assert text in page
    confirm(share, chad, day)
    kept.refresh_from_db()
    asked.refresh_from_db()
    assert (kept.is_confirmed, asked.status) == (True, Status.DELIVERING)


def delivered(share, by, day, *, completes=False, **values):
    delivery = Delivery(share=share, delivered_on=day, kind="financial", description="Part", channel="ngo", **values)
    return record_delivery(delivery, completes=completes, by=by, today=day)


def take_back(share, delivery, by, note="Entered twice."):
    address = shares_url(share.request, share.pk, f"deliveries/{delivery.pk}/take-back")
    return client_of(by).post(address, {"note": note})


@pytest.mark.parametrize("side", ["norway", "chad", "coordinator"])
def test_R020_a_delivery_is_taken_back_until_both_have_confirmed_it(request, norway, chad, asked, day, side):
    """By whoever speaks for one of the sides, one delivery by itself; the right one stays and waits."""
    who = request.getfixturevalue(side)
    share = agreed(asked, norway, chad, day)
    right = delivered(share, norway, day, amount=100_000, currency="USD")
    wrong = delivered(share, norway, day, amount=5, currency="USD", completes=True)
    assert Share.objects.get(pk=share.pk).status == "delivered"
    told = take_back(share, wrong, who, note=" ")
    assert told.status_code == 422
    assert "This field is required" in told.content.decode()
    assert take_back(share, wrong, who).status_code == 302
    assert list(share.deliveries.all()) == [right]
    assert Share.objects.get(pk=share.pk).status == "committed", "it was said to be complete with this one"
    trail = AuditEvent.objects.get(action="delivery taken back")
    assert (trail.actor, trail.details["note"], trail.details["said"]["amount"]) == (who, "Entered twice.", "5.00")
    others = {"norway": "tcd@test.org", "chad": "nor@test.org", "coordinator": "tcd@test.org"}
    assert OutboxMail.objects.filter(to=others[side], subject__contains="has changed").exists()
    confirm(share, chad, day)
    assert take_back(share, right, norway).status_code == 422
    assert list(share.deliveries.all()) == [right], "both have confirmed it"
    assert "Take it back" not in client_of(norway).get(share.get_absolute_url()).content.decode()


def test_R020_a_share_is_delivered_once_all_that_was_promised_has_come(norway, chad, asked, day):
    share = agreed(asked, norway, chad, day)
    half = share.amount / 2
    delivered(share, norway, day, amount=half, currency=share.currency)
    delivered(share, norway, day, amount=share.amount, currency="EUR")  # another currency says nothing of it
    share.refresh_from_db()
    assert share.status == "committed"
    last = delivered(share, norway, day, amount=half, currency=share.currency)
    share.refresh_from_db()
    assert share.status == "delivered"
    assert not share.is_overdue(date(2099, 1, 1))
    take_back(share, last, norway)
    share.refresh_from_db()
    assert share.status == "committed"


@pytest.mark.parametrize(
    ("promised", "came", "is_all"),
    [
        (Extent(Decimal(10), "USD"), [Extent(Decimal(10), "USD")], True),
        (Extent(Decimal(10), "USD"), [Extent(Decimal(10), "EUR")], False),
        (Extent(quantity=Decimal(2), unit="vehicles"), [Extent(quantity=Decimal(2), unit="Vehicles")], True),
        (Extent(Decimal(10), "USD", Decimal(2), "vehicles"), [Extent(Decimal(10), "USD")], False),
        (Extent(), [Extent(Decimal(10), "USD")], False),
    ],
)
def test_R020_what_has_come_is_measured_as_it_was_promised(promised, came, is_all):
    assert is_all_delivered(promised, came) is is_all


def test_R020_last_delivery_completes_the_share(norway, chad, asked, day):
    share = agreed(asked, norway, chad, day)
    data = {**DELIVERY, "delivered_on": day, "completes": "on"}
    client_of(norway).post(shares_url(asked, share.pk, "deliver"), data)
    share.refresh_from_db()
    assert (share.status, [step.step for step in share.steps.all()][-1]) == ("delivered", "delivered")
    confirm(share, chad, day)
    assert Share.objects.for_list().get().agreed == "delivered"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"currency": ""}, "in which currency"),
        ({"amount": ""}, "needs its amount"),
        ({"channel": ""}, "required"),
        ({"delivered_on": "2020-01-01"}, "cannot have been delivered before"),
        ({"delivered_on": "2999-01-01"}, "in the future"),
        ({"delivered_on": "yesterday"}, "valid date"),
        ({"implementer_name": "Somebody"}, "not both"),
        ({"pooled_0": "CHE"}, "which part of the amount"),
        ({"pooled_amount_0": "5"}, "Say whose part"),
        ({"pooled_0": "CHE", "pooled_amount_0": "100000.01"}, "more than the whole"),
        ({"pooled_0": "CHE", "pooled_amount_0": "5", "pooled_1": "CHE", "pooled_amount_1": "5"}, "stands once"),
        ({"pooled_0": "NOR", "pooled_amount_0": "5"}, "valid choice"),
        ({"people": "-1"}, "greater than or equal to 0"),
    ],
)
def test_R020_wrong_delivery_is_told_and_everything_typed_is_kept(norway, chad, asked, day, values, said):
    share = agreed(asked, norway, chad, day)
    base = {**DELIVERY, "delivered_on": day, "lesson": "Begin before the rain", "implementer": ""}
    if "implementer_name" in values:
        base["implementer"] = supporter("NPA").organisation_id
    response = client_of(norway).post(shares_url(asked, share.pk, "deliver"), base | values)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert "Begin before the rain" in page
    assert Delivery.objects.count() == 0


def test_R020_nothing_is_delivered_of_a_share_that_one_side_has_not_confirmed(norway, asked, day):
    share = pledge(asked, norway, day)
    delivery = DeliveryFactory.build(share=share, supporter_by=None, state_by=None, said=True)
    for _stage in range(2):
        assert client_of(norway).get(shares_url(asked, share.pk, "deliver")).status_code == 403
        with pytest.raises(Refused):
            record_delivery(delivery, completes=False, by=norway, today=day)
        if share.status == "pledged":
            share = commit_share(share, channel="ngo", due_on=None, by=norway, today=day)


def test_R017_pooled_delivery_splits_the_amount_as_entered(norway, chad, asked, day):
    share = agreed(asked, norway, chad, day)
    data = {**DELIVERY, "delivered_on": day, "pooled_0": "CHE", "pooled_amount_0": "30000.50"}
    client_of(norway).post(shares_url(asked, share.pk, "deliver"), data)
    kept = Delivery.objects.for_list().get()
    assert [(s.code, amount) for s, amount in kept.by_supporter] == [
        ("NOR", Decimal("69999.50")),
        ("CHE", Decimal("30000.50")),
    ]
    page = client_of(chad).get(share.get_absolute_url()).content.decode()
    assert "USD 30,000.50" in page


# --- R24 -------------------------------------------------------------------------------------------------------------

OUTCOME = {"partner": "Norway", "result": f"Cleared {WORD}", "evidence": "Report of May", "lesson": "Ask early"}


def test_R024_outcome_is_public_only_with_the_states_consent(chad, isu, client):
    asked = RequestFactory(public=True, status=Status.DELIVERED)
    address = f"{asked.get_absolute_url()}outcome/"
    assert client_of(isu).post(address, {**OUTCOME, "is_public": "on"}).status_code == 422
    assert client_of(isu).post(address, OUTCOME).status_code == 302
    assert WORD not in client.get(asked.get_absolute_url()).content.decode()
    assert WORD in client_of(chad).get(asked.get_absolute_url()).content.decode()
    client_of(chad).post(address, {**OUTCOME, "is_public": "on"})
    assert Outcome.objects.get().consented_on == timezone.localdate()
    assert WORD in client.get(asked.get_absolute_url()).content.decode()
    client_of(chad).post(address, OUTCOME)
    assert WORD not in client.get(asked.get_absolute_url()).content.decode()
    assert Outcome.history.count() >= 3


def test_R024_outcome_record_needs_partner_result_and_evidence(chad):
    asked = RequestFactory(public=True, status=Status.DELIVERED)
    for name in ("partner", "result", "evidence"):
        response = client_of(chad).post(f"{asked.get_absolute_url()}outcome/", {**OUTCOME, name: ""})
        assert response.status_code == 422
        assert "Ask early" in response.content.decode()
    assert Outcome.objects.count() == 0


# --- who reads what --------------------------------------------------------------------------------------------------


def test_R026_share_is_read_by_its_sides_and_the_handlers_until_it_is_released_and_confirmed():
    asked = RequestFactory(state_id="MRT", public=True)
    parties = {"owner", "partner", "coordinator", "isu"}
    clients = {role: play(role) for role in ROLES}

    def readers():
        pages = {role: client.get(asked.get_absolute_url()).content.decode() for role, client in clients.items()}
        return {role for role, page in pages.items() if WORD in page}

    ShareFactory(request=asked, code="NPA", description=f"Teams for {WORD}", is_public=True)
    assert readers() == parties
    Share.objects.all().update(is_public=False)
    ShareStep.objects.update(state_on=timezone.localdate(), state_by=ShareStep.objects.get().supporter_by)
    assert readers() == parties
    Share.objects.all().update(is_public=True)
    assert readers() == set(ROLES)


def test_R026_another_supporter_sees_how_much_is_covered_but_not_by_whom(norway, npa, asked, day):
    pledge(asked, npa, day, code="NPA", description=f"Teams for {WORD}", amount=1_500_000)
    page = client_of(norway).get(asked.get_absolute_url()).content.decode()
    assert "50 % is still open" in page
    assert "1 share of another supporter, not named to you" in page
    assert WORD not in page
    assert client_of(norway).get(Share.objects.get().get_absolute_url()).status_code == 404


def test_R026_amounts_that_the_state_keeps_are_told_by_no_coverage(norway, chad, asked):
    change_reading(
        asked, states_parties_text="", public_summary="", locks=["amounts"], relayed_read_locked=False, by=chad
    )
    ShareFactory(request=asked, amount=1_500_000)  # Norway's own
    client = client_of(norway)
    refused = client.post(shares_url(asked, "new"), {**FORM, "amount": "1500001"})
    assert refused.status_code == 422
    pages = [refused, client.get(asked.get_absolute_url()), client.get(shares_url(asked, "new"))]
    for page in (response.content.decode() for response in pages):
        assert not [text for text in ("3,000,000", "4,000,000", "50 %") if text in page]
    assert "more than the whole need" in refused.content.decode()
    assert "50 % is still open" in client_of(chad).get(asked.get_absolute_url()).content.decode()


def test_R026_share_of_a_request_that_was_narrowed_does_not_exist_for_its_supporter(npa, day):
    asked = RequestFactory(match_parties=True, title=f"In {WORD}")
    RelayFactory(request=asked, code="NPA")
    share = pledge(asked, npa, day, code="NPA")
    client = client_of(npa)
    assert client.get(share.get_absolute_url()).status_code == 200
    type(asked).objects.filter(pk=asked.pk).update(visibility=Visibility.COORDINATORS_ISU)
    assert client.get(share.get_absolute_url()).status_code == 404
    board = client.get("/dashboard/").content.decode()
    assert asked.reference not in board
    assert not Share.objects.waiting_on(access_of(npa)).exists()


def test_what_waits_for_a_sides_word_stands_on_its_board(norway, chad, npa, asked, day):
    share = pledge(asked, norway, day)

    def waiting(user):
        return [(row.pk, row.since) for row in client_of(user).get("/dashboard/").context["board"].awaited]

    assert (waiting(chad), waiting(norway), waiting(npa)) == ([(share.pk, day)], [], [])
    confirm(share, chad, day)
    assert waiting(chad) == []
    share = commit_share(share, channel="ngo", due_on=None, by=norway, today=day)
    confirm(share, chad, day)
    delivery = DeliveryFactory.build(share=share, supporter_by=None, state_by=None, said=True)
    later = day + timedelta(days=9)
    record_delivery(delivery, completes=False, by=chad, today=later)  # the State says what it received
    assert (waiting(chad), waiting(norway)) == ([], [(share.pk, later)])


def test_R030_overdue_shares_are_found_as_the_rule_says(day):
    for years in ((2020, 2020), (day.year, day.year), (2020, day.year)):
        for due in (None, day, day - timedelta(1), day + timedelta(1)):
            for trait in ({}, {"committed": True}, {"delivered": True}, {"withdrawn": True}):
                ShareFactory(from_year=years[0], to_year=years[1], due_on=due, **trait)
    by_rule = {share.pk for share in Share.objects.all() if share.is_overdue(day)}
    assert {share.pk for share in Share.objects.overdue(day)} == by_rule
    assert 0 < len(by_rule) < Share.objects.count()


# --- constraints -----------------------------------------------------------------------------------------------------


def a_delivery(**values):
    return DeliveryFactory(**values)


def twice_a_step():
    share = ShareFactory()
    ShareStep.objects.create(share=share, step="pledged", on=share.recorded_on)


def a_nameless(model, side):
    factory = {ShareStep: lambda: ShareFactory().steps, Delivery: lambda: Delivery.objects.filter(pk=a_delivery().pk)}
    factory[model]().update(**{f"{side}_by": None, f"{side}_on": "2026-01-01"})


def a_part(**values):
    return DeliveryPart.objects.create(
        **{"delivery": a_delivery(), "supporter": supporter("CHE"), "amount": 5} | values
    )


BREAKERS = {
    "exchange_rate_once": lambda: [RateFactory(), RateFactory()],
    "exchange_rate_positive": lambda: RateFactory(usd_per_unit=0),
    "exchange_rate_has_source": lambda: RateFactory(source=""),
    "share_amount_has_currency": lambda: ShareFactory(currency=""),
    "share_quantity_has_unit": lambda: ShareFactory(quantity=3),
    "share_years_in_order": lambda: ShareFactory(to_year=2025),
    "share_amount_not_negative": lambda: ShareFactory(amount=-1),
    "share_quantity_not_negative": lambda: ShareFactory(quantity=-3, unit="vehicles"),
    "share_part_up_to_the_whole": lambda: ShareFactory(in_kind=True, percent=Decimal("100.01")),
    "share_counts_once": lambda: ShareFactory(percent=5),
    "share_agreed_has_channel": lambda: ShareFactory(status="committed"),
    "share_step_once": twice_a_step,
    "share_step_supporter_confirms_by_name": lambda: a_nameless(ShareStep, "supporter"),
    "share_step_state_confirms_by_name": lambda: a_nameless(ShareStep, "state"),
    "delivery_amount_has_currency": lambda: a_delivery(currency=""),
    "delivery_quantity_has_unit": lambda: a_delivery(unit="vehicles"),
    "delivery_not_negative": lambda: a_delivery(amount=-1),
    "delivery_one_implementer": lambda: a_delivery(implementer=supporter("NPA").organisation, implementer_name="x"),
    "delivery_not_before_it_happened": lambda: a_delivery(recorded_on="2026-01-01", delivered_on="2026-01-02"),
    "delivery_supporter_confirms_by_name": lambda: a_nameless(Delivery, "supporter"),
    "delivery_state_confirms_by_name": lambda: a_nameless(Delivery, "state"),
    "delivery_part_once": lambda: a_part(delivery=a_part().delivery),
    "delivery_part_positive": lambda: a_part(amount=0),
}


def test_every_constraint_of_shares_is_broken_here():
    models = apps.get_app_config("shares").get_models()
    assert {constraint.name for model in models for constraint in model._meta.constraints} == set(BREAKERS)


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint(name):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        BREAKERS[name]()
    assert name in str(caught.value) or (name.endswith("_once") and "UNIQUE constraint failed" in str(caught.value))


def test_R011_an_example_rate_counts_for_examples_only(asked):
    RateFactory(is_example=True)
    real = ShareFactory(request=asked, currency="EUR")
    assert coverage_of(asked, [real]).uncounted
    asked.is_example = True
    assert not coverage_of(asked, [real]).uncounted
    assert ExchangeRate.objects.get().is_example


def test_nothing_is_committed_or_overdue_of_a_closed_request(norway, asked, day):
    share = ShareFactory(request=asked, code="NOR", from_year=2015, to_year=2015)
    assert share in Share.objects.overdue(day)
    AssistanceRequest.objects.filter(pk=asked.pk).update(status=Status.WITHDRAWN)
    share = Share.objects.get(pk=share.pk)
    assert share not in Share.objects.overdue(day)
    assert not share.is_overdue(day)
    with pytest.raises(Refused, match="not open any more"):
        commit_share(share, channel="bilateral", due_on=None, by=norway, today=day)
    share.refresh_from_db()
    assert share.status == "pledged"
