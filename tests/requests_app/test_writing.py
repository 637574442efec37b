"""The needs form in steps: saved step by step, nothing typed is lost, two people never overwrite each other unseen."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.models import OutboxMail
from ccm_portal.register.known import known_register
from requests_app.enums import EvidenceLevel, Missing, Status
from requests_app.help_desk.models import HelpTicket
from requests_app.models import AssistanceRequest, EvidenceItem
from requests_app.writing.actions import UPLOADS_AT_ONCE, forget_old
from requests_app.writing.forms import NeedsForm
from requests_app.writing.models import Unsaved, Upload, Writing
from requests_app.writing.steps import STEPS, step_of_field, step_of_missing
from tests.conftest import person
from tests.pages import sent_back
from tests.requests_app.factories import EvidenceFactory, RequestFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
FIRST = {"title": "Survey of the north", "areas": ["clearance"]}
SCRIPTS = "Déminage près de l’Équateur — إزالة الألغام — ລະເບີດລູກຫວ່ານ — кассетные боеприпасы — 集束弹药"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def opened(client, address):
    """The hidden inputs of a page's form, as a browser sends them back."""
    return dict(HIDDEN.findall(client.get(address).content.decode()))


def post(client, address, page=None, **values):
    """Open a step (or take the page that was open already), type and press a button."""
    return client.post(address, {**(opened(client, address) if page is None else page), **values})


def only_draft():
    return AssistanceRequest.objects.get(status="draft")


def edit(asked, step):
    return f"/requests/{asked.reference}/edit/{step}/"


@pytest.fixture
def draft(chad):
    return RequestFactory(reference="DRAFT-0123456789", draft=True, title="As it was", challenge="", requirement="")


# --- step by step -----------------------------------------------------------------------------------------------------


def test_R005_the_first_step_creates_the_draft_and_leads_to_the_next(chad):
    response = post(client_of(chad), "/requests/new/", **FIRST)
    asked = only_draft()
    assert response.url == edit(asked, "need")
    assert (asked.title, [area.pk for area in asked.areas.all()]) == ("Survey of the north", ["clearance"])
    assert asked.created_by == chad


def test_R005_each_step_saves_what_it_shows_and_leaves_the_rest(chad):
    client = client_of(chad)
    post(client, "/requests/new/", **FIRST)
    asked = only_draft()
    filled = {
        "need": {"challenge": SCRIPTS, "requirement": "Two teams."},
        "kinds": {"kinds": ["technical", "financial"]},
        "costs": {"total_cost": "10", "national_share": "3", "external_secured": "4", "currency": "usd"},
        "plan": {"institution": "National authority", "national_plan": "in preparation"},
        "timing": {"desired_start": "2027-01-01", "desired_end": "2027-12-31", "consequence": "Another estimate."},
        "channel": {
            "partners": SCRIPTS[:300],
            "languages": ["ar", "fr"],
            "channel": "isu",
            "inform_coordinators": "on",
        },
        "visibility": {"visibility": "match_parties"},
    }
    for code, values in filled.items():
        assert post(client, edit(asked, code), **values).status_code == 302, code
    after = only_draft()
    assert (after.title, after.challenge, after.consequence) == ("Survey of the north", SCRIPTS, "Another estimate.")
    assert ([kind.value for kind in after.kinds], after.resources.gap) == (["technical", "financial"], 3)
    assert (after.channel, after.visibility, after.institution) == ("isu", "match_parties", "National authority")
    assert (after.partners, after.languages) == (SCRIPTS[:300].strip(), ["ar", "fr"])
    assert [area.pk for area in after.areas.all()] == ["clearance"]


