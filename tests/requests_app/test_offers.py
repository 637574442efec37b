"""Offers as people use them: dated, used up by shares, edited and withdrawn; workshops, and the roster of expertise."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.models import Organisation
from requests_app.actions import Refused, own_supporter
from requests_app.models import Offer, Supporter
from requests_app.offers.actions import apply_to, change_offer, decide, publish_offer, withdraw_application
from requests_app.offers.models import Application, Expertise, Workshop
from requests_app.queries import candidates
from requests_app.shares.actions import pledge_share, withdraw_share
from requests_app.shares.models import Share
from tests.conftest import person
from tests.requests_app.factories import ExpertiseFactory, OfferFactory, RequestFactory, ShareFactory, WorkshopFactory
from tests.test_access import ROLES, client_of, play

pytestmark = pytest.mark.django_db

WORD = "Zubrowka"
OFFER = {
    "title": "Training of supervisors", "description": "Four weeks", "areas": ["clearance"], "forms": ["training"],
    "languages": ["fr", "en"], "regions": ["africa"], "quantity": "40", "unit": "days",
    "eligibility": "Supervisors", "is_public": "on",
}  # fmt: skip
SHARE = {"kind": "technical", "description": "Instructors", "from_year": "2026", "to_year": "2027"}
APPLICATION = {"institution": "Training centre", "language": "fr", "reason": "We plan a coalition"}
EXPERTISE = {
    "area": "stockpile_destruction", "skill": "Demolition", "holder": "Ammunition depot", "years": "12",
    "languages": ["fr"],
}  # fmt: skip


@pytest.fixture
def day():
    return timezone.localdate()


@pytest.fixture
def wide():
    """Chad's request that all States Parties may know of."""
    return RequestFactory(state_id="TCD", states_parties=True, areas=["clearance"])


@pytest.fixture
def days(norway):
    """Norway's offer of forty days, as its form sends it."""
    assert client_of(norway).post("/offers/new/", OFFER).status_code == 302
    return Offer.objects.get()


@pytest.fixture
def workshop(day):
    return a_workshop(day)


def a_workshop(day, places=2):
    """Of Switzerland; one may apply to it today for the last time."""
    return WorkshopFactory(offer__code="CHE", offer__title="Cooperation", offer__quantity=places, last_day=day)


def applicants(count, organisation=False):
    """Focal points of as many States."""
    states = (
        Supporter.objects.filter(state__isnull=False).exclude(code__in=["CHE", "NOR"]).values_list("state", flat=True)
    )
    return [person(f"{iso3}@states.org", "focal_point", state=iso3) for iso3 in states[:count]]


def applied(workshop, by, minute=0, institution="Training centre"):
    application = Application(
        workshop=workshop, state=by.access.state, organisation=by.access.organisation, institution=institution,
        language="en", reason=f"About {WORD}",
    )  # fmt: skip
    now = datetime(2026, 1, 1, 12, minute, tzinfo=UTC)
    return apply_to(application, by=by, now=now, today=timezone.localdate())


def fresh(offer):
    return Offer.objects.for_list().get(pk=offer.pk)


def listed(client, **query):
    return [row["title"] for row in json.loads(client.get("/offers/", {**query, "format": "json"}).content)]


def csv_rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- publishing, reading, finding -------------------------------------------------------------------------------------


def test_R019_offer_says_form_languages_regions_and_what_is_left(days, client):
    assert (days.kinds, days.forms, days.supporter.code) == (["technical"], ["training"], "NOR")
    page = client.get(days.get_absolute_url()).content.decode()
    for text in ("Training of supervisors", "Four weeks", "English, French", "Africa", "40 days", "Supervisors"):
        assert text in page
    (row,) = csv_rows(client.get("/offers/?format=csv"))
    assert (row["quantity"], row["left"], row["unit"], row["forms"]) == ("40", "40.0", "days", "Training")
    assert AuditEvent.objects.get(action="offer published").details["offer"] == days.pk


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"title": ""}, "title", "required"),
        ({"areas": []}, "areas", "required"),
        ({"forms": []}, "forms", "required"),
        ({"forms": ["miracles"]}, "forms", "not one of"),
        ({"quantity": "0"}, "quantity", "more than nothing"),
        ({"quantity": "-3"}, "quantity", "greater than or equal to 0"),
        ({"quantity": "2.5"}, "quantity", "whole number"),
        ({"unit": ""}, "unit", "Say of what"),
        ({"amount": "5", "currency": "USD"}, "quantity", "not both"),
        ({"amount": "0", "currency": "USD", "quantity": "", "unit": ""}, "amount", "more than nothing"),
        ({"amount": "-5", "currency": "USD", "quantity": ""}, "amount", "greater than or equal to 0"),
        ({"amount": "5", "quantity": ""}, "currency", "in which currency"),
        ({"amount": "5", "currency": "euro", "quantity": ""}, "currency", "three-letter"),
        ({"valid_until": "2020-01-01"}, "valid_until", "past"),
        ({"available_from": "2027-05-01", "available_until": "2027-04-30"}, "available_until", "before the first"),
    ],
)
def test_R019_wrong_offer_is_told_beside_the_field_and_everything_typed_is_kept(norway, values, field, said):
    response = client_of(norway).post("/offers/new/", OFFER | values)
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert said in str(errors)
    assert "Supervisors" in response.content.decode()
    assert not Offer.objects.exists()


