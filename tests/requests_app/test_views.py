"""The pages of requests as people use them: what is typed is kept, what is refused says why, nothing is half-saved."""

import csv
import io
import json
import re
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.models import Obligation
from requests_app.actions import save_request
from requests_app.enums import AnswerKind, EvidenceLevel, Status, Visibility
from requests_app.models import Answer, AssistanceRequest, EvidenceItem, Offer, Relay, SearchText, SupportRecord
from tests.requests_app.factories import (
    AnswerFactory,
    EventFactory,
    EvidenceFactory,
    OfferFactory,
    RelayFactory,
    RequestFactory,
    SupportRecordFactory,
)
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

NEED = {
    "title": "Survey of the north",
    "areas": ["clearance", "risk_education"],
    "challenge": "The teams have stood down.",
    "requirement": "Two teams for a year.",
    "kinds": ["technical", "financial"],
    "total_cost": "10",
    "national_share": "3",
    "external_secured": "4",
    "currency": "usd",
    "desired_start": "2027-01-01",
    "desired_end": "2027-12-31",
    "consequence": "Another estimate.",
    "institution": "National authority",
    "national_plan": "in preparation",
    "channel": "coordinators",
    "inform_coordinators": "on",
    "visibility": "match_parties",
}
ITEM = {"claim": "Area", "figure": "2400000", "unit": "m²", "source": "Records", "dated": "2026-01-31", "method": "NTS"}


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def typed(*items, initial=0, **values):
    """The form as a browser sends it."""
    data = {key: value for key, value in {**NEED, **values}.items() if value is not None}
    data |= {"evidence-TOTAL_FORMS": str(len(items)), "evidence-INITIAL_FORMS": str(initial)}
    for number, item in enumerate(items):
        data |= {f"evidence-{number}-{name}": value for name, value in item.items()}
    return data


def stored(reference):
    return AssistanceRequest.objects.get(reference=reference)


# --- the needs form ---------------------------------------------------------------------------------------------------


def test_request_new_submitted_in_one_go(chad, coordinator):
    """The happy path: filled, submitted, numbered, told, found."""
    file = SimpleUploadedFile("Survey.csv", b"area;m2\nnorth;2400000\n")
    year = timezone.localdate().year
    response = client_of(chad).post("/requests/new/", typed({**ITEM, "file": file}, submit="1"))
    assert response.url == f"/requests/TCD-{year}-001/"
    asked = stored(f"TCD-{year}-001")
    assert (asked.status, asked.submitted_on) == (Status.SUBMITTED, timezone.localdate())
    assert {area.pk for area in asked.areas.all()} == {"clearance", "risk_education"}
    assert [kind.value for kind in asked.kinds] == ["technical", "financial"]
    assert (asked.currency, asked.resources.gap, asked.evidence_level) == ("USD", 3, EvidenceLevel.FULLY)
    assert asked.created_by == chad
    assert OutboxMail.objects.get().to == coordinator.email
    page = client_of(coordinator).get(response.url).content.decode()
    for text in ("Survey of the north", "Two teams for a year.", "National authority", "2,400,000 m²", "USD 3"):
        assert text in page


def test_request_new_saved_as_an_empty_draft(chad):
    blank = dict.fromkeys([*NEED], "") | {"areas": [], "kinds": [], "channel": "coordinators", "visibility": "public"}
    response = client_of(chad).post("/requests/new/", typed(**blank, save=""))
    assert response.status_code == 302
    asked = AssistanceRequest.objects.get(state="TCD", status="draft")
    assert response.url == asked.get_absolute_url()
    assert OutboxMail.objects.count() == 0
    page = client_of(chad).get(response.url).content.decode()
    assert "Draft without a title" in page
    assert "Continue the draft" in page


def test_draft_is_continued_and_submitted(chad):
    client = client_of(chad)
    address = client.post("/requests/new/", typed(requirement="", save="")).url
    asked = AssistanceRequest.objects.get(status="draft")
    assert "The teams have stood down." in client.get(f"{address}edit/").content.decode()
    response = client.post(f"{address}edit/", typed(version=str(asked.version), submit="1"))
    year = timezone.localdate().year
    assert response.url == f"/requests/TCD-{year}-001/"
    assert stored(f"TCD-{year}-001").requirement == "Two teams for a year."