def test_R003_evidence_step_adds_and_removes_items(chad, draft):
    client, address = client_of(chad), edit(draft, "evidence")
    row = {"claim": "Area", "figure": "24", "unit": "km²", "source": "Records", "dated": "2026-01-31", "method": "NTS"}
    counts = {"evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "0"}
    post(client, address, **counts, **{f"evidence-0-{name}": value for name, value in row.items()})
    assert only_draft().evidence_level == EvidenceLevel.FULLY
    item = EvidenceItem.objects.get()
    gone = {f"evidence-0-{name}": value for name, value in {**row, "id": str(item.pk), "DELETE": "on"}.items()}
    post(client, address, **{**counts, "evidence-INITIAL_FORMS": "1"}, **gone)
    assert (EvidenceItem.objects.count(), only_draft().evidence_level) == (0, EvidenceLevel.ASSERTED)


@pytest.mark.parametrize(
    ("go", "to"), [("next", "kinds/"), ("back", "obligation/"), ("plan", "plan/"), ("review", "review/")]
)
def test_R005_every_way_out_of_a_step_saves_it(chad, draft, go, to):
    response = post(client_of(chad), edit(draft, "need"), challenge="No teams", go=go)
    assert response.url == f"/requests/{draft.reference}/edit/{to}"
    assert only_draft().challenge == "No teams"


def test_R005_one_comes_back_to_the_step_that_was_left(chad, draft):
    client = client_of(chad)
    assert post(client, edit(draft, "timing"), consequence="Late", go="leave").url == draft.get_absolute_url()
    page = client.get(f"{draft.get_absolute_url()}edit/").content.decode()
    assert 'name="consequence"' in page
    assert 'name="title"' not in page


def test_R005_list_of_steps_says_what_is_done_and_what_is_missing(chad, draft):
    client = client_of(chad)
    post(client, edit(draft, "kinds"), kinds=["technical"])
    page = client.get(edit(draft, "need")).content.decode().split("<aside>")[1]
    lines = dict(re.findall(r'value="(\w+)">.*?badge (?:\w+)">([^<]+)<', page))
    assert (lines["kinds"], lines["obligation"], lines["evidence"]) == ("Done", "Needed", "Donors ask")
    assert lines["visibility"] == "To do"


def test_every_field_and_everything_that_donors_look_for_has_its_step():
    for name in (*NeedsForm._meta.fields, "areas", "kinds"):
        assert step_of_field(name)
    for missing in Missing:
        assert step_of_missing(missing)
    assert len({step.code for step in STEPS}) == len(STEPS)


def test_R011_step_of_the_costs_keeps_its_rules(chad, draft):
    response = post(client_of(chad), edit(draft, "costs"), national_share="3", currency="USD")
    assert response.status_code == 422
    assert "Give the total" in response.content.decode()


# --- review and submission --------------------------------------------------------------------------------------------


@pytest.fixture
def ready(chad):
    return RequestFactory(reference="DRAFT-0123456789", draft=True, areas=["clearance"], challenge=SCRIPTS)


def test_R005_review_shows_everything_and_what_is_missing_with_its_step(chad, draft):
    page = client_of(chad).get(edit(draft, "review")).content.decode()
    assert "As it was" in page
    for code in ("need", "kinds", "plan", "evidence"):
        assert f'href="{edit(draft, code)}"' in page.split("<aside>")[1]
    assert 'name="submit"' not in page


def test_R005_submission_without_a_requirement_is_refused_on_the_review_too(chad, draft):
    response = client_of(chad).post(edit(draft, "review"), {"version": "1", "submit": "1"})
    assert response.status_code == 422
    assert AssistanceRequest.objects.get(pk=draft.pk).status == Status.DRAFT


def test_R005_request_is_submitted_from_the_review_with_its_text_unchanged(chad, coordinator, ready):
    client = client_of(chad)
    assert SCRIPTS in client.get(edit(ready, "review")).content.decode()
    response = post(client, edit(ready, "review"), submit="1")
    asked = AssistanceRequest.objects.get(pk=ready.pk)
    assert response.url == f"/requests/TCD-{timezone.localdate().year}-001/"
    assert (asked.status, asked.challenge) == (Status.SUBMITTED, SCRIPTS)
    assert OutboxMail.objects.get().to == coordinator.email


def test_R005_submission_sent_twice_gives_the_same_request(chad, ready):
    client = client_of(chad)
    page = opened(client, edit(ready, "review"))
    first = post(client, edit(ready, "review"), page, submit="1")
    second = post(client, edit(ready, "review"), page, submit="1")
    assert first.url == second.url
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 1


def test_R005_whole_form_submitted_twice_gives_the_same_request(chad):
    client = client_of(chad)
    page = opened(client, "/requests/new/?all")
    typed = {
        **FIRST, "challenge": "No teams", "requirement": "Two teams", "kinds": ["technical"], "channel": "isu",
        "visibility": "public", "evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0", "submit": "1",
    }  # fmt: skip
    first, second = (post(client, "/requests/new/", page, **typed) for _click in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 1


def test_R005_whole_form_leads_to_the_parts_that_are_not_on_it(as_user, chad, lao):
    draft = RequestFactory(
        reference="TCD-D", state_id="TCD", draft=True, costed=True, areas=["victim_assistance", "national_legislation"]
    )
    client = as_user(chad)
    page = client.get(f"/requests/{draft.reference}/edit/?all").content.decode()
    found = re.findall(r'<li><a href="(/requests/TCD-D/edit/[^"]+)">', page)
    assert {address.split("/")[-2] for address in found} >= {"cost_years", "victims", "victim_figures", "legislation"}
    assert all(client.get(address).status_code == 200 for address in found)
    assert not any(code in page for code in ("/edit/evidence/", "/edit/need/"))
    assert "open once the draft is saved" in client.get("/requests/new/?all").content.decode()
    assert as_user(lao).get(f"/requests/{draft.reference}/edit/?all").status_code == 404


def test_R005_first_step_sent_twice_gives_one_draft(chad):
    client = client_of(chad)
    page = opened(client, "/requests/new/")
    first, second = (post(client, "/requests/new/", page, **FIRST) for _click in range(2))
    assert first.url == second.url
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 1


def test_R005_review_is_read_again_where_somebody_changed_the_request(chad, ready):
    client = client_of(chad)
    page = opened(client, edit(ready, "review"))
    AssistanceRequest.objects.filter(pk=ready.pk).update(version=2, requirement="Three teams")
    response = post(client, edit(ready, "review"), page, submit="1")
    assert response.status_code == 422
    assert "Three teams" in response.content.decode()
    assert AssistanceRequest.objects.get(pk=ready.pk).status == Status.DRAFT


# --- pre-filled -------------------------------------------------------------------------------------------------------


def test_R004_institution_and_plan_come_from_the_last_request_and_say_so(chad, draft):
    RequestFactory(reference="TCD-2026-007", institution="Old authority", national_plan="Plan 2024")
    RequestFactory(reference="TCD-2026-008", institution="High commission", national_plan="Plan 2026")
    client, address = client_of(chad), edit(draft, "plan")
    page = client.get(address).content.decode()
    assert 'value="High commission"' in page
    assert "from your request TCD-2026-008" in page
    assert AssistanceRequest.objects.get(pk=draft.pk).institution == ""  # only what is saved counts
    post(client, address, institution="", national_plan="")
    assert "High commission" not in client.get(address).content.decode()


def test_R004_languages_come_from_the_last_request_and_partners_do_not(chad, draft):
    RequestFactory(reference="TCD-2026-008", languages=["ar"], partners="Whoever came last time")
    page = client_of(chad).get(edit(draft, "channel")).content.decode()
    assert 'value="ar" id="id_languages_0" checked' in " ".join(page.split())
    assert "Whoever came last time" not in page


def test_R004_another_states_request_fills_in_nothing(chad, draft):
    RequestFactory(state_id="LAO", institution="Foreign authority")
    assert "Foreign authority" not in client_of(chad).get(edit(draft, "plan")).content.decode()


# --- N12: nothing typed is lost ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "values", "said"),
    [
        ("obligation", {"title": "x" * 141}, "140"),
        ("need", {"challenge": "x" * 20_001}, "20000"),
        ("costs", {"total_cost": "-5", "currency": "USD"}, "greater than or equal to 0"),
        ("costs", {"total_cost": "5", "currency": "US"}, "three-letter"),
        ("costs", {"total_cost": "5"}, "Say in which currency"),
        ("timing", {"desired_start": "2027-05-01", "desired_end": "2027-04-30"}, "before the start"),
        ("channel", {"channel": "article_7"}, "not one of the available choices"),
    ],
)
def test_N12_bad_input_is_told_at_its_field_and_kept_until_mended(chad, draft, step, values, said):
    client, before = client_of(chad), AssistanceRequest.objects.values().get(pk=draft.pk)
    response = post(client, edit(draft, step), **values)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert AssistanceRequest.objects.values().get(pk=draft.pk) == before
    later = client.get(edit(draft, step)).content.decode()  # the browser was closed meanwhile
    assert "not saved yet" in later
    for value in values.values():
        assert value in later


def test_N12_back_and_the_list_of_steps_lose_nothing_that_is_not_well_formed(chad, draft):
    client = client_of(chad)
    response = post(client, edit(draft, "costs"), total_cost="a million", go="plan")
    assert response.url == edit(draft, "plan")
    page = client.get(response.url).content.decode()
    assert "Not saved" in page
    assert "a million" in client.get(edit(draft, "costs")).content.decode()
    assert "is not saved yet" in client.get(edit(draft, "review")).content.decode()
    post(client, edit(draft, "costs"), total_cost="1000000", currency="USD")
    assert Unsaved.objects.count() == 0


def test_N12_kept_text_is_its_writers_alone(chad, draft):
    colleague = person("second@test.org", "focal_point", state="TCD")
    post(client_of(chad), edit(draft, "costs"), total_cost="a million")
    assert "a million" not in client_of(colleague).get(edit(draft, "costs")).content.decode()


def test_N12_kept_text_can_be_let_go(chad, draft):
    client = client_of(chad)
    post(client, edit(draft, "costs"), total_cost="a million")
    post(client, edit(draft, "costs"), go="discard")
    assert "a million" not in client.get(edit(draft, "costs")).content.decode()


def test_N12_text_sent_after_the_session_ended_is_given_back_after_signing_in(chad, draft):
    client = client_of(chad)
    page = opened(client, edit(draft, "need"))
    client.logout()
    response = post(client, edit(draft, "need"), page, challenge=SCRIPTS)
    assert response.url == f"/accounts/login/?next={edit(draft, 'need')}"
    assert only_draft().challenge == ""
    client.force_login(chad)
    page = client.get(edit(draft, "need")).content.decode()
    assert SCRIPTS in page
    assert "not saved yet" in page
    post(client, edit(draft, "need"), challenge=SCRIPTS)
    assert only_draft().challenge == SCRIPTS


@pytest.mark.parametrize(("query", "step"), [("", {"step": "obligation"}), ("?all", {})])
def test_N12_a_first_form_sent_after_the_session_ended_is_given_back(chad, query, step):
    client = client_of(chad)
    page = opened(client, f"/requests/new/{query}")
    client.logout()
    response = post(client, "/requests/new/", page, title=SCRIPTS, **step)
    client.force_login(chad)
    address = response.url.removeprefix("/accounts/login/?next=").replace("%3F", "?").replace("%3D", "=")
    assert SCRIPTS in client.get(address.replace("%26", "&")).content.decode()
    assert AssistanceRequest.objects.filter(state="TCD", source_id=None).count() == 0


def test_N12_text_sent_without_a_session_is_given_to_nobody_else(chad, lao, draft):
    client = client_of(chad)
    page = opened(client, edit(draft, "need"))
    client.logout()
    post(client, edit(draft, "need"), page, challenge="For Chad only")
    client.force_login(lao)
    assert client.get(edit(draft, "need")).status_code == 404
    assert [kept.owner for kept in Unsaved.objects.all()] == [chad]


@pytest.mark.parametrize("mark", ["", "forged", "WzEsIkRSQUZUIl0:1abc:def"])
def test_N12_nothing_is_kept_for_strangers(client, draft, mark):
    response = client.post(edit(draft, "need"), {"mark": mark, "challenge": "Spam"})
    assert response.url.startswith("/accounts/login/")
    assert Unsaved.objects.count() == 0


def test_N12_a_form_that_is_older_than_the_sign_in_keeps_its_text(chad, draft):
    """Signing in again gives a new token, and the form that was open has the old one."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(chad)
    page = opened(client, edit(draft, "need"))
    old = {**page, "csrfmiddlewaretoken": "x" * 64}
    response = post(client, edit(draft, "need"), old, challenge=SCRIPTS)
    assert response.url == edit(draft, "need")
    assert SCRIPTS in client.get(response.url).content.decode()
    assert only_draft().challenge == ""


def test_a_forged_form_without_our_mark_is_refused(chad, draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(chad)
    assert client.post(edit(draft, "need"), {"challenge": "Forged"}).status_code == 403
    assert Unsaved.objects.count() == 0


# --- two people -------------------------------------------------------------------------------------------------------


def test_N12_two_people_on_one_step_see_both_texts(chad, draft):
    client, address = client_of(chad), edit(draft, "need")
    mine = opened(client, address)
    post(client, address, challenge="By the first")
    response = post(client, address, mine, challenge="By the second")
    page = response.content.decode()
    assert response.status_code == 409
    assert "By the first" in page
    assert "By the second" in page
    assert only_draft().challenge == "By the first"
    again = client.get(address).content.decode()
    assert "By the first" in again
    assert "By the second" in again
    post(client, address, challenge="By both")
    assert only_draft().challenge == "By both"


def test_two_people_on_different_steps_do_not_disturb_each_other(chad, draft):
    client = client_of(chad)
    mine = opened(client, edit(draft, "need"))
    post(client, edit(draft, "plan"), institution="By the first")
    assert post(client, edit(draft, "need"), mine, challenge="By the second").status_code == 302
    after = only_draft()
    assert (after.institution, after.challenge, after.version) == ("By the first", "By the second", 3)


def test_N12_what_comes_after_the_submission_is_shown_and_not_lost(chad, ready):
    client, address = client_of(chad), edit(ready, "need")
    mine = opened(client, address)
    post(client, edit(ready, "review"), submit="1")
    response = post(client, address, mine, challenge="Too late", requirement=ready.requirement)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Too late" in page
    assert SCRIPTS in page


def test_what_comes_after_the_submission_is_compared_in_as_few_queries_as_any_page(chad, ready):
    """The whole form, sent again by its address as a draft; the same words lead to the request."""
    client, address = client_of(chad), f"/requests/{ready.reference}/edit/"
    form = sent_back(client.get(f"{address}?all"))
    post(client, edit(ready, "review"), submit="1")
    with CaptureQueriesContext(connection) as captured:
        assert post(client, address, form, challenge="Too late").status_code == 409
    assert len(captured) <= 12
    assert post(client, address, form).status_code == 302


def test_a_submission_is_read_once(chad, ready):
    client, address = client_of(chad), edit(ready, "review")
    form = opened(client, address)
    with CaptureQueriesContext(connection) as captured:
        assert post(client, address, form, submit="1").status_code == 302
    assert AssistanceRequest.objects.get(pk=ready.pk).status == Status.SUBMITTED
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert len(asked) == len(set(asked))
    assert sum('"requests_app_assistancerequest"."challenge"' in sql for sql in asked) == 1


def test_evidence_by_two_people_is_put_side_by_side(chad, draft):
    item = EvidenceFactory(request=draft)
    client, address = client_of(chad), edit(draft, "evidence")
    mine = opened(client, address)
    EvidenceItem.objects.filter(pk=item.pk).update(claim="By the first")
    AssistanceRequest.objects.filter(pk=draft.pk).update(version=2)
    typed = {"id": str(item.pk), "claim": "By the second", "source": "Records", "dated": "2026-01-31"}
    rows = {"evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "1"}
    response = post(client, address, {**mine, **rows}, **{f"evidence-0-{n}": v for n, v in typed.items()})
    assert response.status_code == 409
    assert "By the first" in response.content.decode()
    assert EvidenceItem.objects.get().claim == "By the first"


# --- whose request it is ----------------------------------------------------------------------------------------------


def test_another_states_draft_does_not_exist(lao, draft):
    client = client_of(lao)
    assert client.get(edit(draft, "need")).status_code == 404
    assert client.post(edit(draft, "need"), {"challenge": "x"}).status_code == 404


@pytest.mark.parametrize("reference", ["TCD-2026-999", "DRAFT-1", "DRAFT-0123456789X"])
def test_no_one_chooses_the_reference_of_a_draft(chad, reference):
    client = client_of(chad)
    post(client, "/requests/new/", opened(client, f"/requests/new/?draft={reference}"), **FIRST)
    assert only_draft().reference != reference
    assert Writing.objects.get().draft_reference == only_draft().reference


# --- what it costs ----------------------------------------------------------------------------------------------------


def statements(act):
    """What an act asks of the database in a process that has served a page before."""
    known_register()
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured.captured_queries]


def test_a_page_of_the_form_needs_twelve_queries_at_most(chad, draft):
    client = client_of(chad)
    EvidenceFactory.create_batch(3, request=draft)
    RequestFactory(institution="High commission", currency="EUR")
    for code in [*(step.code for step in STEPS), "review"]:
        asked = statements(lambda code=code: client.get(edit(draft, code)))
        most = 14 if code == "review" else 12  # the review reads every part, its authors and its country request
        assert len(asked) <= most, (code, len(asked), asked)


@pytest.mark.parametrize(
    ("code", "values", "most"),
    [("obligation", FIRST, 15), ("need", {"challenge": "x"}, 13), ("costs", {"currency": "USD"}, 13)],
)
def test_saving_a_step_costs_few_statements(chad, draft, code, values, most):
    """Of them, two begin and end the transaction; areas are three more: rows, which decide on the steps."""
    client = client_of(chad)
    page = opened(client, edit(draft, code))
    assert len(statements(lambda: post(client, edit(draft, code), page, **values))) <= most
    page = opened(client, edit(draft, code))
    again = statements(
        lambda: client.post(edit(draft, code), {**page, **values}, headers={"accept": "application/json"})
    )
    assert len(again) <= most, again


# --- files ------------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7 survey of the north"
ROW = {"claim": "Area", "figure": "24", "unit": "km²", "source": "Records", "dated": "2026-01-31", "method": "NTS"}
ONE_ROW = {"evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "0"}


def row(**values):
    return ONE_ROW | {f"evidence-0-{name}": value for name, value in {**ROW, **values}.items()}


def a_file(name="Plan of the north.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def content_of(item):
    with item.file.open("rb") as file:
        return file.read()


def kept_key(page):
    return re.search(r'name="evidence-0-upload" value="([^"]+)"', page)[1]


@pytest.mark.parametrize("address", ["/edit/evidence/", "/edit/"])
def test_R003_file_survives_a_mistake_elsewhere(chad, draft, address):
    client, address = client_of(chad), f"/requests/{draft.reference}{address}"
    whole = {"channel": "isu", "visibility": "public"}
    page = opened(client, address) if "evidence" in address else {"version": "1"}
    response = post(client, address, page, **whole, **row(dated="2999-01-01", file=a_file()))
    text = response.content.decode()
    assert response.status_code == 422
    assert "Plan_of_the_north.pdf" in text
    response = post(client, address, page, **whole, **row(upload=kept_key(text)))
    assert response.status_code == 302
    item = EvidenceItem.objects.get()
    assert (item.file_name, content_of(item)) == ("Plan_of_the_north.pdf", PDF)
    assert Upload.objects.count() == 0
    assert client.get(f"{draft.get_absolute_url()}evidence/{item.pk}/").getvalue() == PDF


@pytest.mark.parametrize("address", ["/edit/evidence/", "/edit/?all"])
def test_N12_file_sent_after_the_session_ended_is_given_back_to_its_sender(chad, lao, draft, address):
    """Without a script: the file waits, scanned, under the key that the kept text alone names."""
    client, address = client_of(chad), f"/requests/{draft.reference}{address}"
    page = opened(client, address)
    client.logout()
    answer = post(client, address, page, **row(file=a_file()))
    assert answer.url.startswith("/accounts/login/")
    assert (Upload.objects.get().owner, EvidenceItem.objects.count()) == (chad, 0)
    client.force_login(lao)
    assert client.get(address).status_code == 404
    client.force_login(chad)
    text = client.get(address).content.decode()
    assert "Plan_of_the_north.pdf" in text
    whole = {} if "evidence" in address else {"channel": "isu", "visibility": "public", "version": "1"}
    answer = post(client, address, page, **whole, **row(upload=kept_key(text)))
    assert answer.status_code == 302
    item = EvidenceItem.objects.get()
    assert (item.file_name, content_of(item), Upload.objects.count()) == ("Plan_of_the_north.pdf", PDF, 0)


def test_N12_what_is_not_kept_of_a_file_sent_without_a_session_is_said(chad, draft, settings):
    """Infected, too large, or too many: named, so that the person chooses it again; the text is kept all the same."""
    client = client_of(chad)
    page = opened(client, edit(draft, "evidence"))
    client.logout()

    def sent(**changed):
        for name, value in changed.items():
            setattr(settings, name, value)
        said = client.post(edit(draft, "evidence"), {**page, **row(file=a_file())}, follow=True).content.decode()
        return "not kept: Plan_of_the_north.pdf" in said

    assert sent(SCANNER="tests.requests_app.test_writing.finds_something")
    assert sent(SCANNER="tests.requests_app.test_writing.is_down")
    assert sent(SCANNER="", UPLOAD_MAX_BYTES=5)
    assert Upload.objects.count() == 0
    settings.UPLOAD_MAX_BYTES = 10_000
    size = {"size": len(PDF), "owner": chad, "reference": draft.reference}
    Upload.objects.bulk_create(Upload(key=f"k{number}", name="a.pdf", **size) for number in range(UPLOADS_AT_ONCE))
    assert sent()
    assert Upload.objects.count() == UPLOADS_AT_ONCE
    assert Unsaved.objects.get().data["evidence-0-claim"] == [row()["evidence-0-claim"]]


def test_N12_no_file_is_kept_for_strangers_or_in_another_field(chad, client, draft):
    for mark in ("", "forged"):
        client.post(edit(draft, "evidence"), {"mark": mark, **row(file=a_file())})
    page = opened(client_of(chad), edit(draft, "need"))
    client.post(edit(draft, "need"), {**page, "challenge": "Text", "photo": a_file()})
    assert Upload.objects.count() == 0
    chad.is_active = False
    chad.save()
    client.post(edit(draft, "evidence"), {"mark": page["mark"], **row(file=a_file())})
    assert Upload.objects.count() == 0


def finds_something(name, content):
    return "a virus"


def is_down(name, content):
    raise OSError


def test_R003_kept_file_of_one_request_is_no_evidence_of_another(chad, draft):
    client = client_of(chad)
    page = post(client, edit(draft, "evidence"), **row(dated="", file=a_file())).content.decode()
    other = RequestFactory(reference="DRAFT-1111111111", draft=True)
    response = post(client, edit(other, "evidence"), **row(upload=kept_key(page)))
    assert response.status_code == 422
    assert EvidenceItem.objects.count() == 0


def announce(client, asked, name="big.pdf", size=28, tag="big"):
    """Of the size of `PDF`, unless a test says otherwise."""
    return client.post(f"/requests/{asked.reference}/files/", {"name": name, "size": size, "tag": tag})


def part(client, state, content, offset=None):
    offset = state["received"] if offset is None else offset
    return client.post(f"{state['address']}?offset={offset}", content, content_type="application/octet-stream")


def test_R003_file_in_parts_goes_on_where_it_was_cut(chad, draft):
    client = client_of(chad)
    begun = announce(client, draft)
    assert begun.status_code == 201
    assert part(client, begun.json(), PDF[:10]).json()["received"] == 10
    again = announce(client, draft).json()  # the link was cut, the same file is chosen again
    assert (again["key"], again["received"]) == (begun.json()["key"], 10)
    wrong = part(client, again, PDF[5:], offset=5)
    assert (wrong.status_code, wrong.json()) == (409, {"received": 10})
    done = part(client, again, PDF[10:]).json()
    assert done["is_checked"]
    post(client, edit(draft, "evidence"), **row(upload=done["key"]))
    item = EvidenceItem.objects.get()
    assert (item.file_name, content_of(item)) == ("big.pdf", PDF)


def test_R003_file_that_is_not_whole_is_no_evidence(chad, draft):
    client = client_of(chad)
    begun = announce(client, draft).json()
    part(client, begun, PDF[:10])
    response = post(client, edit(draft, "evidence"), **row(upload=begun["key"]))
    assert response.status_code == 422
    assert "not arrived whole" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "size", "said"), [("a.exe", 5, "this type"), ("a.pdf", 0, "empty"), ("a.pdf", 10**12, "too large")]
)
def test_R003_file_is_refused_before_it_is_sent(chad, draft, name, size, said):
    response = announce(client_of(chad), draft, name, size)
    assert response.status_code == 422
    assert said in response.json()["error"]
    assert Upload.objects.count() == 0


def test_R003_disguised_file_in_parts_is_refused_and_removed(chad, draft, tmp_path):
    client = client_of(chad)
    response = part(client, announce(client, draft, size=4).json(), b"MZ\x90x")
    assert response.status_code == 422
    assert "not what its name says" in response.json()["error"]
    assert (Upload.objects.count(), list(tmp_path.rglob("*.pdf"))) == (0, [])


def test_R003_no_part_goes_beyond_the_announced_size(chad, draft):
    client = client_of(chad)
    assert part(client, announce(client, draft, size=4).json(), b"%PDF-more").status_code == 409


def test_files_of_others_are_not_found(chad, lao, draft):
    begun = announce(client_of(chad), draft).json()
    assert announce(client_of(lao), draft).status_code == 404
    assert part(client_of(lao), begun, PDF).status_code == 404
    colleague = person("second@test.org", "focal_point", state="TCD")
    assert part(client_of(colleague), begun, PDF).status_code == 404


def infected(name, content):
    return "EICAR" if b"EICAR" in content else ""


def down(name, content):
    raise ConnectionError


@pytest.mark.parametrize(
    ("scanner", "content", "said"),
    [
        (f"{__name__}.infected", PDF + b"EICAR", "scanner has refused"),
        (f"{__name__}.down", PDF, "does not answer"),
        ("nowhere.to.be.found", PDF, "does not answer"),
        ("/bin/false --no-summary", PDF, "scanner has refused"),
        ("/nonexistent/scanner", PDF, "does not answer"),
        ("/bin/sh -c 'exit 2'", PDF, "does not answer"),
    ],
)
def test_R003_scanner_refuses_or_is_down_and_the_file_is_not_taken(
    chad, draft, settings, tmp_path, scanner, content, said
):
    settings.SCANNER = scanner
    client = client_of(chad)
    response = post(client, edit(draft, "evidence"), **row(file=a_file(content=content)))
    assert response.status_code == 422
    assert said in response.content.decode()
    refused = part(client, announce(client, draft, size=len(content)).json(), content)
    assert said in refused.json()["error"]
    assert (EvidenceItem.objects.count(), Upload.objects.count(), list(tmp_path.rglob("*.pdf"))) == (0, 0, [])


@pytest.mark.parametrize("scanner", [f"{__name__}.infected", "/bin/true -"])
def test_R003_scanned_and_clean(chad, draft, settings, scanner):
    settings.SCANNER = scanner
    assert post(client_of(chad), edit(draft, "evidence"), **row(file=a_file())).status_code == 302
    assert content_of(EvidenceItem.objects.get()) == PDF


def test_files_and_texts_that_nobody_came_back_for_are_forgotten(chad, draft, tmp_path):
    client = client_of(chad)
    part(client, announce(client, draft).json(), PDF[:10])
    post(client, edit(draft, "costs"), total_cost="a million")
    forget_old(timezone.now())
    assert (Upload.objects.count(), Unsaved.objects.count()) == (1, 1)
    forget_old(timezone.now() + timedelta(days=8))
    assert (Upload.objects.count(), Unsaved.objects.count(), list(tmp_path.rglob("*.pdf"))) == (0, 1, [])
    forget_old(timezone.now() + timedelta(days=91))
    assert Unsaved.objects.count() == 0


def test_upload_holds_no_more_than_was_announced(chad):
    values = {"key": "x", "owner": chad, "reference": "DRAFT-1", "name": "a.pdf"}
    for wrong in ({"size": 0}, {"size": 5, "received": 6}, {"size": 5, "received": 4, "is_checked": True}):
        with pytest.raises(IntegrityError, match="upload_within_its_size"), transaction.atomic():
            Upload.objects.create(**values, **wrong)


# --- saved by the script ----------------------------------------------------------------------------------------------


def by_script(client, address, page, **values):
    return client.post(address, {**page, **values}, headers={"accept": "application/json"})


def test_N12_script_saves_a_draft_and_is_told_when(chad):
    client = client_of(chad)
    page = opened(client, "/requests/new/")
    first = by_script(client, "/requests/new/", page, title="Sur")
    asked = only_draft()
    said = first.json()
    assert (first.status_code, said["address"], said["version"]) == (200, edit(asked, "obligation"), 1)
    page |= {"version": said["version"], "seen": said["seen"]}
    second = by_script(client, said["address"], page, title="Survey")
    assert (second.json()["version"], only_draft().title) == (2, "Survey")


def test_N12_script_keeps_what_is_not_well_formed(chad, draft):
    client = client_of(chad)
    response = by_script(client, edit(draft, "costs"), opened(client, edit(draft, "costs")), total_cost="a mill")
    assert (response.status_code, response.json()["is_wrong"]) == (200, True)
    assert "a mill" in client.get(edit(draft, "costs")).content.decode()


def test_N12_script_keeps_rows_of_evidence_until_they_are_saved(chad, draft):
    client = client_of(chad)
    response = by_script(client, edit(draft, "evidence"), opened(client, edit(draft, "evidence")), **row(source=""))
    assert response.json()["is_wrong"]
    for _again in range(2):
        response = by_script(client, edit(draft, "evidence"), opened(client, edit(draft, "evidence")), **row())
    assert (response.json()["is_wrong"], EvidenceItem.objects.count()) == (False, 0)
    assert "km²" in client.get(edit(draft, "evidence")).content.decode()
    post(client, edit(draft, "evidence"), **row())
    assert (EvidenceItem.objects.count(), Unsaved.objects.count()) == (1, 0)


def test_N12_script_is_told_of_the_ended_session_and_the_text_is_kept(chad, draft):
    client = client_of(chad)
    page = opened(client, edit(draft, "need"))
    client.logout()
    response = by_script(client, edit(draft, "need"), page, challenge=SCRIPTS)
    assert (response.status_code, response.json()) == (401, {"is_kept": True, "address": edit(draft, "need")})
    client.force_login(chad)
    assert SCRIPTS in client.get(edit(draft, "need")).content.decode()


def test_N12_script_is_told_of_the_other_person_and_both_texts_stay(chad, draft):
    client = client_of(chad)
    mine = opened(client, edit(draft, "need"))
    post(client, edit(draft, "need"), challenge="By the first")
    response = by_script(client, edit(draft, "need"), mine, challenge="By the second")
    assert (response.status_code, response.json()["is_conflict"]) == (409, True)
    page = client.get(edit(draft, "need")).content.decode()
    assert "By the first" in page
    assert "By the second" in page


# --- help to write ----------------------------------------------------------------------------------------------------


def test_R005_open_questions_stand_beside_the_need_and_never_block(chad, draft):
    client = client_of(chad)
    assert post(client, edit(draft, "need"), challenge="Rain", requirement="help").status_code == 302
    page = client.get(edit(draft, "need")).content.decode()
    assert "How many or how much" in page
    post(client, edit(draft, "need"), challenge="Rain", requirement="Two teams in 40 villages of Xieng Khouang to 2028")
    assert "How many or how much" not in client.get(edit(draft, "need")).content.decode()


def test_R005_help_me_write_it_saves_and_asks_the_isu(chad, isu, draft):
    client = client_of(chad)
    response = post(client, edit(draft, "need"), challenge=SCRIPTS, go="help")
    assert response.url == f"{draft.get_absolute_url()}writing-help/"
    assert "does not see a draft" in client.get(response.url).content.decode()
    ticket = client.post(response.url, {"question": "Is this clear?", "with_text": "on"}).url
    seen = client_of(isu).get(ticket).content.decode()
    assert "Is this clear?" in seen
    assert SCRIPTS in seen
    assert ticket in client.get(response.url).content.decode()  # asked once, it goes on in one thread


def test_R005_the_draft_stays_hidden_where_its_text_is_not_sent_along(chad, isu, draft):
    client = client_of(chad)
    post(client, edit(draft, "need"), challenge="Not for others")
    ticket = client.post(f"{draft.get_absolute_url()}writing-help/", {"question": "How long?"}).url
    assert "Not for others" not in client_of(isu).get(ticket).content.decode()


def test_ticket_follows_the_request_to_its_number(chad, ready):
    client = client_of(chad)
    client.post(f"{ready.get_absolute_url()}writing-help/", {"question": "How long?"})
    asked = post(client, edit(ready, "review"), submit="1").url
    assert HelpTicket.objects.get().page == asked


# --- a mistake beside a file ------------------------------------------------------------------------------------------

LINE = {"claim": "Survey report", "figure": "12", "unit": "m²", "source": "NRA", "method": "NTS", "dated": "2026-01-31"}


def line(**values):
    return {f"evidence-0-{name}": value for name, value in {**LINE, **values}.items()}


@pytest.mark.parametrize("mistake", [{"evidence-0-dated": "2099-01-01"}, {"desired_end": "2020-01-01"}])
def test_R003_new_request_is_saved_once_its_mistake_beside_a_file_is_mended(chad, mistake):
    client = client_of(chad)
    first = sent_back(client.get("/requests/new/?all"))
    file = SimpleUploadedFile("Survey.csv", b"area;m2\nnorth;2400000\n")
    told = client.post(
        "/requests/new/?all",
        {**first, "title": "Survey", "desired_start": "2027-01-01", **line(file=file), **mistake, "save": "1"},
    )
    assert told.status_code == 422
    shown = sent_back(told)
    assert {name: shown[name] for name in line()} == {
        name: [mistake.get(name, value)] for name, value in line().items()
    }, "as it was typed"
    mended = client.post("/requests/new/?all", {**shown, **line(), "desired_end": "2027-12-31", "save": "1"})
    assert mended.status_code == 302
    (item,) = only_draft().evidence.all()
    assert (item.claim, item.file_name, item.source) == ("Survey report", "Survey.csv", "NRA")
    with item.file.open() as kept:
        assert kept.read().startswith(b"area")


@pytest.mark.parametrize("address", ["edit/?all", "edit/evidence/"])
def test_R003_line_of_a_stored_draft_survives_a_mistake_beside_a_file(chad, draft, address):
    EvidenceFactory(request=draft, claim="First", source="Records")
    client, path = client_of(chad), f"/requests/{draft.reference}/{address}"
    first = sent_back(client.get(path))
    file = SimpleUploadedFile("Survey.csv", b"area;m2\nnorth;2400000\n")
    told = client.post(path, {**first, **line(file=file, dated="2099-01-01"), "save": "1"})
    assert told.status_code == 422
    shown = sent_back(told)
    assert not [value for values in shown.values() for value in values if value.startswith("[")]
    assert shown["evidence-0-id"] == first["evidence-0-id"]
    again = client.get(path) if "evidence/" in address else told  # what was typed is kept
    assert sent_back(again)["evidence-0-claim"] == ["Survey report"]
    mended = client.post(path, {**sent_back(again), **line(), "save": "1"})
    assert mended.status_code == 302
    (item,) = draft.evidence.all()
    assert (item.claim, item.file_name) == ("Survey report", "Survey.csv")
