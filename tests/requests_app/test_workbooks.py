"""The form as a file: taken out in two languages, filled without a link, sent back, compared, only then taken over."""

import io
import re
import zipfile
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document
from docx.oxml import OxmlElement
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.known import known_register
from ccm_portal.register.models import State
from requests_app.actions import save_request
from requests_app.authors.actions import invite_author
from requests_app.models import AssistanceRequest, EvidenceItem
from requests_app.specifics.enums import Age, Sex
from requests_app.specifics.models import CostYear, VictimFigure, Visit
from requests_app.workbooks import excel, word
from requests_app.workbooks.actions import forget_waiting
from requests_app.workbooks.comparing import compare
from requests_app.workbooks.domain import grids
from requests_app.workbooks.enums import FileKind, Language
from requests_app.workbooks.layout import in_both, paper_of
from requests_app.workbooks.models import ReturnedForm
from tests.requests_app.factories import EvidenceFactory, RequestFactory
from tests.test_access import client_of
from tests.timing import seconds

pytestmark = pytest.mark.django_db

FORMS = "/request-forms/"
NOTE = SimpleUploadedFile("note verbale.pdf", b"%PDF-1.7 ...", "application/pdf")
ANSWERS = {
    "title": "Levé technique au Tibesti", "areas:clearance": "Oui",
    "challenge": "Les équipes sont à l’arrêt.\nDepuis 2025.", "requirement": "Deux équipes",
    "kinds:technical": "Yes / Oui", "kinds:financial": "x", "total_cost": 400000, "currency": "eur",
    "desired_start": date(2027, 1, 31), "visit-kind": "Technical visit", "visit-visitors": "Deux experts",
    "visit-purpose": "Former", "visit-place": "Faya", "visit-starts": date(2027, 2, 1),
}  # fmt: skip
KINDS = list(FileKind)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft(chad):
    asked = RequestFactory(reference="DRAFT-0123456789", draft=True, title="As it was", costed=True)
    EvidenceFactory(request=asked)
    CostYear.objects.create(request=asked, year=2027, total=10)
    return asked


def taken_out(client, kind, asked=None, language="fr", **more):
    """The form as it is downloaded."""
    address = f"/requests/{asked.reference}/form/filled/" if asked else f"{FORMS}blank/"
    response = client.get(address, {"kind": kind, "language": language, **more})
    assert response.status_code == 200
    return response.content