def test_R019_an_offer_without_any_bound_needs_neither_amount_nor_number(norway):
    bare = OFFER | {"quantity": "", "unit": ""}
    assert client_of(norway).post("/offers/new/", bare).status_code == 302
    assert fresh(Offer.objects.get()).left is None


def test_R019_filters_by_area_form_language_words_and_what_is_left(day, client):
    OfferFactory(title="Money", forms=["money"], areas=["clearance"], languages=["en"])
    OfferFactory(title="Laws", forms=["law"], areas=["national_legislation"], languages=["fr", "en"], code="CHE")
    OfferFactory(title="Old", valid_until=day - timedelta(1))
    used = OfferFactory(title="Used", quantity=3, unit="days", forms=["training"])
    ShareFactory(offer=used, amount=None, currency="", kind="technical", quantity=3, unit="days")
    a_workshop(day)
    assert set(listed(client)) == {"Money", "Laws", "Used", "Cooperation"}
    for query, expected in (
        ({"area": "national_legislation"}, {"Laws"}),
        ({"form": "law"}, {"Laws"}),
        ({"form": "workshop"}, {"Cooperation"}),
        ({"language": "fr"}, {"Laws"}),
        ({"q": "switzerland law"}, {"Laws"}),
        ({"q": "legislation french"}, {"Laws"}),
        ({"q": "demining"}, {"Cooperation"}),
        ({"status": "free"}, {"Money", "Laws", "Cooperation"}),
        ({"status": "closed"}, {"Old"}),
        ({"status": "all"}, {"Money", "Laws", "Old", "Used", "Cooperation"}),
    ):
        assert set(listed(client, **query)) == expected, query


def test_R022_offer_of_a_non_party_is_labelled_on_list_and_page(usa, norway, client):
    for user in (usa, norway):
        client_of(user).post("/offers/new/", OFFER)
    for offer in Offer.objects.all():
        is_non_party = offer.supporter.code == "USA"
        assert ("not a State Party" in client.get(offer.get_absolute_url()).content.decode()) == is_non_party
    assert client.get("/offers/").content.decode().count("not a State Party") == 1
    assert {row["supporter"][:6]: row["not_party"] for row in csv_rows(client.get("/offers/?format=csv"))} == {
        "Norway": "no", "United": "yes",
    }  # fmt: skip


def test_R022_non_party_reads_no_request_for_states_parties_whatever_it_offers(usa, wide):
    client_of(usa).post("/offers/new/", OFFER)
    for address in (wide.get_absolute_url(), f"{wide.get_absolute_url()}shares/new/"):
        assert client_of(usa).get(address).status_code == 404


def test_R023_offer_appears_after_the_account_is_approved_and_a_coordinator_attaches_it(npa, client, coordinator, wide):
    organisation = Organisation.objects.filter(code="NPA")
    client_of(npa).post("/offers/new/", OFFER)
    offer = Offer.objects.get()
    organisation.update(is_approved=False)
    assert client.get(offer.get_absolute_url()).status_code == 404
    assert listed(client) == []
    assert client_of(npa).get(offer.get_absolute_url()).status_code == 200
    assert client_of(npa).get("/offers/new/").status_code == 403
    assert client_of(npa).get(f"{offer.get_absolute_url()}edit/").status_code == 403
    organisation.update(is_approved=True)
    assert client.get(offer.get_absolute_url()).status_code == 200
    client_of(coordinator).post(f"{wide.get_absolute_url()}offers/attach/", {"offer": offer.pk})
    page = client_of(coordinator).get(f"{wide.get_absolute_url()}matches/").content.decode()
    assert f'href="{offer.get_absolute_url()}"' in page


def test_restricted_offer_is_its_supporters_and_the_handlers(client):
    offer = OfferFactory(code="NPA", restricted=True)
    seen = {role for role in ROLES if play(role).get(offer.get_absolute_url()).status_code == 200}
    assert seen == {"partner", "coordinator", "isu"}


# --- what uses an offer up --------------------------------------------------------------------------------------------


