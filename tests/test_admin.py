"""The admin: ISU staff find, filter, edit and import; what the site decides is only shown; nobody else enters."""

import csv
import io

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import Appointment, AuditEvent, User
from ccm_portal.loading import load_all
from ccm_portal.register.models import Completion, ExtensionDecision, Meeting, Obligation, State, TransparencyReport
from coalitions.models import Coalition
from requests_app.actions import change_visibility
from requests_app.models import AssistanceRequest, Offer
from tests.coalitions.factories import CoalitionFactory
from tests.conftest import person
from tests.requests_app.factories import OfferFactory, RequestFactory, ShareFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(isu):
    return client_of(isu)


def address(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_of(response):
    """What a browser would send back untouched: every field of the page with its value."""
    fields = {}
    for form in [response.context["adminform"].form, *inline_forms(response)]:
        for bound in form:
            value = bound.value()
            if value is True or (value not in (None, False) and value != []):
                fields[bound.html_name] = [getattr(v, "pk", v) for v in value] if isinstance(value, list) else value
    for inline in response.context["inline_admin_formsets"]:
        for bound in inline.formset.management_form:
            fields[bound.html_name] = bound.value()
    return {name: "on" if value is True else value for name, value in fields.items()}


def inline_forms(response):
    return [form for inline in response.context["inline_admin_formsets"] for form in inline.formset.forms]


def change(client, obj, **values):
    where = address(type(obj), "change", obj.pk)
    return client.post(where, {**form_of(client.get(where)), "change_reason": "corrected", **values})


# --- who may enter ----------------------------------------------------------------------------------------------------

REGISTERED = list(admin.site._registry)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_isu_staff_open_every_list_and_search_it(staff, model):
    response = staff.get(address(model))
    if response.status_code == 403:
        assert model._meta.app_label in {"account", "mfa"}  # of the sign-in package: for superusers
        return
    assert response.status_code == 200
    assert staff.get(address(model), {"q": "Lao"}).status_code == 200


def people_without_rights(norway, coordinator, npa):
    clerk = person("clerk@test.org")
    former = person("former@test.org", Role.ISU)
    Appointment.objects.filter(user=former).update(ends="2021-01-01")
    return [clerk, former, norway, coordinator, npa]


def test_staff_without_an_isu_post_get_nothing(norway, coordinator, npa):
    """The staff mark alone opens no model, whatever other post its holder has."""
    state = State.objects.get(pk="LAO")
    for user in people_without_rights(norway, coordinator, npa):
        User.objects.filter(pk=user.pk).update(is_staff=True)
        client = client_of(user)
        front = client.get("/admin/")
        assert front.context["app_list"] == []
        for model in (State, AssistanceRequest, User, AuditEvent, Coalition):
            assert client.get(address(model)).status_code == 403
        assert client.post(address(State, "change", "LAO"), {"name": "X"}).status_code == 403
        assert client.get(reverse("admin:register_import")).status_code == 403
        state.refresh_from_db()
        assert state.name == "Lao People's Democratic Republic"


def test_isu_without_the_staff_mark_stays_outside():
    user = person("isu2@test.org", Role.ISU)
    assert client_of(user).get("/admin/").status_code == 302


def test_public_is_sent_to_the_one_door(client):
    assert client.get(address(State)).status_code == 302


def test_isu_staff_make_nobody_staff_or_superuser(staff, chad):
    change(staff, chad, is_staff="on", is_superuser="on", name="Focal point of Chad")
    chad.refresh_from_db()
    assert chad.name == "Focal point of Chad"
    assert (chad.is_staff, chad.is_superuser) == (False, False)


def test_isu_staff_cannot_touch_a_superuser(staff):
    boss = User.objects.create_superuser("boss@test.org", "pw", name="Boss")
    where = address(User, "change", boss.pk)
    assert staff.post(where, {"email": "x@test.org", "name": "x"}).status_code == 403
    assert staff.get(reverse("admin:auth_user_password_change", args=[boss.pk])).status_code == 403
    assert staff.post(reverse("admin:auth_user_password_change", args=[boss.pk]), {}).status_code == 403


def test_isu_staff_open_an_account_with_its_post(staff):
    data = {
        "email": "new@test.org", "name": "Focal point of Togo", "usable_password": "false",
        "appointments-TOTAL_FORMS": "1", "appointments-INITIAL_FORMS": "0",
        "appointments-0-role": "focal_point", "appointments-0-state": "TGO", "appointments-0-starts": "2026-01-01",
    }  # fmt: skip
    staff.post(address(User, "add"), data)
    user = User.objects.get(email="new@test.org")
    change(staff, user, **data)
    assert User.objects.get(pk=user.pk).access.state.pk == "TGO"
    assert AuditEvent.objects.filter(action="admin: added", actor__email="isu@test.org").exists()


def test_wrong_post_is_told_not_crashed(staff, chad):
    response = change(staff, chad, **{"appointments-0-state": ""})
    assert response.status_code == 200
    assert "A focal point or national author needs a State" in response.content.decode()


# --- finding, filtering, editing --------------------------------------------------------------------------------------


def names(response):
    return {str(obj) for obj in response.context["cl"].result_list}


def test_states_are_found_by_former_and_foreign_names(staff):
    assert names(staff.get(address(State), {"q": "Cape Verde"})) == {"Cabo Verde"}
    assert names(staff.get(address(State), {"q": "Tchad"})) == {"Chad"}


@pytest.mark.parametrize("query", ["region__exact=africa", "is_verified__exact=0", "instrument__exact=accession"])
def test_states_are_filtered(staff, query):
    shown = staff.get(f"{address(State)}?{query}").context["cl"].result_count
    assert 0 < shown < State.objects.count()


def test_requests_are_found_and_filtered(staff):
    asked = RequestFactory(title="Survey of the north", areas=["clearance"])
    assert names(staff.get(address(AssistanceRequest), {"q": asked.reference})) == {asked.reference}
    listed = staff.get(f"{address(AssistanceRequest)}?visibility__exact=coordinators_isu&areas__code__exact=clearance")
    assert names(listed) == {asked.reference}


def test_drafts_are_the_states_own(staff):
    asked = RequestFactory(draft=True)
    assert asked.reference not in names(staff.get(address(AssistanceRequest)))
    assert staff.get(address(AssistanceRequest, "change", asked.pk)).status_code == 302


def test_edit_of_a_state_is_kept_with_history_and_audit(staff, isu):
    state = State.objects.get(pk="TGO")
    assert change(staff, state, note="Checked by hand").status_code == 302
    state.refresh_from_db()
    assert state.note == "Checked by hand"
    assert state.history.first().history_user == isu
    assert AuditEvent.objects.filter(action="admin: changed", actor=isu, subject__contains="Togo").exists()


def test_edit_that_breaks_a_rule_of_the_treaty_is_told(staff):
    response = change(staff, State.objects.get(pk="TGO"), signed="2030-01-01")
    assert response.status_code == 200
    assert "A State signs before it deposits" in response.content.decode()


def test_extension_decision_is_added_on_the_obligation(staff):
    obligation = Obligation.objects.get(state="MRT", limb="4.1(a)")
    meeting = Meeting.objects.order_by("-first_day").first()
    number = obligation.extensions.count()
    added = {
        f"extensions-{number}-{name}": value
        for name, value in {
            "sequence": 9, "meeting": meeting.pk, "outcome": "granted", "granted_until": "2031-08-01",
            "precision": "day", "requested_precision": "day", "is_verified": "on", "obligation": obligation.pk,
        }.items()
    }  # fmt: skip
    response = change(staff, obligation, **added, **{"extensions-TOTAL_FORMS": number + 1})
    assert response.status_code == 302
    assert str(obligation.extensions.get(sequence=9).granted_until) == "2031-08-01"


@pytest.mark.parametrize(("until", "status"), [("2024-01-01", 200), ("2026-10-01", 200), ("2028-10-01", 302)])
def test_extension_ends_after_the_deadline_that_it_replaces(staff, until, status):
    """Chad's second extension runs to 1 October 2026; a third does not move its deadline back."""
    obligation = Obligation.objects.get(state="TCD", limb="4.1(a)")
    number = obligation.extensions.count()
    added = {
        f"extensions-{number}-{name}": value
        for name, value in {
            "sequence": 9, "meeting": Meeting.objects.order_by("-first_day").first().pk, "outcome": "granted",
            "granted_until": until, "precision": "day", "requested_precision": "day", "obligation": obligation.pk,
        }.items()
    }  # fmt: skip
    response = change(staff, obligation, **added, **{"extensions-TOTAL_FORMS": number + 1})
    assert response.status_code == status
    if status == 200:
        assert "which is 1 October 2026" in response.content.decode()
        assert not obligation.extensions.filter(sequence=9).exists()


def test_transparency_report_is_recorded_by_hand(staff):
    data = {"state": "TGO", "kind": "annual", "covered_year": "2025", "received_on": "2026-04-30", "precision": "day",
            "is_verified": "on", "forms-TOTAL_FORMS": "0", "forms-INITIAL_FORMS": "0",
            "figures-TOTAL_FORMS": "0", "figures-INITIAL_FORMS": "0"}  # fmt: skip
    assert staff.post(address(TransparencyReport, "add"), data).status_code == 302
    assert TransparencyReport.objects.filter(state="TGO", covered_year=2025).exists()
    again = staff.post(address(TransparencyReport, "add"), data)
    assert again.status_code == 200  # told, not crashed
    assert "already exists" in again.content.decode()


# --- status and visibility --------------------------------------------------------------------------------------------


def test_status_and_visibility_of_a_request_are_read_only(staff):
    asked = RequestFactory(areas=["clearance"])
    response = change(
        staff, asked, status="closed_met", visibility="public", reference="X", state="LAO", title="By the ISU",
        submitted_on="2020-01-01",
    )  # fmt: skip
    assert response.status_code == 302
    after = AssistanceRequest.objects.get(pk=asked.pk)
    assert (after.status, after.visibility, after.reference) == ("submitted", "coordinators_isu", asked.reference)
    assert (after.state_id, after.submitted_on, after.title) == ("TCD", asked.submitted_on, "By the ISU")
    assert after.version == asked.version + 1
    assert {"by", "the", "isu"} <= set(after.search_texts.get().words.split())


def test_R009_objection_of_a_state_is_read_only(staff):
    asked = RequestFactory(to_isu_alone=True)
    change(staff, asked, inform_coordinators="on", channel="coordinators")
    after = AssistanceRequest.objects.get(pk=asked.pk)
    assert (after.inform_coordinators, after.channel) == (False, "isu")


def test_requests_are_neither_added_nor_deleted(staff):
    asked = RequestFactory()
    assert staff.get(address(AssistanceRequest, "add")).status_code == 403
    assert staff.post(address(AssistanceRequest, "delete", asked.pk), {"post": "yes"}).status_code == 403
    assert AssistanceRequest.objects.filter(pk=asked.pk).exists()


def test_status_of_coalitions_and_shares_is_read_only(staff):
    coalition = CoalitionFactory(proposed=True)
    share = ShareFactory()
    change(staff, coalition, status="active", purpose="Corrected")
    coalition.refresh_from_db()
    assert (coalition.status, coalition.purpose) == ("proposed", "Corrected")
    change(staff, share, status="delivered", description="Corrected")
    share.refresh_from_db()
    assert (share.status, share.description) == ("pledged", "Corrected")


def test_R027_lead_of_a_coalition_is_not_given_away_in_the_admin(staff):
    coalition = CoalitionFactory()
    change(staff, coalition, lead="NOR")
    coalition.refresh_from_db()
    assert coalition.lead_id == "TCD"


def test_audit_trail_is_to_be_read_only(staff, isu):
    entry = AuditEvent.objects.create(action="something", actor=isu)
    assert staff.get(address(AuditEvent, "change", entry.pk)).status_code == 200
    assert staff.get(address(AuditEvent, "add")).status_code == 403
    assert staff.post(address(AuditEvent, "delete", entry.pk), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    staff.post(address(AuditEvent), bulk)
    assert AuditEvent.objects.filter(pk=entry.pk).exists()


def test_nothing_is_lost_when_an_offer_is_deleted(staff):
    offer = OfferFactory()
    staff.post(address(Offer, "delete", offer.pk), {"post": "yes"})
    assert Offer.objects.filter(pk=offer.pk).exists() or hasattr(Offer, "history")


def test_deletion_is_on_the_audit_trail(staff, isu):
    meeting = Meeting.objects.create(code="Short-lived", kind="msp", first_day="2030-01-01", last_day="2030-01-02")
    staff.post(address(Meeting, "delete", meeting.pk), {"post": "yes"})
    entry = AuditEvent.objects.get(action="admin: removed")
    assert (entry.actor, "Short-lived" in entry.subject) == (isu, True)


# --- import -----------------------------------------------------------------------------------------------------------


def rows_of(name, settings):
    path = next(settings.REFERENCE_DIR.glob(f"*/{name}"))
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def as_file(rows, name):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return SimpleUploadedFile(name, out.getvalue().encode(), content_type="text/csv")


def with_cell(rows, key, column, value):
    """The rows with one cell changed, and the line that holds it."""
    head = rows[0]
    line = next(number for number, row in enumerate(rows) if key in row)
    changed = [list(row) for row in rows]
    changed[line][head.index(column)] = value
    return changed, line + 1


def upload(client, file, button):
    """Preview a file, and with "load" go on to load what the preview showed, if it offers that."""
    page = client.post(reverse("admin:register_import"), {"file": file, "preview": "1"})
    if button == "load" and page.context["tally"]:
        return client.post(reverse("admin:register_import"), {"load": "1"}, follow=True)
    return page


def test_import_is_offered_above_the_list_of_states(staff):
    assert reverse("admin:register_import") in staff.get(address(State)).content.decode()


def test_import_previews_and_writes_nothing_then_loads(staff, settings, isu):
    rows, _line = with_cell(rows_of("states_parties.csv", settings), "TGO", "source", "From the new file")
    before = State.history.count(), AuditEvent.objects.count()
    page = upload(staff, as_file(rows, "states_parties.csv"), "preview").content.decode()
    assert "changed: 1 (1 state)" in page
    assert (State.history.count(), AuditEvent.objects.count()) == before
    assert State.objects.get(pk="TGO").source != "From the new file"
    page = upload(staff, as_file(rows, "states_parties.csv"), "load").content.decode()
    assert "Loaded." in page
    assert State.objects.get(pk="TGO").source == "From the new file"
    assert AuditEvent.objects.filter(action="reference data loaded", actor=isu).exists()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("deposit_date", "31.12.2012", "not a date"),
        ("deposit_date", "2012-02-30", "not a date"),
        ("iso3", "QQQ", "QQQ"),
    ],
)
def test_import_with_a_bad_row_names_its_line_and_writes_nothing(staff, settings, column, value, said):
    rows = rows_of("states_parties.csv", settings)
    rows, _first = with_cell(rows, "AFG", "source", "Would be written first")
    rows, line = with_cell(rows, "TGO", column, value)
    for button in ("preview", "load"):
        page = upload(staff, as_file(rows, "states_parties.csv"), button).content.decode()
        assert f"states_parties.csv line {line}" in page
        assert said in page
    assert State.objects.get(pk="AFG").source != "Would be written first"
    assert State.objects.filter(pk="QQQ").count() == 0


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SimpleUploadedFile("unknown.csv", b"a,b\n"), "is not one of"),
        (SimpleUploadedFile("../states_parties.csv.exe", b"a,b\n"), "is not one of"),
        (SimpleUploadedFile("states_parties.csv", b""), "empty"),
        (SimpleUploadedFile("states_parties.csv", b"iso3,name\nTGO,Togo\n"), "column"),
        (SimpleUploadedFile("states_parties.csv", "iso3\nT\xe9\n".encode("latin-1")), "UTF-8"),
    ],
)
def test_import_of_what_is_no_reference_file_is_told(staff, file, said):
    file.seek(0)
    response = upload(staff, file, "load")
    assert response.status_code == 200
    assert said in response.content.decode()


