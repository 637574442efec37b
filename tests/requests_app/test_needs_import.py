"""A year's needs imported from a spreadsheet: preview, all or nothing, and twice is once."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.models import AssistanceRequest, StatedIn
from requests_app.workbooks.needs import COLUMNS
from tests.requests_app.test_recorded import figures
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

IMPORT = "/needs-import/"
CHAD = {
    "state": "TCD", "covered_year": "2025", "said_on": "2026-04-20", "form": "I", "page": "14",
    "title": "Two clearance teams", "areas": "clearance; victim_assistance", "requirement": "Two teams for two years.",
    "challenge": "", "quote": "Le Tchad a besoin de deux équipes de dépollution.", "url": "https://www.example.org/tcd-2025.pdf",
}  # fmt: skip
LAO = CHAD | {
    "state": "Lao People's Democratic Republic", "form": "h", "page": "3", "areas": "Risk education", "quote": "ຕ້ອງການ",
}  # fmt: skip


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def as_csv(*rows, columns=tuple(COLUMNS)):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("needs 2025.csv", out.getvalue().encode())


def in_template(client, *rows, edit=None):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{IMPORT}template/").content))
    for row in rows:
        book["needs"].append([row[name] for name in COLUMNS])
    if edit:
        edit(book["needs"])
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("needs.xlsx", out.getvalue())


def preview(client, file):
    return client.post(IMPORT, {"file": file, "preview": "1"})


def load(client):
    return client.post(IMPORT, {"load": "1"}, follow=True).content.decode()


def number():
    return StatedIn.objects.count()


def test_R006_a_year_is_previewed_then_recorded_and_counts_once_confirmed(isu, chad, lao, coordinator):
    client, before, counted = client_of(isu), number(), figures()
    shown = preview(client, in_template(client, CHAD, LAO))
    page = shown.content.decode()
    assert (shown.status_code, number()) == (200, before)
    assert "Added (2)" in page
    assert "Chad, report for 2025, Form I, page 14" in page
    assert "deux équipes de dépollution" in page
    assert "2 needs recorded" in load(client)
    asked = AssistanceRequest.objects.get(stated_in__quote=CHAD["quote"])
    assert (asked.channel, asked.covered_year, asked.stated_in.form, asked.confirmed_on) == (
        "article_7",
        2025,
        "I",
        None,
    )
    assert [area.pk for area in asked.areas.all()] == ["clearance", "victim_assistance"]
    assert AssistanceRequest.objects.get(stated_in__quote=LAO["quote"]).stated_in.form == "H"
    assert figures() == counted  # R6: not before the State confirms
    assert OutboxMail.objects.filter(to=chad.email, subject__contains=asked.reference).count() == 1
    assert client_of(chad).post(f"{asked.get_absolute_url()}confirm/").status_code == 302
    assert figures().requesting == counted.requesting + 1
    assert AuditEvent.objects.get(action="needs imported").details == {"number": 2}


def test_R006_importing_twice_changes_nothing(isu):
    client = client_of(isu)
    preview(client, as_csv(CHAD))
    load(client)
    before, mails = number(), OutboxMail.objects.count()
    page = preview(
        client, in_template(client, CHAD | {"quote": f"  {CHAD['quote']} ", "title": "Said otherwise"})
    ).content.decode()
    assert "Already there, and left (1)" in page
    assert "There is nothing to record" in page
    load(client)
    assert (number(), OutboxMail.objects.count()) == (before, mails)
    assert "1 needs recorded" not in load(client)  # nothing waits any more


def test_R006_one_bad_row_stops_all_and_every_bad_row_is_told(isu):
    client, before = client_of(isu), number()
    rows = [
        CHAD,
        LAO | {"page": ""},
        LAO | {"state": "USA"},
        LAO | {"covered_year": "2027"},
        LAO | {"areas": "gardening"},
        CHAD,
    ]
    shown = preview(client, as_csv(*rows))
    page = shown.content.decode()
    assert shown.status_code == 422
    for line, column in ((3, "page"), (4, "state"), (5, "covered_year"), (6, "areas")):
        assert f"line {line} column {column}" in page
    assert "line 7: the same words stand on line 2 already" in page
    assert "No file waits" in load(client)
    assert number() == before


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([name for name in COLUMNS if name != "quote"], "column &#x27;quote&#x27; is missing"),
        ([*COLUMNS, "priority"], "column &#x27;priority&#x27; is not known"),
    ],
)
def test_R006_columns_must_be_those_of_the_template_in_any_order(isu, columns, said):
    client = client_of(isu)
    assert said in preview(client, as_csv(CHAD | {"priority": "high"}, columns=columns)).content.decode()
    assert "Added (1)" in preview(client, as_csv(CHAD, columns=list(reversed(COLUMNS)))).content.decode()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda sheet: sheet.__setitem__("G2", "=1+1"), "a formula"),
        (lambda sheet: sheet.merge_cells("A2:B2"), "merged"),
        (lambda sheet: sheet.delete_rows(2), "no rows"),
    ],
)
def test_R006_spoilt_workbooks_are_refused(isu, edit, said):
    client = client_of(isu)
    shown = preview(client, in_template(client, CHAD, edit=edit))
    assert (shown.status_code, said in shown.content.decode()) == (422, True)


def test_R006_what_was_recorded_since_the_preview_is_shown_again(isu, coordinator):
    client, other = client_of(isu), client_of(coordinator)
    preview(client, as_csv(CHAD, LAO))
    preview(other, as_csv(CHAD))
    load(other)
    before = number()
    page = load(client)
    assert ("Nothing was recorded" in page, number()) == (True, before)
    assert "1 needs recorded" in load(client)


def test_R006_files_of_other_kinds_are_refused(isu):
    client = client_of(isu)
    for name, content in (("needs.pdf", b"%PDF-1.7"), ("needs.xlsx", b"%PDF-1.7"), ("needs.csv", b"\x00\x01")):
        assert preview(client, SimpleUploadedFile(name, content)).status_code == 422


def test_R006_import_is_for_those_who_record_by_hand(chad, norway, isu):
    for anybody in (chad, norway):
        for address in (IMPORT, f"{IMPORT}template/"):
            assert client_of(anybody).get(address).status_code == 403
    assert IMPORT in client_of(isu).get("/requests/record/").content.decode()


def test_preview_asks_the_same_however_many_rows_it_reads(isu):
    client = client_of(isu)

    def cost(rows):
        with CaptureQueriesContext(connection) as captured:
            shown = preview(client, as_csv(*(CHAD | {"page": str(page)} for page in range(rows))))
        assert f"Added ({rows})" in shown.content.decode()
        return len(captured)

    assert cost(9) == cost(1) <= 12