def test_R019_a_share_takes_of_the_offer_and_its_withdrawal_gives_it_back(norway, chad, wide, days, client, day):
    form = client_of(norway).get(f"{wide.get_absolute_url()}shares/new/").content.decode()
    assert "Training of supervisors (40 days left)" in form
    sent = client_of(norway).post(
        f"{wide.get_absolute_url()}shares/new/", {**SHARE, "offer": days.pk, "quantity": "15", "percent": "20"}
    )
    share = Share.objects.get()
    assert sent.url == share.get_absolute_url()
    assert (share.offer, share.unit, share.status) == (days, "days", "pledged")  # the unit is the offer's
    assert fresh(days).left == 25
    assert "25 days" in client.get(days.get_absolute_url()).content.decode()
    assert wide.reference not in client.get(days.get_absolute_url()).content.decode()  # not the public's to know
    assert share.get_absolute_url() in client_of(chad).get(days.get_absolute_url()).content.decode()
    assert days.get_absolute_url() in client_of(chad).get(share.get_absolute_url()).content.decode()
    withdraw_share(share, note="No visas", by=norway, today=day)
    assert fresh(days).left == 40


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"quantity": "40.5"}, "quantity", "40 days is left"),
        ({"quantity": ""}, "quantity", "counts in days"),
        ({"quantity": "4", "unit": "vehicles"}, "unit", "counts in days"),
        ({"amount": "5", "currency": "USD"}, "quantity", "counts in days"),
        ({"offer": "0", "quantity": "4", "unit": "days"}, "offer", "valid choice"),
    ],
)
def test_R019_more_than_is_left_is_refused_beside_the_field_and_kept(norway, wide, days, values, field, said):
    response = client_of(norway).post(f"{wide.get_absolute_url()}shares/new/", {**SHARE, "offer": days.pk, **values})
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert said in str(errors)
    assert "Instructors" in response.content.decode()
    assert not Share.objects.exists()


def test_R019_money_is_taken_in_the_currency_of_the_offer(norway, day):
    asked = RequestFactory(
        public=True, is_financial=True, total_cost=9000, national_share=0, currency="USD", areas=["clearance"]
    )
    offer = OfferFactory(forms=["money"], amount=1000, currency="USD")
    client, address = client_of(norway), f"{asked.get_absolute_url()}shares/new/"
    money = {**SHARE, "kind": "financial", "offer": offer.pk, "amount": "600", "currency": "USD"}
    assert "counts in USD" in str(client.post(address, money | {"currency": "EUR"}).context["form"].errors["currency"])
    assert client.post(address, money).status_code == 302
    assert fresh(offer).left == 400
    refused = client.post(address, money).context["form"].errors
    assert "400 USD is left" in str(refused["amount"])


def test_R019_two_pledges_on_the_same_view_do_not_overdraw(norway, wide, days, day):
    """Both were checked while 40 days were left; the second finds them taken. On PostgreSQL the row is locked."""
    both = [
        ShareFactory.build(
            request=wide, supporter=days.supporter, offer=days, steps=None, amount=None, currency="", kind="technical",
            quantity=30, unit="days",
        )
        for _again in range(2)
    ]  # fmt: skip
    pledge_share(both[0], by=norway, today=day)
    with CaptureQueriesContext(connection) as asked, pytest.raises(Refused, match="10 days is left"):
        pledge_share(both[1], by=norway, today=day)
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"] and "requests_app_offer" in query["sql"]]
    assert bool(locks) == connection.features.has_select_for_update


def test_R019_nobody_takes_out_of_the_offer_of_another_or_of_a_withdrawn_one(norway, coordinator, wide, day):
    theirs, gone = OfferFactory(code="CHE"), OfferFactory()
    Offer.objects.filter(pk=gone.pk).update(withdrawn_on=day, withdrawn_by=norway, withdrawn_because="No")
    for offer in (theirs, gone):
        share = ShareFactory.build(request=wide, supporter=gone.supporter, offer=offer, steps=None)
        with pytest.raises(Refused, match="open offer of this supporter"):
            pledge_share(share, by=norway, today=day)
    sent = {**SHARE, "supporter": "NOR", "offer": theirs.pk}  # a handler chooses among all offers
    refused = client_of(coordinator).post(f"{wide.get_absolute_url()}shares/new/", sent).context["form"].errors
    assert list(refused) == ["offer"]


def test_R019_used_up_offer_is_no_reason_in_the_ranking_and_has_no_free_capacity(norway, wide, days, day):
    view = next(c for c in candidates(day) if c.code == "NOR").offers[0]
    assert (view.left, view.regions, view.languages) == (40, {"africa"}, {"en", "fr"})
    ShareFactory(offer=days, request=wide, amount=None, currency="", kind="technical", quantity=40, unit="days")
    view = next(c for c in candidates(day) if c.code == "NOR").offers[0]
    assert view.left == 0
    assert fresh(days).status_on(day) == "used_up"


def test_R015_offer_for_another_region_language_or_year_is_no_reason(norway, coordinator):
    asked = RequestFactory(
        state_id="TCD", match_parties=True, areas=["clearance"], desired_start="2027-01-01", desired_end="2027-12-31"
    )

    def offered():
        ranked = client_of(coordinator).get(f"{asked.get_absolute_url()}matches/?all").context["ranked"]
        return next(item.suggestion.offer for item in ranked if item.supporter.code == "NOR")

    offer = OfferFactory(title="Course", regions=["africa"], available_from="2027-03-01")
    assert offered() == "Course"
    for values in ({"regions": ["grulac"]}, {"regions": [], "available_from": "2028-01-01"}):
        Offer.objects.filter(pk=offer.pk).update(**values)
        assert offered() == ""


# --- editing and withdrawing ------------------------------------------------------------------------------------------