def filled_xlsx(content, answers, rows=(), edit=None):
    """What a person would make of it in a spreadsheet, finding the cells by what stands beside them."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    form, left = book["Form"], dict(answers)
    for row in form.iter_rows():
        if row[0].value in left:
            row[4].value = left.pop(row[0].value)
    assert not left
    for table, key, values in rows:
        sheet = next(one for one in book if any(row[0].value == f"@rows:{table}" for row in one.iter_rows()))
        head = next(row for row in sheet.iter_rows() if row[0].value == f"@rows:{table}")
        columns = {cell.value.removeprefix("@"): cell.column for cell in head if cell.value}
        below = sheet.iter_rows(min_row=head[0].row + 1)
        line = next(row for row in below if (row[0].value or "") == key and (key or row[2].value is None))[0].row
        for name, value in values.items():
            sheet.cell(line, columns[name]).value = value
    if edit:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled_docx(content, answers, rows=(), edit=None):
    """The same in a document."""
    document = Document(io.BytesIO(content))
    left = dict(answers)

    def text(cell):
        return "".join(cell._tc.xpath(".//w:t/text()"))

    def put(cell, value):
        for sdt in cell._tc.xpath(".//w:sdt"):
            sdt.getparent().remove(sdt)
        cell.text = str(value)

    for table in document.tables:
        marks = next((row for row in table.rows if text(row.cells[0]).startswith("@rows:")), None)
        for row in table.rows:
            key = text(row.cells[0]).split(" ")[0]
            if key in left:
                put(row.cells[3], left.pop(key))
        for name, wanted, values in rows:
            if marks is not None and text(marks.cells[0]).split(" ")[0] == f"@rows:{name}":
                columns = {text(cell).removeprefix("@"): at for at, cell in enumerate(marks.cells)}
                below = list(table.rows)[[row._tr for row in table.rows].index(marks._tr) + 1 :]
                empty = [row for row in below if text(row.cells[0]).split(" ")[0] == wanted]
                line = next(row for row in empty if wanted or not text(row.cells[1]))
                for column, value in values.items():
                    put(line.cells[columns[column]], value)
    assert not left
    if edit:
        edit(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FILL = {"xlsx": filled_xlsx, "docx": filled_docx}


def upload(client, content, name="form.xlsx", address=FORMS, note=None, **more):
    data = {"file": SimpleUploadedFile(name, content), **more}
    return client.post(address, data | ({"note": note} if note else {}))


def ticks(page):
    """(what can be ticked, what is ticked) on the page that shows the changes."""
    boxes = re.findall(r'name="take" value="([^"]*)"( checked)?', page)
    return [unescape(key) for key, _on in boxes], [unescape(key) for key, on in boxes if on]


def status_of(person, kept):
    """How the note verbale is answered; a file is read to its end."""
    response = client_of(person).get(f"{FORMS}{kept.key}/note/")
    response.getvalue()
    return response.status_code


def accepted(client, address, take=None, **more):
    """Take over what is ticked when the page opens, or what is given."""
    page = client.get(address).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return client.post(address, {"take": ticks(page)[1] if take is None else take, "version": version, **more})


def refused(client, content, name="form.xlsx", **more):
    """Why a file is not taken; nothing was written and nothing is kept."""
    before = AssistanceRequest.objects.count()
    response = upload(client, content, name, **more)
    assert response.status_code == 422
    assert (AssistanceRequest.objects.count(), ReturnedForm.objects.count()) == (before, 0)
    return " ".join(error for errors in response.context["form"].errors.values() for error in errors)


# --- there and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_N10_a_blank_form_filled_without_a_link_becomes_the_draft(chad, kind):
    client = client_of(chad)
    rows = [
        ("cost_years", "", {"year": 2027, "total": 400000}),
        (
            "evidence",
            "",
            {"claim": "Surface suspecte", "source": "Registre", "dated": "2026-01-31", "figure": 24.5, "unit": "km²"},
        ),
    ]
    answers = {
        key: value.isoformat() if kind == "docx" and isinstance(value, date) else value
        for key, value in ANSWERS.items()
    }
    sent = FILL[kind](taken_out(client, kind), answers, rows)
    response = upload(client, sent, f"form.{kind}", note=NOTE)
    assert response.status_code == 302
    assert not AssistanceRequest.objects.filter(state="TCD", status="draft").exists()  # nothing is written yet
    shown = client.get(response.url)
    assert shown.context["comparison"].troubles == []
    assert "Les équipes sont à l’arrêt.<br>Depuis 2025." in shown.content.decode()
    NOTE.seek(0)
    assert accepted(client, response.url).status_code == 302
    asked = AssistanceRequest.objects.get(state="TCD", status="draft")
    assert (asked.title, asked.challenge) == (ANSWERS["title"], ANSWERS["challenge"])
    assert ([area.pk for area in asked.areas.all()], [kind.value for kind in asked.kinds]) == (
        ["clearance"],
        ["technical", "financial"],
    )
    assert (asked.total_cost, asked.currency, asked.desired_start) == (400000, "EUR", date(2027, 1, 31))
    assert (asked.created_by, Visit.objects.get(request=asked).place) == (chad, "Faya")
    assert [(year.year, year.total) for year in asked.cost_years.all()] == [(2027, 400000)]
    assert [(str(item.figure), item.unit, item.dated) for item in asked.evidence.all()] == [
        ("24.50", "km²", date(2026, 1, 31))
    ]
    (kept,) = ReturnedForm.objects.all()
    assert (kept.request, kept.way, kept.note_name) == (asked, "upload", "note_verbale.pdf")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_N10_a_form_that_nobody_changed_changes_nothing(chad, draft, kind, language):
    client = client_of(chad)
    sent = taken_out(client, kind, draft, language)
    response = upload(client, sent, f"form.{kind}", f"/requests/{draft.reference}/form/")
    shown = client.get(response.url).context["comparison"]
    assert (shown.changes, shown.troubles, shown.left, shown.errors) == ([], [], [], [])


@pytest.mark.parametrize("kind", KINDS)
def test_N10_differences_are_shown_and_only_what_is_ticked_is_taken_over(chad, draft, kind):
    client = client_of(chad)
    item = draft.evidence.get()
    rows = [
        ("evidence", str(item.pk), {"claim": "Better"}),
        ("cost_years", str(draft.cost_years.get().pk), {"year": "", "total": ""}),
    ]
    sent = FILL[kind](taken_out(client, kind, draft), {"title": "As it is", "challenge": "Changed"}, rows)
    response = upload(client, sent, f"form.{kind}", f"/requests/{draft.reference}/form/")
    page = client.get(response.url).content.decode()
    assert all(text in page for text in ("As it was", "As it is", "Better", "Area suspected to be contaminated"))
    assert len(ticks(page)[1]) == 4
    assert client.get(draft.get_absolute_url()).status_code == 200
    draft.refresh_from_db()
    assert draft.title == "As it was"
    assert accepted(client, response.url, [key for key in ticks(page)[1] if key != "challenge"]).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.challenge, draft.version) == ("As it is", "The survey teams have stood down.", 2)
    assert (draft.evidence.get().claim, draft.cost_years.count()) == ("Better", 0)
    assert client.get(response.url).status_code == 404  # it waits no more


def test_N10_sending_the_same_blank_form_twice_makes_one_draft(chad):
    client = client_of(chad)
    rows = [("evidence", "", {"claim": "Area", "source": "Records", "dated": "2026-01-31"})]
    sent = filled_xlsx(taken_out(client, "xlsx"), {"title": "Once"}, rows)
    accepted(client, upload(client, sent).url)
    again = client.get(upload(client, sent).url).context["comparison"]
    assert (again.changes, AssistanceRequest.objects.filter(state="TCD", status="draft").count()) == ([], 1)


def test_N10_a_copied_blank_form_may_begin_another_request(chad):
    client = client_of(chad)
    blank = taken_out(client, "xlsx")
    accepted(client, upload(client, filled_xlsx(blank, {"title": "One"})).url)
    response = upload(client, filled_xlsx(blank, {"title": "Two"}))
    assert client.post(response.url, {"new": "1", "version": "1"}).status_code == 302
    assert set(AssistanceRequest.objects.filter(state="TCD", status="draft").values_list("title", flat=True)) == {
        "One",
        "Two",
    }


def test_N10_a_form_of_a_request_begins_no_other(chad, draft):
    client = client_of(chad)
    response = upload(client, filled_xlsx(taken_out(client, "xlsx", draft), {"title": "x", "challenge": "y"}))
    assert "Make a new request of it" not in client.get(response.url).content.decode()
    client.post(response.url, {"new": "1", "version": "1", "take": ["title"]})
    draft.refresh_from_db()
    assert (draft.title, draft.challenge) == ("x", "The survey teams have stood down.")
    assert AssistanceRequest.objects.filter(state="TCD", status="draft").count() == 1


# --- the portal has moved on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_N10_an_older_form_overwrites_nothing_that_changed_since(chad, draft, kind):
    client = client_of(chad)
    sent = FILL[kind](taken_out(client, kind, draft), {"title": "From the file", "requirement": "From the file"})
    draft.title, draft.challenge = "Since", "Since"
    save_request(draft, by=chad)
    response = upload(client, sent, f"form.{kind}", f"/requests/{draft.reference}/form/")
    shown = client.get(response.url)
    page = shown.content.decode()
    assert shown.context["comparison"].left == ["What is the challenge?"]  # not changed in the file: the portal's stays
    assert ticks(page) == (["title", "requirement"], ["requirement"])
    assert "changed in the portal since" in page
    accepted(client, response.url)
    draft.refresh_from_db()
    assert (draft.title, draft.challenge, draft.requirement) == ("Since", "Since", "From the file")


def test_N10_what_somebody_saves_between_preview_and_click_is_told(chad, draft):
    client = client_of(chad)
    response = upload(client, filled_xlsx(taken_out(client, "xlsx", draft), {"title": "File"}))
    page = client.get(response.url).content.decode()
    draft.title = "Meanwhile"
    save_request(draft, by=chad)
    answer = client.post(response.url, {"take": ticks(page)[1], "version": "1"}, follow=True)
    assert "Please look again" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.title == "Meanwhile"


def test_N10_a_request_submitted_meanwhile_is_not_changed(chad, draft):
    client = client_of(chad)
    response = upload(client, filled_xlsx(taken_out(client, "xlsx", draft), {"title": "File"}))
    AssistanceRequest.objects.filter(pk=draft.pk).update(
        status="submitted", submitted_on="2026-11-21", confirmed_on="2026-11-21"
    )
    answer = client.post(response.url, {"take": ["title"], "version": "1"})
    assert (answer.status_code, "can no longer be changed" in answer.content.decode()) == (409, True)
    draft.refresh_from_db()
    assert draft.title == "As it was"


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_N10_what_the_web_form_refuses_is_refused_beside_its_line(chad, draft, kind):
    client = client_of(chad)
    answers = {
        "total_cost": "four million", "desired_start": "2027-12-31", "desired_end": "2027-01-01", "title": "Good",
        "visit-starts": "03/04/2027", "visibility": "everybody", "areas:clearance": "perhaps",
    }  # fmt: skip
    rows = [("evidence", "", {"claim": "Area", "source": "Records", "dated": "2099-01-01"})]
    sent = FILL[kind](taken_out(client, kind, draft), answers, rows)
    response = upload(client, sent, f"form.{kind}", f"/requests/{draft.reference}/form/")
    shown = client.get(response.url)
    page = shown.content.decode()
    errors = {change.key: change.errors[0] for change in shown.context["comparison"].changes if change.errors}
    assert "Enter a number" in errors["total_cost"]
    assert "before the start" in errors["desired_end"]
    assert "year-month-day" in errors["visit-starts"]
    assert "not one of the answers" in errors["visibility"]
    assert "yes, or leave it empty" in errors["areas:clearance"]
    assert any(key.startswith("evidence:+") and "future" in error for key, error in errors.items())
    able, on = ticks(page)
    assert (on, set(errors) & {"visibility", "areas:clearance", "visit-starts"} & set(able)) == (
        ["title", "desired_start"],
        set(),
    )
    assert accepted(client, response.url, able).status_code == 422  # ticked all the same: nothing is written
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("As it was", 1)
    assert accepted(client, response.url, ["title"]).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Good"


def move_columns(book):
    sheet = book["Form"]
    for row in sheet.iter_rows():
        row[2].value, row[4].value = row[4].value, row[2].value


def test_N10_moved_columns_are_found_by_their_marks(chad, draft):
    client = client_of(chad)
    sent = filled_xlsx(taken_out(client, "xlsx", draft), {"title": "Moved"}, edit=move_columns)
    (change,) = client.get(upload(client, sent).url).context["comparison"].changes
    assert (change.key, change.sent) == ("title", "Moved")


def lost_row(book):
    sheet = book["Form"]
    sheet.delete_rows(next(row[0].row for row in sheet.iter_rows() if row[0].value == "challenge"))


def shifted_row(book):
    line = next(row for row in book["Form"].iter_rows() if row[0].value == "challenge")
    book["Form"].cell(line[0].row, 7).value = "Written beside the cell"


def row_twice(book):
    line = next(row for row in book["Form"].iter_rows() if row[0].value == "challenge")
    line[0].value = "requirement"


def unknown_row(book):
    line = next(row for row in book["Form"].iter_rows() if row[0].value == "challenge")
    line[0].value = "nonsense"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lost_row, "What is the challenge?: This line is missing"),
        (shifted_row, "outside the columns"),
        (row_twice, "holds this line twice"),
        (unknown_row, "does not know this line"),
    ],
)
def test_N10_lines_that_were_spoilt_are_told_one_by_one(chad, draft, edit, said):
    client = client_of(chad)
    sent = filled_xlsx(taken_out(client, "xlsx", draft), {"title": "Fine"}, edit=edit)
    shown = client.get(upload(client, sent).url)
    assert said in unescape(shown.content.decode())
    assert [change.key for change in shown.context["comparison"].changes] == ["title"]


def put(cell, value):
    return lambda book: book["Form"].__setitem__(cell, value)


def in_row(key, value):
    def edit(book):
        next(row for row in book["Form"].iter_rows() if row[0].value == key)[4].value = value

    return edit


def no_answers(book):
    book["Form"].delete_cols(5)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (in_row("total_cost", "=1+1"), "a formula; paste its value instead"),
        (lambda book: book["Form"].merge_cells("C30:D30"), "merged"),
        (no_answers, "column of this table is missing"),
        (lambda book: book.remove(book["portal"]), "not a form of this portal"),
        (lambda book: book["portal"].__setitem__("B2", "99"), "no longer reads"),
        (lambda book: book["portal"].__setitem__("B3", "LAO"), "you write for"),
        (lambda book: book["portal"].__setitem__("B4", "LAO-2026-001"), "has no request LAO-2026-001"),
        (lambda book: book["portal"].__setitem__("B5", "77"), "does not know"),
        (lambda book: book["portal"].__setitem__("B6", "tlh"), "which language"),
        (in_row("desired_start", "#REF!"), "the error #REF!"),
    ],
)
def test_N10_a_spoilt_workbook_is_refused_with_its_reason(chad, draft, edit, said):
    client = client_of(chad)
    assert said in refused(client, filled_xlsx(taken_out(client, "xlsx", draft), {"title": "x"}, edit=edit))


def merge_word(document):
    table = next(table for table in document.tables if "@key" in "".join(table._tbl.xpath(".//w:t/text()")))
    table.rows[3].cells[1].merge(table.rows[3].cells[2])


def computed_word(document):
    table = next(table for table in document.tables if "@key" in "".join(table._tbl.xpath(".//w:t/text()")))
    table.rows[3].cells[3].paragraphs[0]._p.append(OxmlElement("w:fldSimple"))


def no_answers_word(document):
    for table in document.tables:
        if "@key" in "".join(table._tbl.xpath(".//w:t/text()")):
            for row in table.rows:
                row._tr.remove(row._tr.tc_lst[-1])


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (merge_word, "L’obligation, line 4: Cells are merged"),
        (computed_word, "computed field"),
        (no_answers_word, "column of this table is missing"),
    ],
)
def test_N10_a_spoilt_document_is_refused_with_its_reason(chad, draft, edit, said):
    client = client_of(chad)
    assert said in refused(client, filled_docx(taken_out(client, "docx", draft), {}, edit=edit), "form.docx")


def with_part(content, name, data=b"x", replace=None):
    """The same archive with one part more, or another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, replace(one, old.read(one)) if replace else old.read(one))
        new.writestr(name, data)
    return out.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document>&b;</w:document>'
