"""Uploaded files: what is taken, and each disguise that is refused."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.files import ALLOWED, NotAcceptable, check_file, safe_name

law = settings(max_examples=80)
LIMIT = 10_000
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def office(*parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<xml/>")
    return out.getvalue()


WORD, SHEET = office("word/document.xml"), office("xl/workbook.xml")
GOOD = [
    ("report.pdf", b"%PDF-1.7 ..."),
    ("REPORT.PDF", b"%PDF-1.7 ..."),
    ("photo.png", PNG),
    ("photo.jpg", b"\xff\xd8\xff\xe0..."),
    ("photo.jpeg", b"\xff\xd8\xff\xe1..."),
    ("plan.docx", WORD),
    ("table.xlsx", SHEET),
    ("table.csv", b"area;m2\nnorth;1\n"),
    ("table.csv", "\ufeffzone;m²\n".encode()),
    ("note.txt", "Évaluation, التقييم".encode()),
]
DISGUISES = [
    ("program.pdf", b"MZ\x90\x00"),
    ("page.pdf", b"<html><script>alert(1)</script>"),
    ("page.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("photo.jpg", PNG),
    ("photo.png", b"\xff\xd8\xff\xe0..."),
    ("photo.png", b"GIF89a"),
    ("plan.docx", b"PK\x03\x04 not a zip"),
    ("plan.docx", b"%PDF-1.7"),
    ("plan.docx", office("readme.txt")),
    ("plan.docx", SHEET),
    ("table.xlsx", WORD),
    ("plan.docx", office("word/document.xml", "word/vbaProject.bin")),
    ("table.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin")),
    ("page.txt", b"<html><script>alert(1)</script>"),
    ("page.csv", b"  \n\t<script>alert(1)</script>"),
    ("program.txt", b"MZ\x90\x00\x03"),
    ("table.csv", WORD),
    ("note.txt", "Évaluation".encode("latin-1")),
    ("note.txt", "Note".encode("utf-16")),
]
TYPES = [
    "page.html", "page.htm", "page.svg", "page.xml", "page.xhtml", "script.js", "program.exe", "program.bat", "old.doc",
    "macro.docm", "macro.xlsm", "old.xls", "archive.zip", "mail.eml", "style.css", "report.pdf.exe", "report.pdf ",
    "report.pdf.", "report", ".pdf", "pdf", "", "report.pdf\x00.exe", "a.docx.lnk", "photo.webp",
]  # fmt: skip


def refusal(name, content, limit=LIMIT):
    with pytest.raises(NotAcceptable) as refused:
        check_file(name, content, max_bytes=limit)
    return refused.value.reason


@pytest.mark.parametrize(("name", "content"), GOOD, ids=[f"{n}-{name}" for n, (name, _c) in enumerate(GOOD)])
def test_R003_what_is_what_it_says_is_taken(name, content):
    check_file(name, content, max_bytes=LIMIT)


@pytest.mark.parametrize(("name", "content"), DISGUISES, ids=[f"{n}-{d[0]}" for n, d in enumerate(DISGUISES)])
def test_R003_disguise_is_refused(name, content):
    assert refusal(name, content) == "content"


def test_R003_page_behind_a_byte_order_mark_is_refused():
    assert refusal("page.txt", "\ufeff<html><script>alert(1)</script>".encode()) == "content"


def test_R003_macros_under_another_name_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", '<Override ContentType="application/vnd.ms-office.vbaProject"/>')
        archive.writestr("word/document.xml", "<xml/>")
        archive.writestr("word/anything.bin", b"\0")
    assert refusal("plan.docx", out.getvalue()) == "content"


def test_R003_document_that_unpacks_to_far_more_than_the_limit_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b" " * 5_000_000)
        archive.writestr("word/document.xml", "<xml/>")
    assert len(out.getvalue()) < LIMIT
    assert refusal("plan.docx", out.getvalue()) in {"size", "content"}


@pytest.mark.parametrize("name", TYPES)
def test_R003_type_that_is_not_taken_is_refused(name):
    assert refusal(name, b"%PDF-1.7") == "type"


@pytest.mark.parametrize("suffix", ALLOWED)
def test_R003_empty_file_is_refused(suffix):
    assert refusal(f"file{suffix}", b"") == "empty"


def test_R003_size_limit_is_exact():
    check_file("a.txt", b"x" * LIMIT, max_bytes=LIMIT)
    assert refusal("a.txt", b"x" * (LIMIT + 1)) == "size"


@law
@given(st.text(max_size=40), st.binary(max_size=60))
def test_every_file_is_either_taken_or_refused_with_a_reason(name, content):
    try:
        check_file(name, content, max_bytes=50)
    except NotAcceptable as refused:
        assert refused.reason in {"type", "size", "empty", "content"}  # noqa: PT017 - both outcomes are right


@law
@given(st.text(max_size=300))
def test_name_for_the_download_is_harmless(name):
    safe = safe_name(name)
    stem, _dot, _suffix = safe.partition(".")
    assert stem
    assert len(safe) <= 400
    assert not set('/\\"\r\n;:') & set(stem)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\plan.PDF", "plan.pdf"),
        ("my plan (final).docx", "my_plan__final_.docx"),
        ("été 2026.csv", "été_2026.csv"),
        ("x" * 300 + ".pdf", "x" * 90 + ".pdf"),
        (".pdf", "_pdf"),
    ],
)
def test_name_for_the_download(name, safe):
    assert safe_name(name) == safe