def test_R019_offer_is_changed_by_its_supporter_and_its_versions_stay(norway, chad, days, client):
    address = f"{days.get_absolute_url()}edit/"
    assert client_of(chad).get(address).status_code == 403
    assert "Training of supervisors" in client_of(norway).get(address).content.decode()
    assert client_of(norway).post(address, OFFER | {"title": "Supervisors", "areas": ["other"]}).status_code == 302
    days.refresh_from_db()
    assert (days.title, [area.pk for area in days.areas.all()], days.offered_on) == (
        "Supervisors", ["other"], timezone.localdate(),
    )  # fmt: skip
    assert [version.title for version in days.history.all()] == ["Supervisors", "Training of supervisors"]


@pytest.mark.parametrize(
    ("values", "field"), [({"quantity": "14"}, "quantity"), ({"unit": "weeks"}, "unit")], ids=["less", "other unit"]
)
def test_R019_less_than_is_taken_cannot_be_offered(norway, wide, days, values, field):
    ShareFactory(offer=days, request=wide, amount=None, currency="", kind="technical", quantity=15, unit="days")
    response = client_of(norway).post(f"{days.get_absolute_url()}edit/", OFFER | values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    days.refresh_from_db()
    assert (days.quantity, days.unit) == (40, "days")
    assert client_of(norway).post(f"{days.get_absolute_url()}edit/", OFFER | {"quantity": "15"}).status_code == 302


def test_R019_withdrawn_offer_stays_on_record_with_day_and_reason(norway, chad, days, client, day):
    address = f"{days.get_absolute_url()}withdraw/"
    assert client_of(chad).post(address, {"because": "No"}).status_code == 403
    assert client_of(norway).post(address, {"because": " "}).status_code == 422
    assert client_of(norway).post(address, {"because": "The unit stood down"}).status_code == 302
    days.refresh_from_db()
    assert (days.withdrawn_on, days.withdrawn_by, days.withdrawn_because) == (day, norway, "The unit stood down")
    assert "The unit stood down" in client.get(days.get_absolute_url()).content.decode()
    assert listed(client) == []
    assert listed(client, status="closed") == [days.title]
    assert client_of(norway).get(f"{days.get_absolute_url()}edit/").status_code == 403
    assert client_of(norway).post(address, {"because": "Again"}).status_code == 403
    with pytest.raises(Refused):  # from a page opened before
        change_offer(days, areas=["other"], by=norway, today=day)


# --- workshops --------------------------------------------------------------------------------------------------------

WORKSHOP = {
    "title": "Cooperation", "description": "How", "host": "Demining command", "place": "Spiez", "starts": "2099-05-04",
    "ends": "2099-05-06", "last_day": "2099-04-01", "quantity": "20", "areas": ["clearance"], "languages": ["en"],
    "eligibility": "Affected States", "is_public": "on",
}  # fmt: skip


def test_R071_host_announces_a_workshop_and_everybody_reads_it(norway, client):
    sent = client_of(norway).post("/offers/workshops/new/", WORKSHOP)
    offer = Offer.objects.get()
    assert sent.url == offer.get_absolute_url()
    assert (offer.quantity, offer.forms, str(offer.valid_until), offer.workshop.host) == (
        20, ["training"], "2099-04-01", "Demining command",
    )  # fmt: skip
    page = client.get(offer.get_absolute_url()).content.decode()
    for text in ("Demining command", "Spiez", "4 May 2099", "20 places", "Affected States", "1 April 2099"):
        assert text in page
    changed = client_of(norway).post(
        f"{offer.get_absolute_url()}edit/", WORKSHOP | {"place": "Geneva", "quantity": "1"}
    )
    assert changed.status_code == 302
    assert Workshop.objects.get().place == "Geneva"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"host": "Mr Smith"}, "host"),
        ({"ends": "2099-05-03"}, "ends"),
        ({"last_day": "2099-05-05"}, "starts"),
        ({"last_day": "2020-05-05"}, "last_day"),
        ({"starts": "soon"}, "starts"),
    ],
)
def test_R071_wrong_workshop_is_told_beside_the_field_and_kept(norway, values, field):
    response = client_of(norway).post("/offers/workshops/new/", WORKSHOP | values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Affected States" in response.content.decode()
    assert not Offer.objects.exists()


def test_R071_the_21st_application_to_20_places_waits_and_moves_up_by_mail(day):
    workshop = a_workshop(day, places=20)
    people = applicants(21)
    for user in people:
        sent = client_of(user).post(f"{workshop.offer.get_absolute_url()}apply/", APPLICATION)
        assert sent.status_code == 302
    last = people[-1]
    address = Application.objects.get(state=last.access.state).get_absolute_url()
    assert "On the waiting list" in client_of(last).get(address).content.decode()
    assert "Has a place" in client_of(people[19]).get(
        Application.objects.get(state=people[19].access.state).get_absolute_url()
    ).content.decode()  # fmt: skip
    OutboxMail.objects.all().delete()
    first = Application.objects.get(state=people[0].access.state)
    assert client_of(people[0]).post(f"{first.get_absolute_url()}withdraw/").status_code == 302
    assert "Has a place" in client_of(last).get(address).content.decode()
    (mail,) = OutboxMail.objects.filter(reader=last)
    assert (mail.path, mail.kind) == (address, "offers")
    assert "coalition" not in mail.body + mail.subject
    assert {m.reader for m in OutboxMail.objects.all()} == {last}  # the host has no account here


def test_R071_only_the_host_the_isu_and_the_applicant_see_an_application(chad, lao, isu, coordinator, workshop):
    host = person("che@test.org", "focal_point", state="CHE")
    application = applied(workshop, chad)
    address, every = application.get_absolute_url(), f"{workshop.offer.get_absolute_url()}applications/"
    for user, one, all_of_them in (
        (host, 200, 200), (isu, 200, 200), (chad, 200, 404), (lao, 404, 404), (coordinator, 404, 404),
    ):  # fmt: skip
        client = client_of(user)
        assert (client.get(address).status_code, client.get(every).status_code) == (one, all_of_them), user
        shown = WORD in client.get(address).content.decode()
        assert shown == (one == 200)
    for role in ("anonymous", "observer", "party", "president"):
        assert "Training centre" not in play(role).get(workshop.offer.get_absolute_url()).content.decode()
    (row,) = csv_rows(client_of(host).get(every, {"format": "csv"}))
    assert (row["applicant"], row["institution"], row["standing"]) == ("Chad", "Training centre", "has_place")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda w, day, by: Workshop.objects.filter(pk=w.pk).update(last_day=day - timedelta(1)), "last day to apply"),
        (
            lambda w, day, by: Offer.objects.filter(pk=w.offer_id).update(
                withdrawn_on=day, withdrawn_by=by, withdrawn_because="No room"
            ),
            "was withdrawn",
        ),
        (lambda w, day, by: applied(w, by, institution="training CENTRE"), "applied for this institution already"),
    ],
    ids=["late", "withdrawn", "twice"],
)
def test_R071_late_or_second_application_is_refused_with_a_clear_message_and_kept(chad, workshop, day, spoil, said):
    spoil(workshop, day, chad)
    before = Application.objects.count()
    response = client_of(chad).post(f"{workshop.offer.get_absolute_url()}apply/", APPLICATION)
    assert response.status_code == 422
    assert said in str(response.context["form"].errors)
    assert "We plan a coalition" in response.content.decode()
    assert Application.objects.count() == before