FUTURE = str(timezone.localdate() + timedelta(days=400))
BAD = [
    ("amount without currency", {"currency": ""}, {}, "id_currency", "Say in which currency"),
    ("shares without a total", {"total_cost": ""}, {}, "id_total_cost", "Give the total"),
    ("a negative amount", {"total_cost": "-5"}, {}, "id_total_cost", "greater than or equal to 0"),
    ("an amount in words", {"total_cost": "a million"}, {}, "id_total_cost", "Enter a number"),
    ("no such currency", {"currency": "US"}, {}, "id_currency", "three-letter"),
    ("end before start", {"desired_end": "2026-12-31"}, {}, "id_desired_end", "before the start"),
    ("no such day", {"desired_start": "2027-02-30"}, {}, "id_desired_start", "Enter a valid date"),
    ("title too long", {"title": "x" * 141}, {}, "id_title", "140"),
    ("no requirement", {"requirement": "", "submit": "1"}, {}, "id_requirement", "needed before"),
    ("no challenge", {"challenge": "  ", "submit": "1"}, {}, "id_challenge", "needed before"),
    ("no area", {"areas": [], "submit": "1"}, {}, "id_areas", "needed before"),
    ("no kind", {"kinds": [], "submit": "1"}, {}, "id_kinds", "needed before"),
    ("future evidence", {}, {"dated": FUTURE}, "id_evidence-0-dated", "in the future"),
    ("evidence without a source", {}, {"source": ""}, "id_evidence-0-source", "required"),
    ("a figure in words", {}, {"figure": "much"}, "id_evidence-0-figure", "Enter a number"),
]