def test_import_of_a_file_without_rows_is_refused(staff):
    before = State.objects.get(pk="LAO").source
    page = upload(staff, SimpleUploadedFile("states_parties.csv", b"PK\x03\x04\x00\x00"), "load").content.decode()
    assert "Loaded." not in page
    assert State.objects.get(pk="LAO").source == before


def test_import_of_some_rows_leaves_the_others(staff, settings):
    rows = rows_of("states_parties.csv", settings)
    some = [rows[0], *(row for row in rows if "TGO" in row)]
    before = State.objects.get(pk="LAO")
    upload(staff, as_file(some, "states_parties.csv"), "load")
    after = State.objects.get(pk="LAO")
    assert (after.source, after.is_verified, after.deposited) == (before.source, before.is_verified, before.deposited)


def test_hand_edited_record_survives_the_next_load(staff, settings):
    """A refresh never undoes a correction, and says so."""
    completion = Completion.objects.exclude(day=None).first()
    extension = ExtensionDecision.objects.filter(outcome="not_seen").first()
    change(staff, State.objects.get(pk="TGO"), source="Corrected by hand")
    obligation = extension.obligation
    change(staff, obligation, note="Corrected by hand")
    tally = load_all(settings.REFERENCE_DIR)
    assert State.objects.get(pk="TGO").source == "Corrected by hand"
    obligation.refresh_from_db()
    assert obligation.note == "Corrected by hand"
    warnings = "\n".join(tally.warnings)
    assert "Togo" in warnings
    assert "left" in warnings
    assert Completion.objects.get(pk=completion.pk).day == completion.day


def test_hand_edited_request_survives_the_next_load(staff, settings):
    """A real request that the ISU corrected keeps its correction; it has no history model of its own."""
    asked = AssistanceRequest.objects.get(reference="LBN-2024-001")
    change(staff, asked, title="Corrected by hand")
    load_all(settings.REFERENCE_DIR)
    assert AssistanceRequest.objects.get(pk=asked.pk).title == "Corrected by hand"


def test_step_taken_on_a_real_request_survives_the_next_load(settings):
    AssistanceRequest.objects.filter(reference="LBN-2024-001").update(status="relayed")
    load_all(settings.REFERENCE_DIR)
    assert AssistanceRequest.objects.get(reference="LBN-2024-001").status == "relayed"


def test_visibility_that_a_state_narrowed_survives_the_next_load(settings):
    """Narrowing is the State's recorded act; a refresh of the reference data must not undo it (R26)."""
    focal = person("lbn@test.org", Role.FOCAL_POINT, state="LBN")
    change_visibility(AssistanceRequest.objects.get(reference="LBN-2024-001"), "states_parties", by=focal)
    load_all(settings.REFERENCE_DIR)
    assert AssistanceRequest.objects.get(reference="LBN-2024-001").visibility == "states_parties"
