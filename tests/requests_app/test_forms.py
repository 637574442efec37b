"""The needs form and its small companions: what is asked for, and what each refusal says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ccm_portal.register.models import Obligation, State
from requests_app.enums import AnswerKind, Visibility
from requests_app.forms import AnswerForm, RelayForm, StepForm, VisibilityForm
from requests_app.models import AssistanceRequest, EvidenceItem
from requests_app.writing.forms import EvidenceForm, NeedsForm

TODAY = date(2026, 11, 21)

pytestmark = pytest.mark.django_db

NEED = {
    "title": "Survey of the north",
    "areas": ["clearance"],
    "challenge": "No teams",
    "requirement": "Two teams",
    "kinds": ["technical"],
    "channel": "coordinators",
    "inform_coordinators": "on",
    "visibility": "coordinators_isu",
}
ITEM = {"claim": "Area", "figure": "2400000", "unit": "m²", "source": "Records", "dated": "2026-01-31", "method": "NTS"}


def form(submitting=False, **values):
    data = {key: value for key, value in {**NEED, **values}.items() if value is not None}
    return NeedsForm(data, instance=AssistanceRequest(state=State.objects.get(pk="TCD")), submitting=submitting)


def errors(**values):
    return form(**values).errors


def evidence(today, file=None, **values):
    files = {"file": file} if file else None
    return EvidenceForm({**ITEM, **values}, files, today=today, instance=EvidenceItem())


def test_R001_technical_and_material_without_amount_is_complete():
    asked = form(submitting=True, kinds=["technical", "material"])
    assert asked.is_valid()
    saved = asked.save()
    assert (saved.is_technical, saved.is_material, saved.is_financial) == (True, True, False)
    assert saved.resources is None
    assert saved.pk is None  # only actions write


def test_R001_amount_without_currency_is_refused_at_the_currency():
    assert set(errors(kinds=["financial"], total_cost="1000")) == {"currency"}


def test_R001_financial_kind_without_currency_is_refused_on_submission():
    assert "currency" in errors(submitting=True, kinds=["financial"])


@pytest.mark.parametrize("currency", ["US", "U5D", "$", "1234", "US "])
def test_R001_currency_is_a_three_letter_code(currency):
    assert set(errors(total_cost="1000", currency=currency)) == {"currency"}


def test_R001_currency_may_be_typed_small():
    asked = form(total_cost="1000", currency="usd")
    assert asked.is_valid()
    assert asked.save().currency == "USD"


@pytest.mark.parametrize("field", ["total_cost", "national_share", "external_secured"])
@pytest.mark.parametrize("amount", ["-1", "many", "1e400", "NaN", "0.001"])
def test_R011_amount_that_is_none_is_refused_at_its_field(field, amount):
    assert field in errors(**{"total_cost": "10", "currency": "USD", field: amount})


def test_R011_shares_need_their_total():
    assert set(errors(national_share="3", currency="USD")) == {"total_cost"}


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("3,000,000", 3_000_000), ("3 000 000", 3_000_000), ("500\u202f000", 500_000), ("500\u00a0000", 500_000),
        ("1’250", 1_250), ("1'000.50", Decimal("1000.50")), ("12", 12), ("2500000.5", Decimal("2500000.5")),
    ],
)  # fmt: skip
def test_R011_amounts_are_taken_as_people_and_the_portal_write_them(typed, amount):
    asked = form(total_cost=typed, currency="USD")
    assert asked.is_valid()
    assert asked.save().total_cost == amount


@pytest.mark.parametrize("typed", ["250.000", "1,5", "3,00,000", "1.000.000", "12,3456", ",000", "1 2 3"])
def test_R011_what_could_mean_two_amounts_is_refused_and_kept(typed):
    asked = form(total_cost=typed, currency="USD")
    assert set(asked.errors) == {"total_cost"}
    assert asked["total_cost"].value() == typed


@pytest.mark.parametrize("share", ["national_share", "external_secured"])
def test_R011_a_share_is_not_larger_than_the_total(share):
    """One zero too many makes a need look met."""
    assert set(errors(total_cost="100", currency="USD", **{share: "101"})) == {share}
    assert not errors(total_cost="100", currency="USD", **{share: "100"})


def test_R011_gap_follows_from_what_is_typed():
    asked = form(total_cost="10", national_share="3", external_secured="4", currency="USD")
    assert asked.is_valid()
    assert asked.save().resources.gap == Decimal(3)


@pytest.mark.parametrize("missing", ["title", "areas", "challenge", "requirement", "kinds"])
def test_R005_submission_asks_for_what_a_draft_may_lack(missing):
    assert set(errors(submitting=True, **{missing: None})) == {missing}
    assert form(**{missing: None}).is_valid()


@pytest.mark.parametrize("missing", ["challenge", "requirement"])
def test_R005_blanks_are_not_words(missing):
    assert set(errors(submitting=True, **{missing: "  \n "})) == {missing}


def test_R005_empty_draft_is_saved():
    assert form(**dict.fromkeys(["title", "areas", "challenge", "requirement", "kinds"])).is_valid()


def test_end_before_start_is_refused_at_the_end():
    assert set(errors(desired_start="2027-05-01", desired_end="2027-04-30")) == {"desired_end"}
    assert form(desired_start="2027-05-01", desired_end="2027-05-01").is_valid()


@pytest.mark.parametrize("day", ["2027-02-30", "tomorrow", "20270230"])
def test_day_that_is_none_is_refused(day):
    assert set(errors(desired_start=day)) == {"desired_start"}


def test_only_the_states_own_obligations_can_be_at_stake():
    own = Obligation.objects.get(state="TCD", limb="4.1(a)")
    foreign = Obligation.objects.get(state="LAO", limb="4.1(a)")
    assert form(obligation=own.pk).is_valid()
    assert set(errors(obligation=foreign.pk)) == {"obligation"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("areas", ["everything"]), ("kinds", ["moral"]), ("channel", "article_7"), ("visibility", "friends")],
)
def test_choice_that_is_none_is_refused(field, value):
    assert set(errors(**{field: value})) == {field}


def test_title_too_long_is_refused_and_says_how_long():
    assert "140" in str(errors(title="x" * 141)["title"])


def test_starts_hidden_from_all_but_coordinators_and_isu():
    asked = NeedsForm(instance=AssistanceRequest(state=State.objects.get(pk="TCD")))
    assert asked["visibility"].value() == Visibility.COORDINATORS_ISU
    assert asked["channel"].value() == "coordinators"
    assert asked["inform_coordinators"].value() is True


def test_form_cannot_change_status_reference_or_owner():
    """What is not on the form cannot be slipped in."""
    asked = form(
        status="closed_met", reference="X", state="LAO", submitted_on="2020-01-01", is_example="on", version="9"
    )
    assert asked.is_valid()
    saved = asked.save()
    assert (saved.status, saved.reference, saved.state_id, saved.submitted_on) == ("draft", "", "TCD", None)
    assert (saved.is_example, saved.version) == (False, 1)


# --- evidence ---


def test_R003_complete_item_of_evidence(today):
    item = evidence(today)
    assert item.is_valid()
    assert item.save(commit=False).is_complete


def test_R003_evidence_dated_in_the_future_is_refused(today):
    assert set(evidence(today, dated=str(today + timedelta(1))).errors) == {"dated"}
    assert evidence(today, dated=str(today)).is_valid()


@pytest.mark.parametrize("missing", ["claim", "source", "dated"])
def test_R003_evidence_names_its_claim_source_and_date(today, missing):
    assert set(evidence(today, **{missing: ""}).errors) == {missing}


def test_R003_evidence_without_a_figure_is_saved_as_less_than_full(today):
    item = evidence(today, figure="", unit="")
    assert item.is_valid()
    assert not item.save(commit=False).is_complete


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<p>", "Files of this type"),
        ("table.pdf", b"MZ\x90", "not what its name says"),
        ("photo.png", b"<svg onload='x'/>", "not what its name says"),
        ("plan.docx", b"%PDF-1.7", "not what its name says"),
    ],
)
def test_R003_disguised_file_is_refused_with_a_reason_at_the_field(today, name, content, said):
    refused = evidence(today, SimpleUploadedFile(name, content, content_type="application/pdf"))
    assert set(refused.errors) == {"file"}
    assert said in str(refused.errors["file"])


def test_R003_file_too_large_is_refused_unread(today, settings):
    settings.UPLOAD_MAX_BYTES = 10
    refused = evidence(today, SimpleUploadedFile("a.txt", b"x" * 11))
    assert "too large" in str(refused.errors["file"])


def test_R003_file_is_stored_under_a_name_that_cannot_be_guessed(today):
    item = evidence(today, SimpleUploadedFile("../Plan of the north.PDF", b"%PDF-1.7 x"))
    assert item.is_valid()
    saved = item.save(commit=False)
    assert saved.file_name == "Plan_of_the_north.pdf"
    assert len(saved.file.name) == 36
    assert "Plan" not in saved.file.name


# --- small forms ---


def test_R012_relay_names_its_recipients():
    assert set(RelayForm({"supporters": []}).errors) == {"supporters"}
    assert "XXX" in str(RelayForm({"supporters": ["XXX"]}).errors["supporters"])
    assert RelayForm({"supporters": ["NOR", "NPA"]}).is_valid()


@pytest.mark.parametrize("kind", AnswerKind)
def test_R013_answers_that_need_words_ask_for_them(kind):
    needs_words = kind in {AnswerKind.NEED_INFORMATION, AnswerKind.REFER}
    assert set(AnswerForm({"kind": kind}).errors) == ({"text"} if needs_words else set())
    assert AnswerForm({"kind": kind, "text": "Ask the UNDP"}).is_valid()


def test_R013_answer_has_a_kind():
    assert set(AnswerForm({"text": "Perhaps"}).errors) == {"kind"}


def test_R026_visibility_is_one_of_the_levels():
    assert set(VisibilityForm({"visibility": "friends"}).errors) == {"visibility"}
    for level in Visibility:
        assert VisibilityForm({"visibility": level}).is_valid()


def test_note_of_a_step_has_a_limit():
    assert StepForm({"note": "x" * 4000}).is_valid()
    assert not StepForm({"note": "x" * 4001}).is_valid()