@pytest.mark.parametrize(("values", "item", "field", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_is_told_at_its_field_and_everything_typed_is_kept(chad, values, item, field, said):
    response = client_of(chad).post("/requests/new/", typed({**ITEM, **item}, **values))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in field_block(page, field)
    for text in {**NEED, **values}.values():
        if isinstance(text, str) and len(text) > 3:
            assert text in page
    for text in {**ITEM, **item}.values():
        assert text in page
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 0
    assert EvidenceItem.objects.count() == OutboxMail.objects.count() == 0


def field_block(page, field):
    """The part of the page around one field: its label, message and input."""
    blocks = [block for block in page.split('<div class="field') if f'"{field}' in block]
    assert blocks, f"{field} is not on the page"
    assert blocks[0].startswith(" wrong"), f"{field} is not marked"
    return blocks[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("table.pdf", b"MZ\x90"), ("page.html", b"<p>x"), ("photo.png", b"<svg onload='x'/>"), ("empty.pdf", b"")],
)
def test_disguised_file_is_refused_with_the_rest_kept(chad, name, content, tmp_path):
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    response = client_of(chad).post("/requests/new/", typed({**ITEM, "file": file}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "errorlist" in field_block(page, "id_evidence-0-file")
    assert "Two teams for a year." in page
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 0
    assert list(tmp_path.rglob("*.*")) == []


def test_summary_at_the_top_names_errors_of_the_evidence_too(chad):
    page = client_of(chad).post("/requests/new/", typed({**ITEM, "dated": FUTURE})).content.decode()
    assert "in the future" in page.split('<form class="form"')[0]


def test_evidence_is_changed_and_removed_in_the_form(chad):
    asked = RequestFactory(draft=True, evidence_level="fully")
    item = EvidenceFactory(request=asked)
    client, address = client_of(chad), f"/requests/{asked.reference}/edit/"
    changed = {**ITEM, "id": str(item.pk), "claim": "A smaller area", "method": ""}
    client.post(address, typed(changed, initial=1, version="1"))
    assert EvidenceItem.objects.get().claim == "A smaller area"
    client.post(address, typed({**changed, "DELETE": "on"}, initial=1, version="2"))
    assert EvidenceItem.objects.count() == 0


def test_R003_removing_the_only_evidence_in_the_form_turns_fully_into_asserted(chad):
    asked = RequestFactory(draft=True, evidence_level="fully")
    item = EvidenceFactory(request=asked)
    removed = {**ITEM, "id": str(item.pk), "DELETE": "on"}
    client_of(chad).post(f"/requests/{asked.reference}/edit/", typed(removed, initial=1, version="1"))
    assert EvidenceItem.objects.count() == 0
    assert stored(asked.reference).evidence_level == EvidenceLevel.ASSERTED


def test_R003_adding_evidence_in_the_form_raises_the_badge(chad):
    asked = RequestFactory(draft=True)
    client_of(chad).post(f"/requests/{asked.reference}/edit/", typed(ITEM, version="1"))
    assert stored(asked.reference).evidence_level == EvidenceLevel.FULLY


def test_evidence_of_another_request_cannot_be_touched(chad):
    foreign = EvidenceFactory(request__state_id="LAO")
    asked = RequestFactory(draft=True)
    client, address = client_of(chad), f"/requests/{asked.reference}/edit/"
    stolen = {**ITEM, "id": str(foreign.pk), "claim": "Stolen"}
    client.post(address, typed({**stolen, "DELETE": "on"}, initial=1, version="1"))
    client.post(address, typed(stolen, initial=1, version="2"))
    foreign.refresh_from_db()
    assert (foreign.claim, foreign.request.state_id) == ("Area suspected to be contaminated", "LAO")


def test_two_people_edit_and_the_second_is_told(chad):
    asked = RequestFactory(draft=True, title="As it was")
    client, address = client_of(chad), f"/requests/{asked.reference}/edit/"
    assert client.post(address, typed(title="By the first", version="1", save="")).status_code == 302
    response = client.post(address, typed({**ITEM, "claim": "By the second"}, title="By the second", version="1"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else has saved this request" in page
    assert "By the second" in page
    after = stored(asked.reference)
    assert (after.title, after.version, after.evidence.count()) == ("By the first", 2, 0)


def test_two_people_submit_and_only_one_number_is_given(chad):
    asked = RequestFactory(draft=True)
    client, address = client_of(chad), f"/requests/{asked.reference}/edit/"
    assert client.post(address, typed(version="1", submit="1")).status_code == 302
    assert client.post(address, typed(version="1", submit="1")).status_code == 404  # the draft has its number now
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 1


def test_edit_without_a_version_overwrites_nothing(chad):
    asked = RequestFactory(draft=True, title="By the first", version=7)
    response = client_of(chad).post(f"/requests/{asked.reference}/edit/", typed(title="By the second", save=""))
    assert response.status_code == 422
    assert stored(asked.reference).title == "By the first"


def test_clarification_is_edited_and_keeps_its_number(chad):
    asked = RequestFactory(reference="TCD-2026-007", status=Status.CLARIFICATION)
    response = client_of(chad).post("/requests/TCD-2026-007/edit/", typed(version="1", save=""))
    assert response.url == "/requests/TCD-2026-007/"
    after = stored("TCD-2026-007")
    assert (after.status, after.title) == (Status.CLARIFICATION, "Survey of the north")
    assert after.submitted_on == asked.submitted_on


def test_needs_form_shows_the_deadlines_of_the_state(lao):
    """Pre-filled from the register: the obligation with its deadline."""
    page = client_of(lao).get("/requests/new/").content.decode()
    obligation = Obligation.objects.get(state="LAO", limb="4.1(a)")
    assert "1 August 2025" in page
    assert f'<option value="{obligation.pk}" selected>' in page


def test_state_that_withdrew_requests_no_more(chad):
    chad.access.state.withdrawal_received = timezone.localdate() - timedelta(days=300)
    chad.access.state.save()
    assert client_of(chad).get("/requests/new/").status_code == 403


# --- the list ---------------------------------------------------------------------------------------------------------


def listed(client, query=""):
    return [row["reference"] for row in json.loads(client.get(f"/requests/?format=json{query}").content)]


def test_R002_request_for_two_areas_is_in_both_filters_and_once_in_the_list(client):
    RequestFactory(reference="TST-1", public=True, areas=["clearance", "victim_assistance"])
    assert "TST-1" in listed(client, "&area=clearance")
    assert "TST-1" in listed(client, "&area=victim_assistance")
    assert "TST-1" not in listed(client, "&area=national_legislation")
    assert listed(client).count("TST-1") == 1


def test_list_filters_by_state_kind_status_and_words(client):
    RequestFactory(reference="TST-1", public=True, is_material=True, title="Détecteurs pour le nord")
    assert listed(client, "&state=TCD&kind=material&status=open&q=detecteurs+NORD") == ["TST-1"]
    assert listed(client, "&state=TCD&kind=material&status=closed") == []


@pytest.mark.parametrize("words", ["", "&q=", "&q=!!!", "&q=survey"])
def test_R002_area_is_filtered_with_words_and_without(client, words):
    RequestFactory(reference="TST-1", public=True, title="Survey", areas=["risk_education", "other"])
    RequestFactory(reference="TST-2", public=True, title="Survey of clearance", areas=["victim_assistance"])
    mine = {"TST-1", "TST-2"}
    assert mine & {*listed(client, f"&area=risk_education{words}")} == {"TST-1"}
    assert mine & {*listed(client, f"&area=other{words}")} == {"TST-1"}
    assert mine & {*listed(client, f"&area=clearance{words}")} == set()
    told = client.get(f"/requests/?area=nonsense{words}").content.decode()
    assert "Nothing is listed" in told
    assert "TST-1" not in told
    assert mine & {*listed(client, words)} == mine


@pytest.mark.parametrize("wrong", ["as_of=abc", "area=nonsense", "status=draft", "state=XXX", "as_of=abc&q=survey"])
def test_filter_that_is_not_well_formed_lists_nothing_and_gives_no_file(client, wrong):
    """All rows in its place would be taken for its answer. Drafts stand on the State's own board."""
    page = client.get(f"/requests/?{wrong}")
    assert page.context["page"].paginator.count == 0
    assert "Nothing is listed" in page.content.decode()
    for form in ("csv", "json", "xlsx"):
        refused = client.get(f"/requests/?{wrong}&format={form}")
        assert refused.status_code == 400
        assert b"not well-formed" in refused.content


def test_R002_search_by_area_follows_a_change_of_areas(client, chad):
    RequestFactory(draft=True, reference="TST-1", public=True, areas=["clearance"])
    asked = AssistanceRequest.objects.get(reference="TST-1")
    asked = save_request(asked, by=chad, areas=["risk_education"], submit_on=timezone.localdate())
    assert listed(client, "&area=risk_education&q=survey+of+sector") == [asked.reference]
    assert listed(client, "&area=clearance&q=survey+of+sector") == []


def test_texts_of_before_are_found_by_their_area_after_the_migration(client):
    """As `0012_areas_as_words` brings them up; undone and done again they are the same."""
    migration = import_module("requests_app.migrations.0012_areas_as_words")
    RequestFactory(reference="TST-1", public=True, areas=["risk_education", "clearance"])
    found = "&area=risk_education&q=survey+of+sector"
    before = sorted(SearchText.objects.values_list("pk", "words"))
    migration.remove(apps, None)
    assert "TST-1" not in listed(client, found)
    migration.add(apps, None)
    assert "TST-1" in listed(client, found)
    assert sorted(SearchText.objects.values_list("pk", "words")) == before


def test_a_request_is_found_by_its_evidence_by_those_who_read_it(client, as_user, coordinator, chad):
    asked = RequestFactory(reference="TST-1", public=True, areas=["clearance"])
    item = EvidenceItem(claim="Strike data of 2006", source="Archive of Torshavn", dated="2020-01-01")
    save_request(asked, by=chad, evidence=[item])
    assert listed(client, "&q=torshavn") == listed(client, "&q=strike") == ["TST-1"]
    save_request(AssistanceRequest.objects.get(pk=asked.pk), by=chad, removed_evidence=[asked.evidence.get()])
    assert listed(client, "&q=torshavn") == []
    asked = AssistanceRequest.objects.get(pk=asked.pk)
    asked.locks = ["evidence"]
    save_request(asked, by=chad, evidence=[EvidenceItem(claim="Strike", source="Torshavn", dated="2020-01-01")])
    assert listed(client, "&q=torshavn") == []
    assert listed(as_user(coordinator), "&q=torshavn") == ["TST-1"]


def test_texts_of_before_are_found_by_their_evidence_after_the_migration():
    """As `0013_evidence_as_words` brings them up: the words that saving gives them, and none to whom it is locked."""
    migration = import_module("requests_app.migrations.0013_evidence_as_words")
    for number, locks in enumerate([[], ["evidence"], ["plan"]]):
        asked = RequestFactory(reference=f"TST-{number}", public=True, locks=locks, public_summary="Teams.")
        before = {text.audience: set(text.words.split()) for text in asked.search_texts.all()}
        asked.evidence.create(claim="Strike data", source="Torshavn", dated="2020-01-01")
        SearchText.objects.store(AssistanceRequest.objects.get(pk=asked.pk).build_search_rows())
        saved = {text.audience: set(text.words.split()) for text in asked.search_texts.all()}
        assert saved != before
        for text in asked.search_texts.all():
            text.words = " ".join(sorted(before[text.audience]))
            text.save()
        migration.add(apps, None)
        assert {text.audience: set(text.words.split()) for text in asked.search_texts.all()} == saved


@pytest.mark.parametrize("status", ["open", "closed", "submitted", "relayed"])
@pytest.mark.parametrize("day", ["", "&as_of=2026-11-21"])
def test_status_is_filtered_with_words_as_without(client, status, day):
    for number, one in enumerate(set(Status) - {Status.DRAFT}):
        asked = RequestFactory(reference=f"TST-{number}", public=True, title="Détecteurs", status=one, outcome="Done",
                               submitted_on=date(2026, 11, 19))  # fmt: skip
        EventFactory(request=asked, to_status=one, on=date(2026, 11, 20))
    with_words, without = (listed(client, f"&status={status}{day}{q}") for q in ("&q=detecteurs", ""))
    assert with_words
    assert with_words == [reference for reference in without if reference.startswith("TST-")]


def test_list_of_a_past_day_gives_what_was_then(client):
    """Chad asked in 2014 and in 2018; Botswana's request was open until September 2018."""
    then = json.loads(client.get("/requests/?format=json&as_of=2018-06-27").content)
    rows = {row["reference"]: row["status"] for row in then}
    assert rows["BWA-2018-001"] == "submitted"
    assert "LBN-2024-001" not in rows
    assert listed(client, "&as_of=2014-12-30&state=TCD") == []


def test_status_filter_follows_the_day(client):
    assert "BWA-2018-001" in listed(client, "&as_of=2018-06-27&status=open")


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_list_is_exported_as_filtered(client, form):
    RequestFactory(reference="TST-1", public=True, title="=1+1", costed=True)
    response = client.get(f"/requests/?state=TCD&format={form}")
    assert response.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert {row["state"] for row in rows} == {"Chad"}
        assert next(row for row in rows if row["reference"] == "TST-1")["title"] == "'=1+1"  # never a formula
        assert next(row for row in rows if row["reference"] == "TST-1")["gap"] == "3.0"
    if form == "xlsx":
        assert response.content.startswith(b"PK")


# --- one request ------------------------------------------------------------------------------------------------------


def test_R011_gap_and_sufficiency_are_shown(client):
    asked = RequestFactory(public=True, costed=True)
    assert "USD 3" in client.get(asked.get_absolute_url()).content.decode()
    AssistanceRequest.objects.filter(pk=asked.pk).update(national_share=6)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "USD 0" in page
    assert "sufficient" in page


def test_R010_history_shows_actor_and_day_to_those_who_handle_it(chad, coordinator):
    asked = RequestFactory(public=True)
    EventFactory(request=asked, actor=chad, note="Names of partners")
    page = client_of(coordinator).get(asked.get_absolute_url()).content.decode()
    assert "Names of partners" in page
    assert chad.name in page
    public = Client().get(asked.get_absolute_url()).content.decode()
    assert "Names of partners" not in public


def test_file_is_served_as_a_download_under_its_own_name_and_logged(chad):
    asked = RequestFactory(public=True)
    item = EvidenceFactory(request=asked, file=ContentFile(b"1;2", "x.csv"), file_name="Survey.csv")
    response = client_of(chad).get(f"{asked.get_absolute_url()}evidence/{item.pk}/")
    assert response.getvalue() == b"1;2"
    assert response["Content-Disposition"] == 'attachment; filename="Survey.csv"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.get(action="file downloaded").actor == chad


def test_evidence_without_a_file_has_no_download(client):
    item = EvidenceFactory(request=RequestFactory(public=True))
    assert client.get(f"{item.request.get_absolute_url()}evidence/{item.pk}/").status_code == 404


@pytest.mark.parametrize(("status", "steps"), [
    (Status.SUBMITTED, {"withdraw", "close_unmet"}),
    (Status.CLARIFICATION, {"clarify", "withdraw", "close_unmet"}),
    (Status.AGREED, {"start_delivery", "withdraw", "close_unmet"}),
    (Status.DELIVERING, {"complete_delivery", "close_partly", "withdraw", "close_unmet"}),
    (Status.DELIVERED, {"close_met", "close_partly", "withdraw", "close_unmet"}),
    (Status.WITHDRAWN, set()),
])  # fmt: skip
def test_R010_owner_is_offered_what_the_table_allows(chad, status, steps):
    asked = RequestFactory(status=status)
    offered = client_of(chad).get(asked.get_absolute_url()).context["steps"]
    assert {step.value for step in offered} == steps


def test_R010_step_is_recorded_and_shown(chad, coordinator):
    asked = RequestFactory()
    client_of(coordinator).post(f"{asked.get_absolute_url()}ask_clarification/", {"note": "Which areas?"})
    assert stored(asked.reference).status == Status.CLARIFICATION
    client = client_of(chad)
    assert "Which areas?" in client.get(asked.get_absolute_url()).content.decode()
    client.post(f"{asked.get_absolute_url()}clarify/", {"note": "The north."})
    assert stored(asked.reference).status == Status.SUBMITTED


@pytest.mark.parametrize("action", ["complete_delivery", "start_delivery", "close_met"])
def test_R010_jump_is_refused(chad, action):
    asked = RequestFactory()
    response = client_of(chad).post(f"{asked.get_absolute_url()}{action}/", {"note": "Done"})
    assert response.status_code == 403
    assert stored(asked.reference).status == Status.SUBMITTED


def test_R024_closing_without_words_says_what_is_missing(chad):
    asked = RequestFactory(status=Status.DELIVERED)
    response = client_of(chad).post(f"{asked.get_absolute_url()}close_met/", {"note": ""}, follow=True)
    assert "what came of it" in response.content.decode()
    assert stored(asked.reference).status == Status.DELIVERED


def test_R010_step_with_a_note_that_is_too_long_is_told(coordinator):
    asked = RequestFactory()
    long = {"note": "x" * 4001}
    response = client_of(coordinator).post(f"{asked.get_absolute_url()}ask_clarification/", long)
    assert response.status_code == 422
    assert "at most 4000 characters" in response.content.decode()
    assert long["note"] in response.content.decode()  # and kept
    assert stored(asked.reference).status == Status.SUBMITTED


def test_R012_relay_is_no_plain_step(coordinator):
    asked = RequestFactory(match_parties=True)
    client_of(coordinator).post(f"{asked.get_absolute_url()}relay/")
    assert stored(asked.reference).status == Status.SUBMITTED


def test_R005_submitting_is_no_plain_step(chad):
    asked = RequestFactory(draft=True)
    client = client_of(chad)
    client.raise_request_exception = False
    assert client.post(f"{asked.get_absolute_url()}submit/").status_code in {403, 404}
    assert stored(asked.reference).is_draft


def test_R026_only_the_owner_widens_the_visibility(chad, coordinator, isu):
    asked = RequestFactory()
    address = f"{asked.get_absolute_url()}visibility/"
    for person in (coordinator, isu):
        assert client_of(person).post(address, {"visibility": "public"}).status_code == 403
    assert Client().get(asked.get_absolute_url()).status_code == 404
    assert client_of(chad).post(address, {"visibility": "public"}).status_code == 302
    assert Client().get(asked.get_absolute_url()).status_code == 200
    client_of(chad).post(address, {"visibility": "friends"})
    assert stored(asked.reference).visibility == Visibility.PUBLIC


# --- relays and answers -----------------------------------------------------------------------------------------------


def test_R012_relaying_to_three_from_the_suggestions(coordinator):
    asked = RequestFactory(match_parties=True, areas=["clearance"])
    client, address = client_of(coordinator), f"{asked.get_absolute_url()}matches/"
    response = client.post(address, {"supporters": ["NOR", "CHE", "NPA"], "note": "With our recommendation."})
    assert response.status_code == 302
    assert Relay.objects.filter(request=asked).count() == 3
    response = client.post(address, {"supporters": ["NOR"]})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Already relayed to Norway" in page
    assert Relay.objects.filter(request=asked).count() == 3
    assert client.post(address, {"supporters": ["NOR"], "again": "on"}).status_code == 302
    assert Relay.objects.filter(request=asked).count() == 4


def test_R012_relaying_to_nobody_or_to_an_unknown_is_told(coordinator):
    asked = RequestFactory(match_parties=True)
    client, address = client_of(coordinator), f"{asked.get_absolute_url()}matches/"
    for chosen, said in ((["XXX"], "not a supporter"), ([], "Choose at least one")):
        response = client.post(address, {"supporters": chosen, "note": "Please look."})
        assert response.status_code == 422
        assert said in response.content.decode()
        assert "Please look." in response.content.decode()
    assert Relay.objects.count() == 0


def test_R026_relaying_what_is_not_released_is_told(coordinator):
    asked = RequestFactory()
    response = client_of(coordinator).post(f"{asked.get_absolute_url()}matches/", {"supporters": ["NOR"]})
    assert response.status_code == 422
    assert "Chad has not released this request to: Norway" in response.content.decode()


def test_R012_relay_is_opened_and_answered(norway, coordinator):
    relay = RelayFactory()
    client, address = client_of(norway), relay.request.get_absolute_url()
    assert "This request was relayed to you" in client.get(address).content.decode()
    client.post(f"{address}opened/")
    relay.refresh_from_db()
    assert relay.opened_at is not None
    client.post(f"{address}answer/", {"kind": "offer", "text": "We can fund a team."})
    assert Answer.objects.get().relay == relay
    page = client_of(coordinator).get(address).content.decode()
    assert "We can fund a team." in page
    assert "We can help" in page


@pytest.mark.parametrize("kind", [AnswerKind.REFER, AnswerKind.NEED_INFORMATION, "perhaps", ""])
def test_R013_answer_that_is_not_complete_is_told_and_kept(norway, kind):
    relay = RelayFactory()
    response = client_of(norway).post(f"{relay.request.get_absolute_url()}answer/", {"kind": kind, "text": ""})
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert Answer.objects.count() == 0


def test_R013_supporter_that_was_not_asked_cannot_answer(norway, npa):
    relay = RelayFactory(request__visibility=Visibility.PUBLIC)
    response = client_of(npa).post(f"{relay.request.get_absolute_url()}answer/", {"kind": "offer"})
    assert response.status_code == 403
    assert Answer.objects.count() == 0


def test_R013_answered_relay_leaves_the_board(norway):
    relay = RelayFactory()
    client = client_of(norway)
    assert relay.request.reference in client.get("/dashboard/").content.decode()
    AnswerFactory(relay=relay)
    assert client.get("/dashboard/").context["board"].relays_to_us == []


def test_R016_unanswered_relays_stand_on_the_coordinators_board_until_answered(coordinator):
    relay = RelayFactory(sent_on=timezone.localdate() - timedelta(days=40))
    client = client_of(coordinator)
    assert relay in client.get("/dashboard/").context["board"].unanswered
    AnswerFactory(relay=relay, kind=AnswerKind.UNABLE, text="Not this year")
    assert relay not in client.get("/dashboard/").context["board"].unanswered


# --- matching and offers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visibility", "closed"),
    [
        ("public", set()),
        ("match_parties", set()),
        ("states_parties", {"USA", "NPA"}),
        ("coordinators_isu", {"NOR", "NPA", "USA"}),
    ],
)
def test_R026_who_may_not_be_told_of_a_request_cannot_be_chosen_to_relay_it_to(coordinator, visibility, closed):
    asked = RequestFactory(visibility=visibility, areas=["clearance"])
    page = client_of(coordinator).get(f"/requests/{asked.reference}/matches/?all=1")
    boxes = dict(re.findall(r'name="supporters" value="(\w+)"[^>]*?( disabled)?>', page.content.decode()))
    assert {"NOR", "USA", "NPA"} <= boxes.keys()
    assert {code for code in ("NOR", "USA", "NPA") if boxes[code]} == closed
    assert ("has not released it to them" in page.content.decode()) is bool(closed)


def test_R015_suggestions_carry_their_reasons_in_words(coordinator):
    asked = RequestFactory(
        match_parties=True, areas=["clearance"], obligation=Obligation.objects.get(state="TCD", limb="4.1(a)")
    )
    SupportRecordFactory(code="JPN", recipient_id="TCD", year=timezone.localdate().year - 1)
    OfferFactory(code="JPN", title="Supervisors for a season", areas=["clearance"])
    ranked = client_of(coordinator).get(f"{asked.get_absolute_url()}matches/").context["ranked"]
    japan = next(item for item in ranked if item.supporter.code == "JPN")
    assert any("Supported Chad in" in sentence for sentence in japan.sentences)
    assert any("Supervisors for a season" in sentence for sentence in japan.sentences)
    assert all(item.sentences for item in ranked)
    assert [item.rank for item in ranked] == list(range(1, len(ranked) + 1))


@pytest.fixture
def two_deadlines():
    """Two requests that differ by the deadline at stake: 6 and 60 months away."""
    far_away = timezone.localdate().replace(day=1)
    soon, late = far_away + timedelta(days=183), far_away + timedelta(days=1826)
    asked = []
    for state, until in (("SOM", late), ("MRT", soon)):
        obligation = Obligation.objects.get(state=state, limb="4.1(a)")
        obligation.extensions.all().delete()
        obligation.extensions.create(sequence=1, outcome="granted", granted_until=until, decided_on=far_away)
        obligation.standing = "declared"
        obligation.save()
        asked.append(RequestFactory(state_id=state, public=True, areas=["clearance"], obligation=obligation))
    return asked


def fitting(norway):
    found = client_of(norway).get("/matching/").context["fitting"]
    return [(item.request, item.sentences) for item in found if item.request.state_id in {"SOM", "MRT"}]


def test_R015_request_due_in_six_months_ranks_before_one_due_in_sixty_and_says_so(norway, two_deadlines):
    late, soon = two_deadlines
    SupportRecord.objects.filter(supporter__code="NOR").delete()  # equal otherwise
    OfferFactory(code="NOR", areas=["clearance"])
    found = fitting(norway)
    assert [item for item, _sentences in found] == [soon, late]
    assert any("deadline" in sentence for sentence in found[0][1])


def test_R015_the_reason_names_the_deadline_on_the_suggestions(coordinator, two_deadlines):
    late, soon = two_deadlines
    OfferFactory(code="NOR", areas=["clearance"])
    client = client_of(coordinator)
    for asked, is_urgent in ((soon, True), (late, False)):
        ranked = client.get(f"{asked.get_absolute_url()}matches/").context["ranked"]
        assert any("The deadline at stake is" in s for s in ranked[0].sentences) == is_urgent


def test_R015_supporter_sees_the_requests_that_fit_and_why(norway):
    asked = RequestFactory(state_id="TCD", public=True, areas=["clearance"])
    OfferFactory(code="NOR", title="Teams for the Sahel", areas=["clearance"])
    found = client_of(norway).get("/matching/").context["fitting"]
    sentences = next(item.sentences for item in found if item.request == asked)
    assert any("Teams for the Sahel" in sentence for sentence in sentences)


def test_R015_what_is_said_of_every_request_comes_after_what_sets_one_apart(norway, two_deadlines):
    found = [item.sentences for item in client_of(norway).get("/matching/").context["fitting"]]
    alike = set.intersection(*map(set, found))
    assert alike
    assert any(set(sentences) - alike for sentences in found)
    for sentences in found:
        assert [sentence in alike for sentence in sentences] == sorted(sentence in alike for sentence in sentences)


def test_R019_offer_is_published_without_an_amount_and_found_by_matching(npa, coordinator):
    client = client_of(npa)
    offer = {"title": "Training", "description": "Four weeks", "areas": ["clearance"], "forms": ["training"]}
    assert client.post("/offers/new/", {**offer, "is_public": "on"}).status_code == 302
    assert Offer.objects.get().supporter.code == "NPA"
    asked = RequestFactory(match_parties=True, areas=["clearance"])
    ranked = client_of(coordinator).get(f"{asked.get_absolute_url()}matches/?all").context["ranked"]
    assert next(item for item in ranked if item.supporter.code == "NPA").suggestion.offer == "Training"


@pytest.mark.parametrize("missing", ["title", "description", "areas"])
def test_R019_incomplete_offer_is_told_and_kept(npa, missing):
    offer = {"title": "Training", "description": "Four weeks", "areas": ["clearance"], "forms": ["training"]}
    del offer[missing]
    response = client_of(npa).post("/offers/new/", offer)
    assert response.status_code == 422
    assert "Training" in response.content.decode() or missing == "title"
    assert Offer.objects.count() == 0


def test_R026_public_page_and_its_files_need_no_cookie(client):
    response = client.get("/requests/")
    assert not response.cookies


def test_second_editor_who_was_told_can_decide_to_save(chad):
    asked = RequestFactory(draft=True, title="As it was")
    client, address = client_of(chad), f"/requests/{asked.reference}/edit/"
    client.post(address, typed(title="By the first", version="1", save=""))
    told = client.post(address, typed(title="By the second", version="1", save=""))
    version = told.context["form"]["version"].value()
    assert client.post(address, typed(title="By the second", version=str(version), save="")).status_code == 302
    assert stored(asked.reference).title == "By the second"


def test_R009_a_public_request_kept_to_the_isu_is_read_by_the_coordinators_and_handled_by_the_isu(coordinator, isu):
    asked = RequestFactory(to_isu_alone=True, visibility=Visibility.PUBLIC)
    for reader, status in ((coordinator, 403), (isu, 200)):
        client = client_of(reader)
        page = client.get(asked.get_absolute_url())
        assert page.status_code == 200
        assert ("Relays and answers" in page.content.decode()) == (status == 200)
        assert client.get(f"{asked.get_absolute_url()}matches/").status_code == status
    step = f"{asked.get_absolute_url()}ask_clarification/"
    assert client_of(coordinator).post(step, {"note": "Why?"}).status_code == 403


def test_N12_a_note_to_a_step_that_is_not_open_any_more_is_given_back(as_user, coordinator):
    """The step was taken, or the request closed, while the note was typed: refused, and nothing typed is lost."""
    asked = RequestFactory(reference="TCD-1", status="withdrawn")
    note = "Which <areas> are meant?\nAnd since when?"
    answer = as_user(coordinator).post("/requests/TCD-1/ask_clarification/", {"note": note})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This step is not open to you now." in page
    assert "Which &lt;areas&gt; are meant?\nAnd since when?</textarea>" in page
    assert "Nothing of it was recorded" in page
    assert asked.events.count() == 0
    for values in ({}, {"note": " "}, {"password": "correct horse battery"}, {"kind": "interested", "version": "3"}):
        page = as_user(coordinator).post("/requests/TCD-1/ask_clarification/", values).content.decode()
        assert "<textarea" not in page
