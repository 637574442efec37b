"""Offices: who holds them on a day, who sees which address, whom a letter reaches, and texts that name the holders."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.actions import send_waiting_mails
from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import Appointment, AuditEvent, OutboxMail
from ccm_portal.loading import load_all
from ccm_portal.register.holders import post_of, with_holders
from ccm_portal.register.models import Office, OfficeTerm, PageText
from ccm_portal.register.placeholders import BadPlaceholder, check_placeholders, fill
from coalitions.models import WorkPlan
from tests.conftest import person
from tests.test_access import CLEARANCE, COOPERATION

pytestmark = pytest.mark.django_db

LIST, OFFICE, WRITE = "/offices/", f"/offices/{COOPERATION}/", f"/offices/{COOPERATION}/write/"
LETTER = {"name": "Ana Writer, Example Institute", "email": "ana@writer.org", "text": "How does one join the workshop?"}


@pytest.fixture(autouse=True)
def letters_uncounted():
    cache.clear()


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def term(state, starts, ends=None, office=COOPERATION, **values):
    return OfficeTerm.objects.create(
        office=Office.objects.get(code=office), state_id=state, starts=starts, ends=ends, **values
    )


def write(client, office=COOPERATION, **values):
    return client.post(f"/offices/{office}/write/", LETTER | values, follow=True)


def addresses():
    return sorted(OutboxMail.objects.values_list("to", flat=True))


# --- the register of offices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "states"),
    [
        ("2018-10-01", {"Netherlands (Kingdom of the)", "Peru"}),
        ("2020-01-01", {"Montenegro", "Netherlands (Kingdom of the)"}),
        ("2024-01-01", {"Lebanon", "Switzerland"}),
        ("2012-01-01", set()),
    ],
)
def test_R119_list_shows_who_held_the_office_on_the_day(client, day, states):
    records = client.get(LIST, {"as_of": day, "format": "json"}).json()
    holders = {record["code"]: set(record["holders"]) for record in records}
    assert holders[COOPERATION] == states


def test_R119_office_and_state_are_public_the_address_is_not(client, as_user, observer):
    term("NOR", "2024-09-14", contact_email="post@mission.org", source="x")
    for address in (LIST, OFFICE, WRITE, LIST + "?format=json", LIST + "?format=csv", "/states/nor/"):
        text = client.get(address).content.decode()
        assert "post@mission.org" not in text
    assert "Norway" in page(client, LIST)
    assert "Norway" in page(client, OFFICE)
    assert "post@mission.org" in page(as_user(observer), OFFICE)
    assert "post@mission.org" not in as_user(observer).get(LIST + "?format=json").content.decode()


def test_R119_isu_is_an_office_with_its_published_address(client, as_user, norway):
    address = "/offices/implementation-support-unit/"
    assert "info@cmconvention.org" not in page(client, address)
    assert "info@cmconvention.org" in page(as_user(norway), address)


def test_R119_address_of_a_term_that_is_over_is_not_shown(as_user, norway):
    term("ZMB", "2024-09-14", "2025-09-19", contact_email="former@mission.org")
    assert "former@mission.org" not in page(as_user(norway), OFFICE)
    assert "former@mission.org" in page(as_user(norway), OFFICE, as_of="2025-01-01")


def test_R119_office_page_holds_its_history_and_says_when_nobody_is_on_record(client):
    text = page(client, OFFICE, as_of="2026-11-21")
    assert "Nobody is on record for 21 November 2026" in text
    assert "Lebanon, Switzerland (2023-2024)" in text
    assert "Montenegro" in text


def test_list_costs_the_same_with_more_terms(client):
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(6):
        term("NOR", date(2024, 9, 14) + timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(few) == len(many) <= 4


# --- letters ----------------------------------------------------------------------------------------------------------


def test_R119_letter_reaches_the_holder_of_the_day(client, coordinator):
    response = write(client)
    assert addresses() == ["coordinator@test.org"]
    assert "Switzerland" in response.content.decode()
    assert "coordinator@test.org" not in response.content.decode()
    (letter,) = OutboxMail.objects.all()
    assert LETTER["text"] in letter.body
    assert letter.reply_to == LETTER["email"]
    assert OFFICE in letter.body


def test_R119_letter_follows_the_term(client, coordinator, today):
    """The term passes to Lebanon; nobody touches the accounts."""
    incoming = person("lebanon@test.org")
    office = Office.objects.get(code=COOPERATION)
    Appointment.objects.create(
        user=incoming, role=Role.COORDINATOR, office=office, state_id="LBN", starts=date(2020, 1, 1)
    )
    here = timezone.localdate()
    OfficeTerm.objects.filter(office=office, state="CHE", ends=None).update(ends=here - timedelta(days=1))
    term("LBN", here)
    write(client)
    assert addresses() == ["lebanon@test.org"]


def test_R119_both_of_a_pair_receive_it_by_account_or_by_published_address(client, coordinator):
    term("LBN", timezone.localdate(), contact_email="post@lebanon.org")
    write(client)
    assert addresses() == ["coordinator@test.org", "post@lebanon.org"]


def test_R119_account_comes_before_the_published_address(client, coordinator):
    OfficeTerm.objects.filter(state="CHE", ends=None).update(contact_email="old@mission.org")
    write(client)
    assert addresses() == ["coordinator@test.org"]


def test_R119_without_a_holder_the_isu_receives_it_and_the_page_says_so(client, isu):
    assert "goes to the Implementation Support Unit" in page(client, WRITE)
    response = write(client)
    assert addresses() == ["isu@test.org"]
    assert "went to the ISU" in response.content.decode()
    assert "pass it on" in OutboxMail.objects.get().body


def test_R119_without_isu_accounts_its_published_address_receives_it(client):
    write(client)
    assert addresses() == ["info@cmconvention.org"]


def test_R119_letter_to_the_isu_reaches_the_isu(client, isu):
    response = write(client, "implementation-support-unit")
    assert addresses() == ["isu@test.org"]
    assert "on its way to: Implementation Support Unit" in response.content.decode()


def test_letter_without_any_address_is_refused_and_kept_in_the_form(client):
    OfficeTerm.objects.update(contact_email="")
    response = write(client)
    assert response.status_code == 422
    assert LETTER["text"] in response.content.decode()
    assert not OutboxMail.objects.exists()
    assert not AuditEvent.objects.filter(action="office written to").exists()


def test_R119_letter_is_audited_without_its_text(client, as_user, coordinator, norway):
    write(as_user(norway))
    event = AuditEvent.objects.get(action="office written to")
    assert (event.actor, event.subject, event.details) == (norway, COOPERATION, {"reached": ["Switzerland"]})


def test_letter_leaves_with_the_writers_address_to_answer_to(client, coordinator):
    write(client)
    assert send_waiting_mails(now=timezone.now()) == (1, 0)
    assert mail.outbox[-1].reply_to == [LETTER["email"]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"email": "not an address"}, "valid email"),
        ({"name": ""}, "required"),
        ({"text": "Hi"}, "at least a sentence"),
        ({"text": "x" * 5001}, "5000"),
        ({"email": "ana@writer.org\nBcc: all@world.org"}, "valid email"),
    ],
)
def test_letter_that_cannot_be_sent_is_explained_and_kept(client, coordinator, values, said):
    response = write(client, **values)
    assert response.status_code == 422
    text = response.content.decode()
    assert said in text
    assert "Ana Writer" in text or "name" in values
    assert not OutboxMail.objects.exists()


def test_name_cannot_forge_lines_of_the_mail(client, coordinator):
    write(client, name="Ana\n\nThe ISU writes:")
    assert "Ana The ISU writes: <ana@writer.org>" in OutboxMail.objects.get().body


def test_machine_that_fills_every_field_sends_nothing(client, coordinator):
    response = write(client, website="https://spam.org")
    assert response.status_code == 200
    assert not OutboxMail.objects.exists()


def test_letters_are_limited_by_writer_and_by_address(client, coordinator):
    for _time in range(5):
        assert write(client).status_code == 200
    refused = write(client)
    assert refused.status_code == 429
    assert "nothing was sent" in refused.content.decode()
    assert LETTER["text"] in refused.content.decode()
    for number in range(5):
        write(client, email=f"other{number}@writer.org")
    assert write(client, email="last@writer.org").status_code == 429
    assert OutboxMail.objects.count() == 10


def test_signed_in_person_finds_name_and_address_filled_in(as_user, norway):
    text = page(as_user(norway), WRITE)
    assert 'value="nor@test.org"' in text


# --- R120: texts that name the holders --------------------------------------------------------------------------------


def test_R120_placeholder_names_the_pair_of_the_day():
    text = "Write to {{icaCoordinators|date}}."
    assert with_holders(text, date(2024, 1, 1)) == "Write to Lebanon and Switzerland."
    assert with_holders(text, date(2018, 10, 1)) == "Write to Netherlands (Kingdom of the) and Peru."
    assert with_holders("{{ icaCoordinators | 2020-01-01 }}", date(2024, 1, 1)) == (
        "Montenegro and Netherlands (Kingdom of the)"
    )
    assert with_holders("{{icaCoordinators}}", date(2012, 1, 1)) == "(nobody on record)"
    assert with_holders("{{president|date}} and {{isu}}", date(2024, 1, 1)) == "Mexico and Implementation Support Unit"


def test_R120_changing_the_register_changes_every_page_but_not_a_dated_text(client):
    term("NOR", "2024-09-14")
    term("ZMB", "2024-09-14")
    pages = [LIST, OFFICE, WRITE, "/about/asking/"]
    assert all("Norway" in page(client, address) and "Zambia" in page(client, address) for address in pages)
    OfficeTerm.objects.filter(state="ZMB", starts="2024-09-14").update(state="FJI")
    for address in pages:
        text = page(client, address)
        assert "Fiji" in text
        assert "Zambia" not in text
    leaflet = page(client, "/about/cooperation-2018/")
    assert "Netherlands (Kingdom of the) and Peru" in leaflet
    assert "Norway" not in leaflet
    assert "Germany" in leaflet


def test_R120_undated_page_can_be_read_as_of_a_day(client):
    assert "Lebanon and Switzerland" in page(client, "/about/asking/", as_of="2024-01-01")
    assert "Montenegro" in page(client, "/about/asking/", as_of="2020-01-01")


def test_R120_no_template_and_no_stored_page_names_an_office_holder():
    names = set(OfficeTerm.objects.filter(state__isnull=False).values_list("state__name", flat=True))
    names |= {name.split(" (")[0] for name in names}
    texts = {path.name: path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html")}
    texts |= {text.slug: text.body for text in PageText.objects.all()}
    found = {(file, name) for file, text in texts.items() for name in names if name in text}
    assert len(names) > 30
    assert found == set()


def test_R120_work_plan_text_names_the_holders_of_its_first_day(client):
    WorkPlan.objects.filter(slug="cooperation-2023-2024").update(implementers=["{{icaCoordinators|date}} lead"])
    assert "Lebanon and Switzerland lead" in page(client, "/work-plans/cooperation-2023-2024/")


@pytest.mark.parametrize("body", ["{{nobody}}", "{{icaCoordinators|yesterday}}", "{{icaCoordinators", "{{ 1 }}"])
def test_R120_placeholder_that_means_nothing_is_refused_beside_the_text(body):
    text = PageText(slug="x", title="x", body=body, last_reviewed=date(2026, 1, 1), source="x")
    with pytest.raises(ValidationError) as refused:
        text.full_clean()
    assert list(refused.value.message_dict) == ["body"]


def test_placeholders_are_pure():
    assert fill("a {{x}} b {{y}}", date(2020, 1, 1), lambda name, day: ["B", "A"] if name == "x" else None) == (
        "a B and A b {{y}}"
    )
    check_placeholders("{{x|2020-01-01}} {{x|date}} {{ x }}", ["x"])
    with pytest.raises(BadPlaceholder):
        check_placeholders("{{x|2020-13-01}}", ["x"])


def test_R124_page_says_when_it_was_last_reviewed(client):
    PageText.objects.filter(slug="asking").update(last_reviewed="2026-02-03")
    assert "Last reviewed 3 February 2026" in page(client, "/about/asking/")
    assert "last reviewed 3 February 2026" in page(client, "/about/")


def test_page_text_is_text_not_markup(client):
    PageText.objects.filter(slug="asking").update(body="<script>alert(1)</script>\n## Head\n- one\n- two")
    text = page(client, "/about/asking/")
    assert "&lt;script&gt;" in text
    assert "<h2>Head</h2><ul>" in text.replace("\n", "")


def test_edited_term_survives_a_refresh_and_its_address_too(isu):
    held = OfficeTerm.objects.get(office__kind="isu")
    held.contact_email = "new@post.org"
    held._history_user = isu
    held.save()
    load_all(settings.REFERENCE_DIR)
    held.refresh_from_db()
    assert held.contact_email == "new@post.org"


def test_post_of_an_office_that_nobody_ever_held():
    office = Office.objects.create(code="new-theme", name="Coordinator on a new theme", kind="coordinator")
    post = post_of(office, date(2026, 1, 1))
    assert (post.holders, post.last, post.names) == ([], [], [])


def test_R008_clearance_office_is_another_office(client, coordinator):
    write(client, CLEARANCE)
    assert "coordinator@test.org" not in addresses()