TEMPLATE = b'<Relationship Id="r9" Type="http://x/attachedTemplate" Target="http://x/t" TargetMode="External"/>'
LINK = b"<Relationships>" + TEMPLATE + b"</Relationships>"


@pytest.mark.parametrize(
    ("kind", "spoil", "said"),
    [
        ("xlsx", lambda c: c[: len(c) // 2], "not what its name says"),
        ("docx", lambda c: b"%PDF-1.7" + c, "damaged"),
        ("xlsx", lambda c: with_part(c, "xl/vbaProject.bin"), "not what its name says"),
        ("docx", lambda c: with_part(c, "word/vbaProject.bin"), "not what its name says"),
        ("xlsx", lambda c: with_part(c, "xl/externalLinks/externalLink1.xml"), "takes values from other files"),
        ("docx", lambda c: with_part(c, "word/_rels/settings.xml.rels", LINK), "takes values from other files"),
        ("docx", lambda c: with_part(c, "word/document.xml", BOMB), "cannot be read"),
        ("xlsx", lambda c: with_part(c, "xl/media/zeros.bin", b"\0" * 60_000_000), "unpacks to more than 10 MB"),
        ("docx", lambda c: with_part(c, "word/media/zeros.bin", b"\0" * 60_000_000), "unpacks to more than 10 MB"),
        ("xlsx", lambda c: b"", "empty"),
    ],
)
def test_N10_hostile_and_broken_files_are_refused(chad, kind, spoil, said):
    client = client_of(chad)
    assert said in refused(client, spoil(taken_out(client, kind)), f"form.{kind}")


def test_N10_files_of_other_kinds_are_refused(chad, settings):
    client = client_of(chad)
    content = taken_out(client, "xlsx")
    assert "macros" in refused(client, content, "form.xlsm")
    assert "macros" in refused(client, content, "form.docm")
    assert ".xlsx or .docx" in refused(client, b"a,b", "form.csv")
    assert "not what its name says" in refused(client, content, "form.docx")  # disguised
    assert "PDF, PNG or JPEG" in refused(client, content, note=SimpleUploadedFile("note.docx", b"x"))
    assert "not what its name says" in refused(client, content, note=SimpleUploadedFile("note.pdf", b"MZ"))
    settings.UPLOAD_MAX_BYTES = 1000
    assert "too large" in refused(client, content)


def test_N10_another_states_request_is_not_betrayed(lao, chad, draft):
    """The same words whether there is such a request or not."""
    content = taken_out(client_of(lao), "xlsx")
    for reference in (draft.reference, "DRAFT-AAAAAAAAAA"):

        def edit(book, as_=reference):
            book["portal"]["B4"], book["portal"]["B5"] = as_, "3"

        assert f"has no request {reference}" in refused(client_of(lao), filled_xlsx(content, {"title": "x"}, edit=edit))
    as_draft = filled_xlsx(content, {"title": "x"}, edit=lambda book: book["portal"].__setitem__("B4", draft.reference))
    assert "has no request" in refused(client_of(lao), as_draft)


# --- who --------------------------------------------------------------------------------------------------------------


def test_N10_note_verbale_is_for_the_state_and_those_who_handle_it(chad, lao, norway, coordinator, isu):
    client = client_of(chad)
    response = upload(client, filled_xlsx(taken_out(client, "xlsx"), ANSWERS), note=NOTE)
    NOTE.seek(0)
    kept = ReturnedForm.objects.get()
    for anybody in (chad, lao, coordinator, isu):
        assert client_of(anybody).get(f"{FORMS}{kept.key}/note/").status_code == 404  # it still waits
    assert client_of(lao).get(f"{FORMS}{kept.key}/").status_code == 404
    accepted(client, response.url)
    asked = AssistanceRequest.objects.get(state="TCD", status="draft")
    for person, is_draft, then in (
        (chad, 200, 200),
        (isu, 404, 200),
        (coordinator, 404, 200),
        (norway, 404, 404),
        (lao, 404, 404),
    ):
        assert status_of(person, kept) == is_draft, person
        AssistanceRequest.objects.filter(pk=asked.pk).update(
            status="submitted", submitted_on="2026-11-21", confirmed_on="2026-11-21", visibility="public"
        )
        answer = client_of(person).get(f"{FORMS}{kept.key}/note/")
        assert answer.status_code == then, person
        if then == 200:
            assert (answer["Content-Type"], answer.getvalue()) == ("application/octet-stream", b"%PDF-1.7 ...")
            assert "note_verbale.pdf" in client_of(person).get(f"/requests/{asked.reference}/form/").content.decode()
            assert (
                f"/requests/{asked.reference}/form/" in client_of(person).get(asked.get_absolute_url()).content.decode()
            )
        AssistanceRequest.objects.filter(pk=asked.pk).update(status="draft", submitted_on=None, confirmed_on=None)
    AssistanceRequest.objects.filter(pk=asked.pk).update(
        status="submitted", submitted_on="2026-11-21", channel="isu", inform_coordinators=False
    )
    assert status_of(coordinator, kept) == 404
    assert AuditEvent.objects.filter(action="file downloaded", details__file="note_verbale.pdf").count() == 4


SENT = {"way": "mail", "sender": "Permanent Mission of Chad in Geneva", "received_on": "2026-11-20"}


@pytest.mark.parametrize("is_signed", [True, False])
def test_N10_the_isu_enters_what_a_state_has_sent(isu, chad, coordinator, is_signed):
    client = client_of(isu)
    content = taken_out(client, "docx", language="ar", state="TCD")
    answers = {key: str(value).replace("Oui", "Yes") for key, value in ANSWERS.items()}
    sent = filled_docx(content, answers, [("cost_years", "", {"year": "2027", "total": "400000"})])
    response = upload(client, sent, "form.docx", note=NOTE if is_signed else None, **SENT)
    NOTE.seek(0)
    assert accepted(client, response.url).status_code == 302
    asked = AssistanceRequest.objects.get(reference="TCD-2026-001")
    assert (asked.status, asked.submitted_on, asked.created_by) == ("submitted", date(2026, 11, 20), isu)
    assert asked.confirmed_on == (date(2026, 11, 20) if is_signed else None)
    assert (asked.visit.place, asked.cost_years.get().year, asked.visibility) == ("Faya", 2027, "coordinators_isu")
    kept = ReturnedForm.objects.get()
    assert (kept.way, kept.sender, kept.received_on) == ("mail", SENT["sender"], date(2026, 11, 20))
    assert AuditEvent.objects.filter(action="form taken over", actor=isu, details__sender=SENT["sender"]).exists()
    subject = OutboxMail.objects.get(to=chad.email).subject
    assert subject.startswith("Your request is in the portal" if is_signed else "Please confirm a need")
    assert OutboxMail.objects.filter(to=coordinator.email, subject__contains="TCD-2026-001").exists()
    assert SENT["sender"] in client_of(chad).get(f"/requests/{asked.reference}/form/").content.decode()
    again = upload(client, sent, "form.docx", **SENT)  # the same form twice
    assert (again.status_code, "entered already, as TCD-2026-001" in again.content.decode()) == (422, True)


def test_N10_on_behalf_asks_for_what_a_submission_must_have(isu, chad):
    client = client_of(isu)
    content = taken_out(client, "xlsx", state="TCD")
    assert upload(client, filled_xlsx(content, {"title": "x"})).status_code == 422  # who sent it, and how
    response = upload(client, filled_xlsx(content, {"title": "x"}), **SENT)
    answer = accepted(client, response.url)
    page = answer.content.decode()
    assert (answer.status_code, "This is needed before the request can be submitted." in page) == (422, True)
    assert not AssistanceRequest.objects.filter(state="TCD", created_by=isu).exists()
    late = upload(client, content, **SENT | {"received_on": "2099-01-01"})
    assert list(late.context["form"].errors) == ["received_on"]
    unsigned = upload(client, content, **SENT | {"way": "note"})
    assert list(unsigned.context["form"].errors) == ["note"]


def test_N10_the_isu_reads_no_draft_by_its_form(isu, chad, draft):
    """A draft that the State has taken out and sent by mail is entered as a request of its own."""
    sent = filled_xlsx(taken_out(client_of(chad), "xlsx", draft), ANSWERS)
    response = upload(client_of(isu), sent, **SENT)
    assert "As it was" not in client_of(isu).get(response.url).content.decode()
    assert client_of(isu).get(f"/requests/{draft.reference}/form/").status_code == 404
    draft.refresh_from_db()
    assert draft.title == "As it was"


def test_N10_an_invited_author_sends_the_form_of_that_request_only(health, chad, draft):
    client = client_of(health)
    assert client.get(FORMS).status_code == 403
    assert client.get(f"/requests/{draft.reference}/form/").status_code == 404
    invite_author(draft, email=health.email, level="edit", by=chad, now=timezone.now())
    sent = filled_xlsx(taken_out(client, "xlsx", draft), {"title": "By the author", "visibility": "Public"})
    response = upload(client, sent, address=f"/requests/{draft.reference}/form/")
    accepted(client, response.url)
    draft.refresh_from_db()
    assert (draft.title, draft.visibility) == ("By the author", "coordinators_isu")  # the focal point decides that


def test_N10_letting_go_and_forgetting_leave_nothing(chad, draft, tmp_path):
    client = client_of(chad)
    content = taken_out(client, "xlsx", draft)
    client.post(upload(client, content, note=NOTE).url, {"drop": "1"})
    NOTE.seek(0)
    upload(client, content)
    ReturnedForm.objects.update(received_at="2026-01-01T00:00Z")
    assert forget_waiting(timezone.now()) == 1
    assert (ReturnedForm.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])


# --- the file itself --------------------------------------------------------------------------------------------------


def test_N10_the_form_says_what_it_is_and_looks_like_a_form(chad, draft):
    content = taken_out(client_of(chad), "xlsx", draft, "ar")
    book = openpyxl.load_workbook(io.BytesIO(content))
    form, portal = book["Form"], book["portal"]
    assert form.sheet_view.rightToLeft
    assert (form.page_setup.paperSize, form.page_setup.fitToHeight, form.protection.sheet) == (9, 0, True)
    assert (portal.sheet_state, portal.protection.sheet) == ("veryHidden", True)
    said = {row[0].value: row[1].value for row in portal.iter_rows(min_row=2)}
    assert said == {"format": "1", "state": "TCD", "reference": draft.reference, "version": "1", "language": "ar"}
    assert form.column_dimensions["A"].hidden
    open_cells = [row[4] for row in form.iter_rows() if row[0].value and not row[0].value.startswith("@")]
    assert len(open_cells) > 50
    assert all(not cell.protection.locked and cell.fill.fgColor.rgb == "FFFFF8DC" for cell in open_cells)
    lists = [str(one.sqref) for one in form.data_validations.dataValidation]
    choice = next(row for row in form.iter_rows() if row[0].value == "visibility")[4]
    assert any(choice.coordinate in one.split(" ") for one in lists)
    assert form.print_title_rows


@pytest.mark.parametrize("kind", KINDS)
def test_N10_the_form_brings_the_facts_of_the_register(lao, kind):
    content = taken_out(client_of(lao), kind, language="es")
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        text = " ".join(str(cell.value) for row in book["Form"].iter_rows() for cell in row if cell.value)
    else:
        text = "".join(Document(io.BytesIO(content)).element.body.xpath(".//w:t/text()"))
    assert "Lao People's Democratic Republic" in text
    assert "Article 4.1(a)" in text
    assert re.search(r"20\d\d-08-01", text)


@pytest.mark.parametrize(("kind", "module"), [("xlsx", excel), ("docx", word)], ids=["xlsx", "docx"])
def test_N10_writing_and_reading_stay_under_half_a_second(chad, draft, kind, module):
    day = date(2026, 11, 21)
    for number in range(30):
        EvidenceFactory(request=draft, claim=f"Area {number} " + "x" * 200)

    def written():
        return module.write(paper_of(draft, "ar", today=day))

    content = written()

    def compared():
        return compare(grids.read(module.read(f"form.{kind}", content)), draft, in_both("ar"), today=day)

    assert seconds(written) < 0.5
    assert seconds(compared) < 0.5


def test_N10_pages_ask_few_questions_however_much_came_back(chad, draft):
    client = client_of(chad)
    changed = filled_xlsx(taken_out(client, "xlsx", draft), {"title": "x"})
    waiting = upload(client, changed).url
    accepted(client, upload(client, changed).url)
    addresses = [f"/requests/{draft.reference}/form/", FORMS, waiting, draft.get_absolute_url()]
    first = [queries(client, address) for address in addresses]
    kept = ReturnedForm.objects.get(accepted_at__isnull=False)
    for number in range(5):
        kept.pk, kept.key = None, f"copy {number}"
        kept.save()
        EvidenceFactory(request=draft)
        CostYear.objects.create(request=draft, year=2030 + number, total=1)
    assert [queries(client, address) for address in addresses] == first
    assert max(first) <= 12, first


@pytest.mark.parametrize("rows", [1, 5])
def test_preview_costs_twelve_queries_however_much_came_back(chad, rows):
    """Every part is filled in, and every stored row of a table is changed: the forms of the web judge them all."""
    client, state = client_of(chad), State.objects.get(pk="TCD")
    asked = RequestFactory(
        reference="DRAFT-0123456789", draft=True, title="As it was", obligation=state.obligations.first()
    )
    for number in range(rows):
        EvidenceFactory(request=asked)
        CostYear.objects.create(request=asked, year=2030 + number, total=1)
        group = {"sex": Sex.values[number // 3], "age": Age.values[number % 3], "disability": "with"}
        VictimFigure.objects.create(request=asked, number=9, **group)
    changed = [
        *(("evidence", str(row.pk), {"claim": "More"}) for row in asked.evidence.all()),
        *(("cost_years", str(row.pk), {"total": 7}) for row in asked.cost_years.all()),
        *(("victim_figures", str(row.pk), {"number": 8}) for row in asked.victim_figures.all()),
        ("cost_years", "", {"year": 2050, "total": 1}),
    ]
    answers = ANSWERS | {
        "capacity-institution": "CND", "capacity-skills": "Levé", "legislation-status": "Being drafted",
        "victims-focal_point": "Ministère de la santé", "area_release-starts": date(2025, 1, 1),
        "area_release-ends": date(2025, 12, 31), "area_release-source": "Registre",
    }  # fmt: skip
    address = upload(client, filled_xlsx(taken_out(client, "xlsx", asked), answers, changed)).url
    shown = client.get(address).context["comparison"]
    assert len(shown.changes) > len(answers) - 5 + 3 * rows
    assert [change.errors for change in shown.changes if change.errors] == []
    assert queries(client, address) == 12


def queries(client, address):
    known_register()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- any text ---------------------------------------------------------------------------------------------------------

LETTERS = st.characters(categories=("L", "N", "P", "S", "Zs"), include_characters="\n")
SCRIPTS = st.sampled_from(
    [
        "Déminage — naïf",
        "إزالة الألغام ١٢٣",
        "清除集束弹药遗留物",
        "Расчистка №5",
        "=1+1",
        "@key",
        "_x000D_",
        "<b>&amp;",
        "+41",
    ]
)
TEXTS = st.lists(st.one_of(SCRIPTS, st.text(LETTERS, max_size=40)), max_size=4).map(" ".join)
SHORT = TEXTS.map(lambda text: text.replace("\n", " ")[:100])


@pytest.mark.parametrize("kind", KINDS)
@given(title=SHORT, challenge=TEXTS, claim=SHORT, amount=st.decimals(0, 10**11, places=2),
       figure=st.decimals(0, 10**15, places=2), day=st.dates(date(1950, 1, 1), date(2100, 12, 31)),
       language=st.sampled_from(Language.values))  # fmt: skip
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_N10_any_request_comes_back_as_it_went_out(chad, kind, title, challenge, claim, amount, figure, day, language):
    module = {"xlsx": excel, "docx": word}[kind]
    with transaction.atomic():
        asked = RequestFactory(
            state_id="TCD",
            draft=True,
            title=title,
            challenge=challenge.replace("\n", "\r\n"),
            total_cost=amount,
            currency="USD",
            desired_start=day,
            areas=["clearance"],
        )
        EvidenceItem.objects.create(request=asked, claim=claim or "x", figure=figure, source="s", dated=day)
        content = module.write(paper_of(asked, language, today=date(2026, 11, 21)))
        said = grids.read(module.read(f"form.{kind}", content))
        shown = compare(said, asked, in_both(language), today=date(2026, 11, 21))
        transaction.set_rollback(True)
    assert (shown.changes, shown.troubles, shown.left) == ([], [], [])
    assert said.answers["challenge"].text == "\n".join(challenge.strip().split("\n")) or said.answers["challenge"].text


def test_N10_control_characters_do_not_break_a_file(chad, draft):
    draft.challenge = "bell \x07 and \x0b tab\ufffe"
    draft.save()
    for kind in KINDS:
        response = upload(client_of(chad), taken_out(client_of(chad), kind, draft), f"form.{kind}")
        assert client_of(chad).get(response.url).context["comparison"].changes == []


# --- invariants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("returned_form_accepted_for_a_request", {"accepted_at": "2026-11-21T00:00Z"}),
        ("returned_form_names_its_sender", {"sender": "Somebody"}),
        ("returned_form_names_its_sender", {"way": "mail"}),
        ("returned_form_note_has_its_name", {"note_name": "note.pdf"}),
    ],
)
def test_returned_form_is_never_wrong(chad, constraint, wrong):
    good = {
        "key": "k", "state": State.objects.get(pk="TCD"), "reference": "R", "kind": "xlsx", "language": "fr",
        "file": "f", "file_name": "f", "received_on": date(2026, 11, 21), "received_by": chad,
    }  # fmt: skip
    ReturnedForm.objects.create(**good)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReturnedForm.objects.create(**good | {"key": "l"} | wrong)