def test_R071_a_closed_workshop_shows_why_instead_of_the_form(chad, workshop, day):
    Workshop.objects.update(last_day=day - timedelta(1))
    page = client_of(chad).get(f"{workshop.offer.get_absolute_url()}apply/").content.decode()
    assert "The last day to apply is past." in page
    assert "For which institution" not in page


def test_R071_one_state_applies_for_several_institutions_and_an_organisation_too(chad, npa, workshop):
    for institution in ("Training centre", "Ministry"):
        applied(workshop, chad, institution=institution)
    applied(workshop, npa, minute=5)
    places = workshop.places_of(list(Application.objects.all()))
    assert [place.standing for place in places.values()] == ["has_place", "has_place", "waiting"]
    assert fresh(workshop.offer).left == 0


@pytest.mark.parametrize("wrong", [{"institution": "Mr Smith"}, {"institution": "x@y.org"}, {"language": "xx"}])
def test_R071_no_participant_is_named(chad, workshop, wrong):
    response = client_of(chad).post(f"{workshop.offer.get_absolute_url()}apply/", APPLICATION | wrong)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(wrong)
    assert not Application.objects.exists()


def test_R071_host_does_not_apply_to_its_own_workshop(workshop, coordinator, observer):
    host = person("che@test.org", "focal_point", state="CHE")
    for user in (host, coordinator, observer):
        assert client_of(user).get(f"{workshop.offer.get_absolute_url()}apply/").status_code == 403


def test_R071_host_accepts_and_declines_with_reason_and_the_applicant_is_told(chad, lao, norway, workshop):
    host = person("che@test.org", "focal_point", state="CHE")
    first, second, third = (applied(workshop, user, minute) for minute, user in enumerate((chad, lao, norway)))
    OutboxMail.objects.all().delete()
    client = client_of(host)
    assert client_of(chad).post(f"{first.get_absolute_url()}decide/", {"decision": "accepted"}).status_code == 403
    for sent, field in (
        ({"decision": "declined"}, "because"), ({"decision": ""}, "decision"), ({"decision": "perhaps"}, "decision"),
    ):  # fmt: skip
        response = client.post(f"{first.get_absolute_url()}decide/", sent)
        assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    waits = client.post(f"{third.get_absolute_url()}decide/", {"decision": "accepted"})
    assert "without a place" in str(waits.context["form"].errors["decision"])
    assert client.post(f"{second.get_absolute_url()}decide/", {"decision": "accepted"}).status_code == 302
    sent = {"decision": "declined", "because": "No coalition is planned"}
    assert client.post(f"{first.get_absolute_url()}decide/", sent).status_code == 302
    first.refresh_from_db()
    assert (first.decision, first.decided_on, first.decided_by) == ("declined", timezone.localdate(), host)
    assert "No coalition is planned" in client_of(chad).get(first.get_absolute_url()).content.decode()
    assert "Has a place" in client_of(norway).get(third.get_absolute_url()).content.decode()
    assert {mail.reader for mail in OutboxMail.objects.all()} == {chad, lao, norway}
    assert not [m for m in OutboxMail.objects.all() if WORD in m.body or "planned" in m.body]


