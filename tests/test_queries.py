"""A page costs the same number of queries for one row and for many, and never more than twelve."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.register.known import known_register
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation, OfficeTerm, TransparencyReport
from ccm_portal.register.picking import known_names
from coalitions.models import CaseStudy, WorkPlan
from reports.finding import known_library
from reports.models import Practice
from requests_app.authors.models import Author, Remark
from requests_app.channels.models import DirectChannel
from requests_app.country_requests.models import CountryRequest, Joining, Line, Split
from requests_app.enums import Status
from requests_app.models import Supporter
from requests_app.offers.models import Workshop
from requests_app.queries import known_support, known_words
from requests_app.shares.models import DeliveryPart, Share, known_rates
from requests_app.waiting.models import known_limits
from tests.coalitions.factories import (
    ActivityFactory,
    CoalitionFactory,
    MemberFactory,
    PlanStepFactory,
    WorkPlanFactory,
    a_commitment,
)
from tests.conftest import person
from tests.requests_app.factories import (
    AnswerFactory,
    ApplicationFactory,
    DeliveryFactory,
    EventFactory,
    EvidenceFactory,
    ExpertiseFactory,
    OfferFactory,
    RelayFactory,
    RequestFactory,
    ShareFactory,
    SupportRecordFactory,
    WorkshopFactory,
)
from tests.test_access import play

pytestmark = pytest.mark.django_db

MOST = 12


HELPERS = ["NPA", "CHE", "DEU", "USA", "HALO"]
MANY = 4


@pytest.fixture
def first():
    """One of everything, for Mauritania."""
    asked = RequestFactory(
        reference="MRT-1",
        state_id="MRT",
        public=True,
        costed=True,
        areas=["clearance"],
        status=Status.RELAYED,
        obligation=Obligation.objects.get(state="MRT", limb="4.1(a)"),
    )
    coalition = CoalitionFactory(slug="mrt", lead_id="MRT")
    coalition.requests.add(asked)
    coalition.obligations.add(asked.obligation)
    MemberFactory(coalition=coalition, code="NOR")
    RelayFactory(request=asked, code="NOR")
    WorkPlanFactory(slug="plan")
    OfferFactory(pk=900, quantity=99, unit="days", forms=["training"])
    WorkshopFactory(offer__pk=901, offer__code="NPA")
    add(asked, coalition, 0)
    return asked, coalition


def add(asked, coalition, number):
    """One more row of everything that a page could list."""
    helper, today = HELPERS[number], timezone.localdate()
    another = RequestFactory(
        state_id="MRT", public=True, costed=True, areas=["clearance", "other"], obligation=asked.obligation
    )
    if number == 0:
        group = CountryRequest.objects.create(
            reference="MRT-CR-1", state_id="MRT", title="Needs", created_by=person("cr@access.org")
        )
        Line.objects.create(country_request=group, request=asked)
    group = asked.line.country_request
    for need in (another, RequestFactory(state_id="MRT", draft=True, areas=["clearance"])):
        Line.objects.create(country_request=group, request=need)
    writer = person(f"writer{number}@access.org", Role.AUTHOR, state="MRT")
    Author.objects.create(request=asked, user=writer, level="edit", may_sign_off=True, invited_by=writer)
    Remark.objects.create(request=asked, author=writer, text="Which year?")
    CountryRequest.objects.create(reference=f"MRT-CR-2{number}", state_id="MRT", title="More", created_by=writer)
    Joining.objects.create(
        closed=RequestFactory(state_id="MRT", public=True, status="withdrawn"), survivor=asked, on=today, by=writer
    )
    Split.objects.create(
        original=asked, part=RequestFactory(state_id="MRT", public=True), on=today, by=writer, currency="USD"
    )
    for request in (asked, another):
        EvidenceFactory(request=request)
        EventFactory(request=request, on=today)
        AnswerFactory(relay=RelayFactory(request=request, code=helper))
        coalition.requests.add(request)
    for _again in range(2):
        RelayFactory(request=RequestFactory(state_id="MRT", match_parties=True, status="relayed"), code="NOR")
    for state in ("MRT", "SOM", "NOR"):
        RequestFactory(state_id=state, draft=True)
        OfferFactory(code="NOR", areas=["clearance", "victim_assistance"])
    MemberFactory(coalition=coalition, code=helper)
    a_commitment(coalition, request=asked, code="NOR", currency="EUR")
    share = a_commitment(coalition, request=asked, code=helper, committed=True, due_on=date(2020, 1, 1))
    DeliveryPart.objects.create(
        delivery=DeliveryFactory(share=share), supporter=Supporter.objects.get(code="NOR"), amount=1
    )
    DeliveryFactory(share=Share.objects.filter(status="committed").first(), said=True)
    ShareFactory(request=asked, offer_id=900, is_public=True, committed=True)
    for state in ("MRT", "SOM"):
        ApplicationFactory(workshop=Workshop.objects.get(offer=901), state_id=state)
    ExpertiseFactory(code=helper, languages=["fr"])
    WorkshopFactory()
    SupportRecordFactory(code=helper, recipient_id="MRT", year=2020)
    SupportRecordFactory(code="NOR", recipient_id="SOM", year=2010 + number, number=9)
    DirectChannel.objects.create(
        request=asked, supporter=Supporter.objects.get(code=helper), asked_side="state", asked_on=today,
        asked_by=writer, consented_on=today, consented_by=writer,
    )  # fmt: skip
    waits = CoalitionFactory(lead_id="MRT", proposed=True)
    MemberFactory(coalition=waits, code="NOR")
    plan = WorkPlan.objects.get(slug="plan")
    activity = ActivityFactory(plan=plan)
    activity.actions.add(*plan_actions(number))
    PlanStepFactory(plan=plan, activity=activity, quarter_start=today + timedelta(days=92 * number))
    WorkPlanFactory()
    meeting = Meeting.objects.create(
        code=f"{90 + number}MSP", kind="msp", first_day=today, last_day=today, decisions_recorded=False
    )
    taken = asked.obligation.extensions.count()
    ExtensionDecision.objects.create(
        obligation=asked.obligation, sequence=taken + 1, meeting=meeting, outcome="not_seen"
    )
    TransparencyReport.objects.create(state_id="MRT", kind="annual", covered_year=2012 + number, received_on=today)
    term = OfficeTerm.objects.first()
    OfficeTerm.objects.create(office=term.office, state_id="MRT", starts=today - timedelta(days=number + 1))
    Practice.objects.create(code=f"T{number}", title="A practice", year=2026)
    CaseStudy.objects.create(code=f"t{number}", name="A partnership", actors="Norway", text="-", source="A paper")


def plan_actions(number):
    from_register = WorkPlan.objects.get(slug="cooperation-2023-2024").activities.all()
    return [action for activity in from_register[: number + 1] for action in activity.actions.all()]


def queries(client, address):
    """What a page asks of the database in a process that has served one before: the register and the supporters are
    kept for up to a minute, and read before this count."""
    known_register.forget()
    _ = known_register().complete_days
    for kept in (known_support, known_limits, known_rates, known_library, known_words, known_names):
        kept()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address)
        response.getvalue()
    assert response.status_code == 200, address
    return captured.captured_queries


PAGES = [
    "/",
    "/states/",
    "/states/?per_page=100",
    "/states/?format=csv",
    "/states/mrt/",
    "/states/nor/",
    "/deadlines/",
    "/deadlines/?article=7&per_page=100",
    "/deadlines/?status=all&per_page=100",
    "/deadlines/?format=json",
    "/deadlines.ics",
    "/deadlines.ics?state=MRT&reports=on",
    "/deadlines/forecast/",
    "/states/mrt/deadlines/4-1a/",
    "/states/mrt/deadlines/7-1/",
    "/extension-requests/",
    "/extension-requests/?per_page=100",
    "/extension-requests/?format=csv",
    "/time-bound-obligations/",
    "/events/",
    "/events/?format=csv",
    "/requests/",
    "/requests/?state=MRT",
    "/requests/?state=MRT&q=survey&area=clearance&status=open&kind=technical",
    "/requests/?state=MRT&as_of=2099-12-31",
    "/requests/?format=csv",
    "/requests/?format=xlsx",
    "/requests/?per_page=100",
    "/requests/MRT-1/",
    "/country-requests/MRT-CR-1/",
    "/offers/",
    "/offers/?area=clearance",
    "/offers/?format=csv",
    "/offers/?status=free&q=clearance+norway&form=expertise&language=fr",
    "/offers/900/",
    "/offers/901/",
    "/expertise/",
    "/expertise/?q=clearance,+French&area=clearance&language=fr",
    "/expertise/?format=csv",
    "/supporters/",
    "/supporters/?format=csv",
    "/supporters/NOR/",
    "/coalitions/",
    "/coalitions/?format=csv",
    "/coalitions/mrt/",
    "/case-studies/",
    "/case-studies/?format=json",
    "/work-plans/",
    "/work-plans/plan/",
    "/work-plans/?format=json",
    "/reports/",
    "/search/?q=mauritania",
    "/states/?q=mauretania",
    "/offers/?q=training",
    "/supporters/?q=norway",
    "/coalitions/?q=mauritania",
    "/documents/?q=ccm",
    "/reports/statistics/",
    "/reports/statistics/?covered_year=2017&as_of=2018-06-27",
    "/reports/requested-provided/",
    "/reports/requested-provided/?by=area&examples=on",
    "/reports/requested-provided/?format=csv",
    "/reports/progress/",
    "/reports/progress/?starts=2000-01-01&ends=2099-12-31",
    "/reports/progress/?starts=2000-01-01&ends=2099-12-31&format=docx",
    "/library/",
    "/transparency-reports/lao/",
    "/library/papers/004_a4193fc03d52ba90/",
    "/library/?per_page=100",
]
SIGNED_IN = ["/dashboard/", "/matching/", "/matching/weights/", "/market/"]
OWN = {
    "anonymous": [],
    "owner": [*SIGNED_IN, "/accounts/mail/", "/requests/MRT-1/silence/", "/requests/new/", "/requests/MRT-1/matches/",
              "/requests/MRT-1/visibility/", "/requests/MRT-1/authors/", "/requests/MRT-1/split/",
              "/requests/MRT-1/join/", "/coalitions/new/?request=MRT-1", "/coalitions/propose/mrt/",
              "/coalitions/mrt/commitments/new/", "/requests/MRT-1/channels/", "/offers/901/apply/",
              "/requests/MRT-1/shares/new/"],
    "party": [*SIGNED_IN, "/offers/new/", "/offers/900/edit/", "/requests/MRT-1/shares/new/", "/supporters/NOR/edit/",
              "/coalitions/mrt/commitments/new/"],
    "partner": [*SIGNED_IN, "/requests/MRT-1/channels/", "/offers/901/applications/", "/offers/901/edit/"],
    "coordinator": [*SIGNED_IN, "/priorities/", "/follow-ups/", "/requests/waiting/", "/requests/MRT-1/silence/",
                    "/requests/MRT-1/matches/", "/coalitions/new/?request=MRT-1", "/coalitions/mrt/commitments/new/"],
    "president": ["/dashboard/", "/market/"],
    "isu": [*SIGNED_IN, "/channels/", "/channels/?format=csv", "/requests/MRT-1/channels/",
            "/priorities/", "/follow-ups/", "/follow-ups/?format=csv", "/requests/waiting/",
            "/requests/waiting/limits/", "/accounts/mail/", "/requests/MRT-1/matches/",
            "/coalitions/mrt/commitments/new/", "/offers/901/applications/?format=csv"],
}  # fmt: skip
#: Pages in which the roles differ, for those who do not crawl them all.
LISTS = [page for page in PAGES if "?" not in page]
TELLING = [
    "/",
    "/states/mrt/",
    "/requests/",
    "/requests/MRT-1/",
    "/country-requests/MRT-CR-1/",
    "/coalitions/",
    "/coalitions/mrt/",
    "/offers/",
    "/offers/900/",
    "/offers/901/",
    "/expertise/",
]


def addresses(role):
    return [*(PAGES if role == "isu" else LISTS if role == "anonymous" else TELLING), *OWN[role]]


@pytest.mark.parametrize("role", OWN)
def test_pages_cost_the_same_with_one_row_and_with_many_and_no_more_than_twelve(role, first):
    """Three of the twelve find out who is reading: session, person, appointments."""
    client = play(role)
    client.get("/requests/MRT-1/")  # the first opening of a day leaves a mark
    few = {address: len(queries(client, address)) for address in addresses(role)}
    for number in range(1, 1 + MANY):
        add(*first, number)
    many = {address: len(queries(client, address)) for address in addresses(role)}
    grown = {address: (few[address], many[address]) for address in few if few[address] != many[address]}
    over = {address: number for address, number in many.items() if number > MOST}
    assert (grown, over) == ({}, {})


@pytest.mark.parametrize("role", ["owner", "coordinator", "isu"])
def test_no_page_asks_the_same_query_twice(role, first):
    """The same SQL with the same values, asked again on one page, is work thrown away."""
    client = play(role)
    twice = {}
    for address in [*TELLING, *OWN[role]]:
        texts = [query["sql"] for query in queries(client, address)]
        if len(set(texts)) < len(texts):
            twice[address] = sorted(text[:120] for text in set(texts) if texts.count(text) > 1)
    assert twice == {}


def test_form_of_a_request_costs_the_same_with_much_evidence(first):
    client = play("owner")
    draft = RequestFactory(reference="MRT-9", state_id="MRT", draft=True)
    EvidenceFactory(request=draft)
    few = len(queries(client, "/requests/MRT-9/edit/"))
    EvidenceFactory.create_batch(5, request=draft)
    assert len(queries(client, "/requests/MRT-9/edit/")) == few
