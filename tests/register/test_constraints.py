"""Every named constraint of the register is broken once, in the database itself."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from ccm_portal.register import models
from ccm_portal.register.models import (
    Action,
    ActionPlan,
    Completion,
    Decision,
    Document,
    DocumentVersion,
    ExtensionDecision,
    Indicator,
    IndicatorValue,
    Meeting,
    MeetingSchedule,
    Obligation,
    Office,
    OfficeTerm,
    PublishedDate,
    ReportedFigure,
    ReportForm,
    ReportingYear,
    State,
    TemplateFile,
    TransparencyReport,
)

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_app_config("register").get_models()
    for constraint in model._meta.constraints
}
DAY = date(2024, 1, 31)


def a_state(**values):
    State.objects.create(**{"iso3": "XXA", "iso2": "XA", "name": "Ruritania"} | values)


def an_obligation(**values):
    return Obligation.objects.create(**{"state_id": "VUT", "article": 4, "limb": "4.1(a)"} | values)


def a_schedule(**values):
    meeting = Meeting.objects.get(code="13MSP")
    days = {"first_day": "2025-08-01", "last_day": "2030-09-02", "moved_on": DAY}
    return MeetingSchedule.objects.create(**{"meeting": meeting} | days | values)


def twice(model, **values):
    model.objects.create(**values)
    model.objects.create(**values)


def a_report(**values):
    return {"state_id": "VUT", "kind": "annual", "covered_year": 2026, "received_on": DAY} | values


def a_document(symbol="CCM/TEST/1", **values):
    return Document.objects.create(symbol=symbol, title="Test", kind="working_paper", **values)


def its_own_successor():
    document = a_document()
    Document.objects.filter(pk=document.pk).update(supersedes=document.pk)


def baselines():
    indicator = Indicator.objects.get(code="lap-40-assistance-provided")
    for year in (2021, 2022):
        IndicatorValue.objects.create(indicator=indicator, year=year, value=1, is_baseline=True)


def a_figure(**values):
    report = TransparencyReport.objects.create(**a_report())
    return {"report": report, "form": "F", "article": 4, "what": "area_released", "value": 1} | values


BREAKERS = {
    "state_signed_before_deposit": lambda: a_state(signed="2011-01-02", deposited="2011-01-01", instrument="accession"),
    "state_withdraws_after_deposit": lambda: a_state(
        deposited="2011-01-01", instrument="accession", withdrawal_received="2011-01-01"
    ),
    "state_instrument_with_deposit": lambda: a_state(deposited="2011-01-01"),
    "meeting_days_in_order": lambda: Meeting.objects.create(
        code="99MSP", kind="msp", first_day="2030-09-02", last_day="2030-09-01"
    ),
    "state_conflict_delays_a_withdrawal": lambda: a_state(
        deposited="2011-01-01", instrument="accession", conflict_goes_on=True
    ),
    "schedule_days_in_order": lambda: a_schedule(first_day="2030-09-02", last_day="2030-09-01"),
    "schedule_moved_once_a_day": lambda: [a_schedule(), a_schedule(first_day="2030-08-01")],
    "published_once_by_a_source": lambda: twice(PublishedDate, state_id="VUT", kind="7.1", day=DAY, source="A list"),
    "obligation_once_per_clock": lambda: twice(Obligation, state_id="VUT", article=4, limb="4.1(a)"),
    "obligation_once_per_hostilities": lambda: twice(
        Obligation, state_id="VUT", article=4, limb="4.1(b)", hostilities_ended=DAY
    ),
    "obligation_limb_of_its_article": lambda: an_obligation(article=3),
    "obligation_hostilities_only_new": lambda: an_obligation(hostilities_ended=DAY),
    "extension_sequence_once": lambda: twice(
        ExtensionDecision, obligation=an_obligation(), sequence=1, outcome="pending"
    ),
    "extension_grant_has_length": lambda: ExtensionDecision.objects.create(
        obligation=an_obligation(), sequence=1, outcome="granted"
    ),
    "completion_once_per_kind": lambda: twice(Completion, obligation=an_obligation(), day=DAY),
    "completion_day_unless_unknown": lambda: Completion.objects.create(obligation=an_obligation(), day=None),
    "report_initial_once": lambda: twice(TransparencyReport, **a_report(kind="initial", covered_year=None)),
    "report_annual_once": lambda: twice(TransparencyReport, **a_report()),
    "report_year_if_annual": lambda: TransparencyReport.objects.create(**a_report(kind="initial")),
    "report_has_a_date": lambda: TransparencyReport.objects.create(**a_report(received_on=None)),
    "report_signed_before_received": lambda: TransparencyReport.objects.create(**a_report(signed_on="2024-02-01")),
    "report_form_once": lambda: twice(ReportForm, report=TransparencyReport.objects.create(**a_report()), form="C"),
    "report_form_cites_when_unchanged": lambda: ReportForm.objects.create(
        report=TransparencyReport.objects.create(**a_report()), form="C", filed="filled", unchanged_since=DAY
    ),
    "reported_figure_once": lambda: twice(ReportedFigure, **a_figure()),
    "reported_figure_not_negative": lambda: ReportedFigure.objects.create(**a_figure(value=-1)),
    "reporting_year_once": lambda: twice(ReportingYear, covered_year=2026, complete_on=DAY, source="A list"),
    "reporting_year_names_its_source": lambda: ReportingYear.objects.create(covered_year=2026, complete_on=DAY),
    "template_file_once": lambda: twice(TemplateFile, version="1", language="en", symbol="CCM/1"),
    "template_file_can_be_found": lambda: TemplateFile.objects.create(version="1", language="en"),
    "office_term_once": lambda: twice(OfficeTerm, office=Office.objects.first(), state_id="VUT", starts=DAY),
    "office_term_in_order": lambda: OfficeTerm.objects.create(
        office=Office.objects.first(), state_id="VUT", starts=DAY, ends="2024-01-30"
    ),
    "office_placeholder_once": lambda: Office.objects.filter(kind="coordinator").update(placeholder="same"),
    "document_symbol_once": lambda: [a_document(), a_document("ccm/test/1")],
    "document_not_its_own_successor": its_own_successor,
    "document_version_once": lambda: twice(DocumentVersion, document=a_document(), language="en", url="https://x.org"),
    "document_version_is_somewhere": lambda: DocumentVersion.objects.create(document=a_document(), language="en"),
    "decision_extension_has_its_kind": lambda: Decision.objects.create(
        code="x",
        meeting=Meeting.objects.get(code="9MSP"),
        title="x",
        text="x",
        kind="other",
        extension=ExtensionDecision.objects.first(),
    ),
    "indicator_value_once": lambda: twice(
        IndicatorValue, indicator=Indicator.objects.get(code="lap-40-assistance-provided"), year=2021, value=1
    ),
    "indicator_one_baseline": baselines,
    "action_plan_days_in_order": lambda: ActionPlan.objects.create(code="X", name="X", starts=DAY, ends="2024-01-30"),
    "action_number_once": lambda: twice(
        Action, plan=ActionPlan.objects.get(code="LAP"), number="99", title="Twice", order=99
    ),
    "import_warning_once": lambda: twice(models.ImportWarning, source="paper line 1", field="list"),
}
# The other way to break a rule that has two sides.
OTHER_SIDES = [
    ("state_instrument_with_deposit", lambda: a_state(instrument="accession")),
    ("state_withdraws_after_deposit", lambda: State.objects.filter(pk="LTU").update(withdrawal_received="2011-03-23")),
    (
        "state_conflict_delays_a_withdrawal",
        lambda: State.objects.filter(pk="LTU").update(conflict_ended=DAY, conflict_goes_on=True),
    ),
    ("obligation_limb_of_its_article", lambda: an_obligation(limb="5.1")),
    ("obligation_limb_of_its_article", lambda: an_obligation(article=6, limb="6.1")),
    ("obligation_hostilities_only_new", lambda: an_obligation(limb="4.1(b)")),
    (
        "completion_day_unless_unknown",
        lambda: Completion.objects.create(obligation=an_obligation(), day=DAY, precision="unknown"),
    ),
    ("report_year_if_annual", lambda: TransparencyReport.objects.create(**a_report(covered_year=None))),
]


def refusal(breaker):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        breaker()
    return str(caught.value)


def names(message, constraint):
    """Whether a refusal names its constraint. Of a unique one SQLite names the columns instead."""
    if connection.vendor != "sqlite" or isinstance(constraint, CheckConstraint):
        return constraint.name in message
    return "UNIQUE constraint failed" in message and all(f".{name}" in message for name in columns(constraint))


def columns(constraint):
    model = next(m for m in apps.get_app_config("register").get_models() if constraint in m._meta.constraints)
    return [model._meta.get_field(name).column for name in constraint.fields]


def test_every_constraint_is_broken_here():
    assert set(BREAKERS) == set(CONSTRAINTS)
    assert all(isinstance(c, CheckConstraint | UniqueConstraint) for c in CONSTRAINTS.values())


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint(name):
    assert names(refusal(BREAKERS[name]), CONSTRAINTS[name])


@pytest.mark.parametrize(("name", "breaker"), OTHER_SIDES, ids=[name for name, _breaker in OTHER_SIDES])
def test_other_side_of_a_constraint(name, breaker):
    assert names(refusal(breaker), CONSTRAINTS[name])


def test_withdrawal_without_deposit_is_refused():
    assert "state_withdraws_after_deposit" in refusal(lambda: a_state(withdrawal_received="2024-01-01"))


def test_grant_of_no_month_is_refused():
    refusal(
        lambda: ExtensionDecision.objects.create(
            obligation=an_obligation(), sequence=1, outcome="granted", granted_months=0
        )
    )


def test_later_discovery_opens_an_obligation_beside_the_completed_one():
    declared = Obligation.objects.get(state="NOR", limb="4.1(a)")
    found = Obligation.objects.create(state_id="NOR", article=4, limb="4.1(a)", follows=declared)
    assert found.follows == declared


# --- what the constraints must allow ---------------------------------------------------------------------------------


def test_signature_and_deposit_on_one_day_are_allowed():
    a_state(signed="2011-01-01", deposited="2011-01-01", instrument="ratification")


def test_meeting_of_one_day_is_allowed():
    Meeting.objects.create(code="99MSP", kind="msp", first_day=DAY, last_day=DAY)


def test_each_period_of_hostilities_is_allowed_beside_the_first_clock():
    """Edge case 8: parallel Article 4 clocks."""
    an_obligation()
    an_obligation(limb="4.1(b)", hostilities_ended="2024-01-31")
    an_obligation(limb="4.1(b)", hostilities_ended="2025-01-31")


def test_grant_by_date_or_by_months_is_allowed():
    obligation = an_obligation()
    ExtensionDecision.objects.create(obligation=obligation, sequence=1, outcome="granted", granted_months=18)
    ExtensionDecision.objects.create(obligation=obligation, sequence=2, outcome="granted", granted_until=DAY)
    ExtensionDecision.objects.create(obligation=obligation, sequence=3, outcome="refused")


def test_completion_of_unknown_day_is_allowed():
    Completion.objects.create(obligation=an_obligation(), day=None, precision="unknown")


def test_reports_of_two_years_and_the_initial_one_are_allowed():
    for values in ({}, {"covered_year": 2027}, {"kind": "initial", "covered_year": None}):
        TransparencyReport.objects.create(**a_report(**values))