def test_R071_more_places_let_those_who_wait_move_up_and_accepted_ones_are_kept(chad, lao, workshop, day):
    host = person("che@test.org", "focal_point", state="CHE")
    offer = workshop.offer
    accepted = [applied(workshop, user, minute) for minute, user in enumerate((chad, lao))]
    waits = applied(workshop, person("irq@test.org", "focal_point", state="IRQ"), 5)
    for application in accepted:
        decide(application, "accepted", because="", by=host, today=day)
    OutboxMail.objects.all().delete()
    fewer = {**WORKSHOP, "quantity": "1"}
    response = client_of(host).post(f"{offer.get_absolute_url()}edit/", fewer)
    assert list(response.context["form"].errors) == ["quantity"]
    assert client_of(host).post(f"{offer.get_absolute_url()}edit/", {**WORKSHOP, "quantity": "3"}).status_code == 302
    assert [mail.path for mail in OutboxMail.objects.all()] == [waits.get_absolute_url()]


def test_R071_applicants_are_told_of_a_withdrawn_workshop_and_still_read_it_when_it_is_not_public(chad, workshop):
    host = person("che@test.org", "focal_point", state="CHE")
    application = applied(workshop, chad)
    OutboxMail.objects.all().delete()
    client_of(host).post(f"{workshop.offer.get_absolute_url()}withdraw/", {"because": "No room"})
    assert [mail.reader for mail in OutboxMail.objects.all()] == [chad]
    assert "The workshop was withdrawn on" in client_of(chad).get(application.get_absolute_url()).content.decode()
    assert "No room" in client_of(chad).get(application.get_absolute_url()).content.decode()
    sent = {"decision": "accepted"}
    assert client_of(host).post(f"{application.get_absolute_url()}decide/", sent).status_code == 403
    with pytest.raises(Refused):
        decide(application, "accepted", because="", by=host, today=timezone.localdate())
    Offer.objects.update(is_public=False)
    assert client_of(chad).get(application.get_absolute_url()).status_code == 200


def test_R071_who_was_declined_is_accepted_where_a_place_is_free_and_only_there(chad, lao, norway, workshop, day):
    host = person("che@test.org", "focal_point", state="CHE")
    first, second = applied(workshop, chad, 1), applied(workshop, lao, 2)
    decide(first, "declined", because="By mistake", by=host, today=day)
    decide(first, "accepted", because="", by=host, today=day)
    decide(first, "declined", because="After all", by=host, today=day)
    applied(workshop, norway, 3)
    with pytest.raises(Refused, match="without a place"):
        decide(first, "accepted", because="", by=host, today=day)
    assert workshop.places_of([second])[second.pk].standing == "has_place"


def test_R071_who_loses_a_place_to_fewer_places_is_told(chad, lao, workshop, day):
    host = person("che@test.org", "focal_point", state="CHE")
    _kept, lost = applied(workshop, chad, 1), applied(workshop, lao, 2)
    OutboxMail.objects.all().delete()
    fewer = {**WORKSHOP, "quantity": "1"}
    assert client_of(host).post(f"{workshop.offer.get_absolute_url()}edit/", fewer).status_code == 302
    assert [mail.path for mail in OutboxMail.objects.all()] == [lost.get_absolute_url()]


def test_R071_who_applies_reads_whom_the_workshop_is_for(chad, workshop):
    Offer.objects.update(eligibility="States of Asia")
    assert "States of Asia" in client_of(chad).get(f"{workshop.offer.get_absolute_url()}apply/").content.decode()


def test_R071_an_application_is_in_a_language_of_the_workshop(chad, workshop):
    Offer.objects.update(languages=["fr", "ar"])
    address = f"{workshop.offer.get_absolute_url()}apply/"
    offered = client_of(chad).get(address).context["form"].fields["language"].choices
    assert [code for code, _label in offered] == ["", "ar", "fr"]
    refused = client_of(chad).post(address, {"institution": "Centre", "language": "en", "reason": "To learn."})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["language"])


def test_R071_the_host_reads_beforehand_whom_a_change_touches(workshop):
    client, address = client_of(person("che@test.org", "focal_point", state="CHE")), workshop.offer.get_absolute_url()
    assert "who applied last waits again and is told" in client.get(f"{address}edit/").content.decode()
    assert "Those who have applied are told." in client.get(address).content.decode()


def test_R071_mistakes_are_listed_in_the_order_of_the_page(norway):
    wrong = {"title": "", "host": "", "starts": "soon", "eligibility": "x" * 9000}
    page = client_of(norway).post("/offers/workshops/new/", WORKSHOP | wrong).content.decode()
    places = [page.index(f'href="#id_{name}"') for name in ("title", "host", "starts")]
    assert places == sorted(places)


