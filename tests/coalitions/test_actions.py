"""Coalitions: the affected State leads, its confirmation activates, commitments bind to a request and to years."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.models import Obligation
from coalitions.actions import confirm_coalition, propose_coalition, record_commitment
from coalitions.enums import CoalitionStatus, MemberRole
from coalitions.models import Coalition, Commitment, Member
from reports.progress import section
from reports.statistics import statistics
from requests_app.actions import Refused
from requests_app.enums import Channel, Status
from requests_app.models import AssistanceRequest, Supporter
from tests.coalitions.factories import CoalitionFactory, CommitmentFactory, MemberFactory
from tests.requests_app.factories import RequestFactory

pytestmark = pytest.mark.django_db

WORD = "Zubrowka"


def supporter(code):
    return Supporter.objects.select_related("state", "organisation").get(code=code)


def found(asked, by, today, name="Survey together", members=(("NOR", MemberRole.DONOR),)):
    return propose_coalition(
        Coalition(name=name, purpose="Finish"),
        requests=[asked],
        members=[(supporter(code), role) for code, role in members],
        by=by,
        today=today,
    )


def test_R027_coalition_is_led_by_the_requesting_state_whoever_proposes(chad, coordinator, today):
    asked = RequestFactory(public=True, obligation=Obligation.objects.get(state="TCD", limb="4.1(a)"))
    for by in (chad, coordinator):
        coalition = found(asked, by, today)
        assert coalition.lead_id == "TCD"
        assert list(coalition.requests.all()) == [asked]
        assert [o.limb for o in coalition.obligations.all()] == ["4.1(a)"]


def test_R027_lead_cannot_be_chosen(chad, today):
    """A lead that somebody writes into the record is replaced by the requesting State."""
    coalition = Coalition(name="x", purpose="x", lead_id="NOR", status=CoalitionStatus.ACTIVE)
    propose_coalition(coalition, requests=[RequestFactory(public=True)], members=[], by=chad, today=today)
    assert coalition.lead_id == "TCD"


def test_R027_own_initiative_is_active_at_once(chad, today):
    coalition = found(RequestFactory(public=True), chad, today)
    assert (coalition.status, coalition.started_on) == (CoalitionStatus.ACTIVE, today)


def test_R027_proposal_waits_for_the_affected_state(chad, coordinator, today):
    coalition = found(RequestFactory(public=True), coordinator, today)
    assert (coalition.status, coalition.started_on) == (CoalitionStatus.PROPOSED, None)
    assert Coalition.objects.active_on(today).filter(pk=coalition.pk).count() == 0
    assert chad.email in OutboxMail.objects.values_list("to", flat=True)
    confirm_coalition(coalition, by=chad, today=today + timedelta(5))
    coalition.refresh_from_db()
    assert (coalition.status, coalition.started_on) == (CoalitionStatus.ACTIVE, today + timedelta(5))
    assert AuditEvent.objects.get(action="coalition confirmed").actor == chad


@pytest.mark.parametrize("status", [s for s in CoalitionStatus if s != CoalitionStatus.PROPOSED])
def test_R027_only_a_proposal_is_confirmed(chad, today, status):
    with pytest.raises(Refused):
        confirm_coalition(CoalitionFactory(status=status), by=chad, today=today)


def test_R027_donor_cannot_hold_the_role_of_lead():
    with pytest.raises(IntegrityError, match="coalition_member_is_not_lead"), transaction.atomic():
        MemberFactory(role=MemberRole.LEAD)


def test_R027_action_refuses_a_donor_as_lead(chad, today):
    with pytest.raises(Refused):
        found(RequestFactory(public=True), chad, today, members=[("NOR", MemberRole.LEAD)])


def test_R028_there_is_always_exactly_one_lead():
    assert not Coalition._meta.get_field("lead").null
    with pytest.raises(IntegrityError), transaction.atomic():
        Coalition.objects.create(slug="x", name="x")


def test_R028_co_leads_stand_beside_the_lead_with_their_dates():
    coalition = CoalitionFactory()
    member = MemberFactory(
        coalition=coalition, role=MemberRole.CO_LEAD, starts=date(2026, 1, 1), ends=date(2026, 6, 30)
    )
    assert list(coalition.members.filter(role="co_lead")) == [member]
    assert coalition.lead_id == "TCD"


def test_a_member_has_a_role_once():
    member = MemberFactory()
    with pytest.raises(IntegrityError, match=r"coalition_member_once|UNIQUE"), transaction.atomic():
        MemberFactory(coalition=member.coalition)
    MemberFactory(coalition=member.coalition, role=MemberRole.ADVISER)
    assert Member.objects.filter(coalition=member.coalition).count() == 2


def test_members_are_told_and_the_names_stay_apart(chad, norway, today):
    first, second = (found(RequestFactory(public=True), chad, today) for _ in range(2))
    assert first.slug != second.slug
    assert list(OutboxMail.objects.values_list("to", flat=True)) == [norway.email] * 2
    assert first.get_absolute_url() in OutboxMail.objects.first().body


def test_R026_mails_carry_no_confidential_text(chad, norway, today):
    found(RequestFactory(), chad, today, name=f"Chad: survey in {WORD}")
    assert not [mail for mail in OutboxMail.objects.all() if WORD in mail.subject + mail.body]


def test_R043_request_in_a_coalition_is_one_record_and_changes_no_total(chad, today):
    asked = RequestFactory(public=True, channel=Channel.ARTICLE_7, covered_year=2015)

    def totals():
        every = AssistanceRequest.objects.all()
        return statistics(2015, timezone.localdate(), every).record(), every.count()

    before = totals()
    found(asked, chad, today)
    assert totals() == before


# --- commitments ---


def commit(coalition, by, today, **values):
    return record_commitment(CommitmentFactory.build(coalition=coalition, **values), by=by, today=today)


@pytest.fixture
def running():
    """An active coalition on one answered request."""
    coalition = CoalitionFactory()
    asked = RequestFactory(public=True, status=Status.ANSWERED)
    coalition.requests.add(asked)
    MemberFactory(coalition=coalition)
    return coalition, asked


def test_R029_commitment_has_kind_amount_years_and_conditions(norway, running, today):
    coalition, asked = running
    commitment = commit(coalition, norway, today, request=asked, supporter=supporter("NOR"), condition="If voted")
    kept = Commitment.objects.get()
    assert kept == commitment
    assert (kept.kind, kept.amount, kept.currency, kept.from_year, kept.to_year) == (
        "financial",
        400_000,
        "USD",
        2026,
        2028,
    )
    assert (kept.condition, kept.recorded_on, kept.recorded_by) == ("If voted", today, norway)
    asked.refresh_from_db()
    assert asked.status == Status.AGREED
    assert AuditEvent.objects.get(action="commitment recorded").actor == norway


def test_R029_expertise_counts_without_an_amount(norway, running, today):
    coalition, asked = running
    commit(coalition, norway, today, request=asked, supporter=supporter("NOR"), in_kind=True)
    assert Commitment.objects.get().amount is None


def test_R029_second_commitment_leaves_the_request_agreed(norway, running, today):
    coalition, asked = running
    for _again in range(2):
        commit(coalition, norway, today, request=asked, supporter=supporter("NOR"))
        asked.refresh_from_db()
        assert asked.status == Status.AGREED
    assert asked.events.filter(action="agree").count() == 1


@pytest.mark.parametrize("status", [s for s in CoalitionStatus if s != CoalitionStatus.ACTIVE])
def test_R027_no_commitment_before_the_coalition_is_active_or_after_it_ended(norway, running, today, status):
    coalition, asked = running
    coalition.status = status
    coalition.save()
    with pytest.raises(Refused):
        commit(coalition, norway, today, request=asked, supporter=supporter("NOR"))
    assert Commitment.objects.count() == 0


def test_commitment_is_for_a_request_of_the_coalition(norway, running, today):
    with pytest.raises(Refused):
        commit(running[0], norway, today, request=RequestFactory(public=True), supporter=supporter("NOR"))


def test_commitment_is_a_members(norway, running, today):
    coalition, asked = running
    with pytest.raises(Refused):
        commit(coalition, norway, today, request=asked, supporter=supporter("JPN"))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"currency": ""}, "commitment_amount_has_currency"),
        ({"to_year": 2025}, "commitment_years_in_order"),
        ({"amount": -1}, "commitment_amount_not_negative"),
    ],
)
def test_R029_wrong_commitment_never_reaches_the_database(values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CommitmentFactory(**values)


# --- R34: counting as of a day ---


@pytest.fixture
def four_coalitions():
    """On 1 July 2026 three were active and one closed; the register's own are set aside."""
    Coalition.objects.update(label="partnership")
    for month in (1, 3, 6):
        CoalitionFactory(started_on=date(2026, month, 1))
    CoalitionFactory(started_on=date(2025, 1, 1), closed=True)
    CoalitionFactory(started_on=date(2026, 1, 1), partnership=True)
    CoalitionFactory(proposed=True)


@pytest.mark.parametrize(
    ("day", "count"),
    [("2026-07-01", 3), ("2026-06-30", 3), ("2026-06-29", 4), ("2026-05-31", 3), ("2025-12-31", 1), ("2024-12-31", 0)],
)
def test_R034_active_coalitions_as_of_a_day(four_coalitions, client, day, count):
    assert Coalition.objects.active_on(date.fromisoformat(day)).count() == count
    assert client.get("/coalitions/", {"as_of": day}).context["active"] == count


def test_R034_progress_report_counts_those_of_its_last_day(four_coalitions):
    assert len(section(date(2025, 7, 1), date(2026, 7, 1)).coalitions) == 3


def test_R034_all_member_roles_are_there():
    assert {"lead", "donor", "operator", "adviser", "observer"} <= set(MemberRole.values)