def test_an_address_that_only_takes_forms_says_so_and_leads_back(chad, workshop):
    application = applied(workshop, chad)
    answer = client_of(chad).get(f"{application.get_absolute_url()}decide/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f'href="{application.get_absolute_url()}"' in answer.content.decode()


def test_switching_the_language_keeps_what_is_filtered_and_is_not_offered_over_a_refused_form(norway, settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
    client, switch = client_of(norway), 'name="next" value="/offers/?status=all&amp;area=clearance"'
    assert switch in client.get("/offers/?status=all&area=clearance").content.decode()
    refused = client.post("/offers/new/", OFFER | {"title": ""})
    assert refused.status_code == 422
    assert 'name="next"' not in refused.content.decode()


def test_R071_withdrawn_application_is_not_withdrawn_or_decided_again(chad, workshop, day):
    host = person("che@test.org", "focal_point", state="CHE")
    application = applied(workshop, chad)
    withdraw_application(application, by=chad, today=day)
    assert client_of(chad).post(f"{application.get_absolute_url()}withdraw/").status_code == 403
    sent = {"decision": "accepted"}
    assert client_of(host).post(f"{application.get_absolute_url()}decide/", sent).status_code == 403
    with pytest.raises(Refused):
        decide(application, "accepted", because="", by=host, today=day)
    assert applied(workshop, chad).pk  # one may apply again


def test_R071_nobody_takes_a_share_out_of_a_workshop(wide, workshop, day):
    host = person("che@test.org", "focal_point", state="CHE")
    share = ShareFactory.build(request=wide, supporter=workshop.offer.supporter, offer=workshop.offer, steps=None)
    with pytest.raises(Refused, match="applies"):
        pledge_share(share, by=host, today=day)


# --- expertise --------------------------------------------------------------------------------------------------------


def skills(client, **query):
    rows = json.loads(client.get("/expertise/", {**query, "format": "json"}).content)
    return {row["skill"] for row in rows}


stated = ExpertiseFactory


@pytest.mark.parametrize(
    "query",
    [
        {"q": "stockpile destruction, French"},
        {"area": "stockpile_destruction", "language": "fr"},
        {"q": "stockpile", "language": "fr"},
    ],
)
def test_R040_search_returns_only_profiles_with_both(client, query):
    stated(skill="Both", area_id="stockpile_destruction", languages=["en", "fr"])
    stated(skill="Burning", area_id="stockpile_destruction", languages=["en"])
    stated(skill="Mapping", languages=["fr"])
    assert skills(client, **query) == {"Both"}
    assert skills(client, q="norway swahili") == set()
    assert skills(client, q="norway") == {"Both", "Burning", "Mapping"}


def test_R040_supporter_states_changes_and_withdraws_a_line(norway, chad, client, day):
    assert client_of(norway).post("/expertise/new/", EXPERTISE).status_code == 302
    line = Expertise.objects.get()
    assert (line.supporter.code, line.stated_on, line.stated_by) == ("NOR", day, norway)
    page = client.get("/expertise/").content.decode()
    for text in ("Demolition", "Ammunition depot", "Stockpile destruction", "French", "Norway"):
        assert text in page
    assert "Demolition" in client.get("/supporters/NOR/").content.decode()
    edit = f"/expertise/{line.pk}/edit/"
    assert client_of(chad).get(edit).status_code == 403
    assert client_of(norway).post(edit, EXPERTISE | {"skill": "Disassembly"}).status_code == 302
    assert skills(client) == {"Disassembly"}
    assert client_of(chad).post(f"/expertise/{line.pk}/withdraw/").status_code == 403
    assert client_of(norway).post(f"/expertise/{line.pk}/withdraw/").status_code == 302
    assert skills(client) == set()
    assert Expertise.objects.get().withdrawn_on == day
    assert client_of(norway).get(edit).status_code == 404


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"holder": "Dr. Who"}, "holder"),
        ({"years": "0"}, "years"),
        ({"years": "99"}, "years"),
        ({"languages": []}, "languages"),
        ({"skill": ""}, "skill"),
        ({"area": "dance"}, "area"),
    ],
)
def test_R040_wrong_line_is_told_beside_the_field_and_kept(norway, values, field):
    response = client_of(norway).post("/expertise/new/", EXPERTISE | values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Expertise.objects.exists()


def test_R040_an_abbreviated_country_is_no_person(norway):
    assert client_of(norway).post("/expertise/new/", EXPERTISE | {"holder": "DR Congo depot"}).status_code == 302


def test_R023_expertise_of_an_organisation_shows_once_it_is_approved(client, npa):
    stated(code="NPA")
    Organisation.objects.filter(code="NPA").update(is_approved=False)
    assert skills(client) == set()
    assert skills(client_of(npa)) == {"Survey"}
    assert client_of(npa).post("/expertise/new/", EXPERTISE).status_code == 403


def test_R038_state_that_asks_and_offers_counts_once_in_each_role(client, coordinator):
    """Two open requests, one of them hidden, and two peer offers: one line, which says both."""
    mauritania = person("mrt@test.org", "focal_point", state="MRT")
    RequestFactory(state_id="MRT", areas=["clearance"])
    for title in ("Deminers who know the desert", "Trainers"):
        client_of(mauritania).post("/offers/new/", OFFER | {"title": title, "forms": ["peer_visit"]})
    client_of(mauritania).post("/expertise/new/", EXPERTISE | {"is_south_south": "on"})

    def roles(reader):
        rows = [row for row in csv_rows(reader.get("/supporters/?format=csv")) if row["name"] == "Mauritania"]
        return [(row["asks"], row["offers"], row["states_expertise"]) for row in rows]

    assert roles(client) == [("no", "yes", "yes")]  # the hidden request is not told of
    RequestFactory(state_id="MRT", public=True, areas=["clearance"])
    assert roles(client) == roles(client_of(coordinator)) == [("yes", "yes", "yes")]
    Offer.objects.all().update(withdrawn_on=timezone.localdate(), withdrawn_by=mauritania, withdrawn_because="x")
    Expertise.objects.update(withdrawn_on=timezone.localdate())
    assert roles(client) == [("yes", "no", "no")]


def test_R038_south_south_is_found_by_its_own_filter(chad, client):
    client_of(chad).post("/expertise/new/", EXPERTISE | {"is_south_south": "on"})
    stated(skill="North")
    assert skills(client, south_south="yes") == {"Demolition"}


# --- the database -----------------------------------------------------------------------------------------------------


def bad_offer(**values):
    return lambda: OfferFactory(**values)


def bad_workshop(**values):
    return lambda: WorkshopFactory(**values)


def bad_application(times=1, **values):
    def break_it():
        workshop = a_workshop(timezone.localdate())
        by = person("breaks@test.org")
        who = {"state_id": "TCD"} if "organisation" not in values else {}
        for number in range(times):
            Application.objects.create(
                workshop=workshop, institution="x" if number else "X", reason="x", language="en", applied_by=by,
                **who, **{name: value() if callable(value) else value for name, value in values.items()},
            )  # fmt: skip

    return break_it


def npa_itself():
    return Organisation.objects.get(code="NPA")


BREAKERS = {
    "offer_one_capacity": bad_offer(amount=1, currency="USD", quantity=1, unit="days"),
    "offer_capacity_positive": bad_offer(quantity=0, unit="days"),
    "offer_amount_has_currency": bad_offer(amount=1),
    "offer_quantity_has_unit": bad_offer(quantity=1),
    "offer_available_in_order": bad_offer(available_from="2026-05-02", available_until="2026-05-01"),
    "offer_withdrawn_with_reason": bad_offer(withdrawn_on="2026-05-02"),
    "offer_withdrawn_after_offered": lambda: OfferFactory(
        withdrawn_on="2020-05-02", withdrawn_by=person("gone@test.org"), withdrawn_because="x"
    ),
    "workshop_days_in_order": bad_workshop(ends="2020-01-01"),
    "workshop_applied_to_before_it_starts": bad_workshop(last_day="2099-01-01"),
    "application_of_state_or_organisation": lambda: bad_application(organisation=npa_itself, state_id="TCD")(),
    "application_once_by_state": bad_application(times=2),
    "application_once_by_organisation": bad_application(times=2, organisation=npa_itself),
    "application_decided_on_a_day": bad_application(decision="accepted"),
    "application_declined_with_reason": bad_application(
        decision="declined", decided_on="2026-01-01", decided_by=lambda: person("decides@test.org")
    ),
    "application_withdrawn_by_somebody": bad_application(withdrawn_on="2026-01-01"),
    "expertise_years_in_range": lambda: stated(years=0),
    "expertise_withdrawn_after_stated": lambda: stated(withdrawn_on="2020-01-01"),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint_is_broken_in_the_database(name):
    with pytest.raises(IntegrityError, match=rf"{name}|UNIQUE"), transaction.atomic():
        BREAKERS[name]()


def test_every_constraint_has_its_breaker():
    models = (Offer, Workshop, Application, Expertise)
    assert {c.name for model in models for c in model._meta.constraints} == set(BREAKERS)


@pytest.mark.parametrize("amount", [-1, 0])
def test_R019_negative_or_zero_capacity_is_refused_by_the_database(amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferFactory(amount=amount, currency="USD")


# --- publishing, as code calls it -------------------------------------------------------------------------------------


def test_R019_offer_of_expertise_needs_no_amount(norway, today):
    offer = Offer(
        supporter=own_supporter(norway.access), title="Training", description="Four weeks", forms=["training"]
    )
    publish_offer(offer, areas=["clearance"], by=norway, today=today)
    assert list(Offer.objects.visible_to(None).open(today)) == [offer]
    assert AuditEvent.objects.get(action="offer published").actor == norway


def test_offer_lasts_from_its_first_to_its_last_day(norway, today):
    offer = Offer(supporter=own_supporter(norway.access), title="Training", description="x", valid_until=today)
    publish_offer(offer, areas=["clearance"], by=norway, today=today)
    assert [Offer.objects.open(today + timedelta(n)).count() for n in (-1, 0, 1)] == [0, 1, 0]


def test_R019_a_state_on_no_list_of_donors_becomes_a_supporter_by_its_offer(chad):
    Supporter.objects.filter(code="TCD").delete()
    assert client_of(chad).post("/offers/new/", OFFER).status_code == 302
    assert Offer.objects.get().supporter.state_id == "TCD"
