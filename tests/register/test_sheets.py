"""Files as people send them: CSV and workbooks of every kind are read, or refused with file, sheet, line and column."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from ccm_portal.register.reference import BadReference, read_rows, sheets
from ccm_portal.register.reference.rows import Row

HEAD = ["iso3", "year", "day"]


def workbook(path, *rows, sheet="table", edit=None, **more):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for name, lines in more.items():
        extra = book.create_sheet(name)
        for line in lines:
            extra.append(line)
    if edit:
        edit(book.active)
    book.save(path)
    return path


def cells(path):
    return [row.cells for row in read_rows(path)]


def reasons(path):
    with pytest.raises(BadReference) as caught:
        list(read_rows(path))
    assert "\n" not in str(caught.value)
    return caught.value.reasons


WANTED = [{"iso3": "LAO", "year": "2017", "day": "2018-06-27"}]


@pytest.mark.parametrize(
    "text",
    [
        "iso3,year,day\nLAO,2017,2018-06-27\n",
        "\ufeffiso3,year,day\r\nLAO,2017,2018-06-27\r\n",
        "iso3;year;day\r\nLAO;2017;2018-06-27\r\n",
        "sep=;\r\niso3;year;day\r\nLAO;2017;2018-06-27\r\n",
        "iso3\tyear\tday\nLAO\t2017\t2018-06-27\n",
        "day,iso3,year\n2018-06-27,LAO,2017\n",
        "iso3 , year,day,,\nLAO,2017, 2018-06-27 ,,\n,,,,\n\n",
    ],
    ids=["plain", "BOM", "semicolons", "sep line", "tabs", "moved columns", "empty columns and rows at the end"],
)
def test_csv_as_spreadsheets_write_it(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    assert [{k: v.strip() for k, v in row.items()} for row in cells(path)] == WANTED


def test_csv_in_utf_16_is_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("iso3\tyear\tday\nLAO\t2017\t2018-06-27\n".encode("utf-16"))
    assert cells(path) == WANTED


@pytest.mark.parametrize("day", [date(2018, 6, 27), datetime(2018, 6, 27), "2018-06-27", " 2018-06-27 "])
@pytest.mark.parametrize("year", [2017, 2017.0, "2017"])
def test_workbook_with_real_dates_and_numbers(tmp_path, day, year):
    assert cells(workbook(tmp_path / "table.xlsx", HEAD, ["LAO", year, day])) == WANTED


def test_workbook_content_counts_not_its_name(tmp_path):
    assert (
        cells(workbook(tmp_path / "a.xlsx", HEAD, ["LAO", 2017, "2018-06-27"]).rename(tmp_path / "table.csv")) == WANTED
    )


def test_workbook_gives_the_sheet_named_as_the_file_or_the_first(tmp_path):
    path = workbook(tmp_path / "table.xlsx", ["x"], ["1"], sheet="Notes", Table=[HEAD, ["LAO", 2017, "2018-06-27"]])
    assert cells(path) == WANTED
    assert cells(path.rename(tmp_path / "other.xlsx")) == [{"x": "1"}]


def test_workbook_lines_are_those_of_the_sheet_and_empty_ends_are_passed_over(tmp_path):
    def leave_a_format_far_below(sheet):
        sheet["Z900"].number_format = "0.00"

    path = workbook(
        tmp_path / "table.xlsx",
        HEAD,
        [None] * 3,
        ["LAO", 2017, "2018-06-27"],
        ["", None, " "],
        edit=leave_a_format_far_below,
    )
    (row,) = read_rows(path)
    assert (row.file, row.line, row.cells) == ("table.xlsx sheet 'table'", 3, WANTED[0])


def put(cell, value):
    return lambda sheet: sheet.__setitem__(cell, value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (put("B3", "=1+1"), "line 3 column B: a formula"),
        (put("C2", datetime(2018, 6, 27, 14, 30)), "line 2 column C: 2018-06-27 14:30:00 has a time of day"),
        (put("B2", "#REF!"), "line 2 column B: the error #REF!"),
        (lambda sheet: sheet.merge_cells("A3:B3"), "cells A3:B3 are merged"),
        (put("B1", "iso3"), "line 1 column B: column 'iso3' stands in the file twice"),
        (put("B1", None), "line 1 column B: the column has no name"),
        (put("E2", "stray"), "line 2 column E: the line has more or fewer cells"),
    ],
)
def test_workbook_cell_that_cannot_be_used_is_named(tmp_path, edit, said):
    path = workbook(tmp_path / "table.xlsx", HEAD, ["LAO", 2017, "2018-06-27"], ["TCD", 2018, ""], edit=edit)
    (reason,) = reasons(path)
    assert reason.startswith("table.xlsx sheet 'table'")
    assert said in reason


def test_all_cells_that_cannot_be_used_are_told(tmp_path):
    path = workbook(tmp_path / "table.xlsx", HEAD, ["=A1", 2017, "=B1"], ["TCD", "=1", ""])
    assert [reason.split(" column ")[1][0] for reason in reasons(path)] == ["A", "C", "B"]


def archive(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return path


def test_what_is_no_plain_workbook_is_said(tmp_path):
    path = tmp_path / "table.xlsx"
    assert "no Excel workbook" in reasons(archive(path, a_dot_txt="hello"))[0]
    assert "macros" in reasons(archive(path, xl__workbook_dot_xml="<x/>", xl__vbaProject_dot_bin="x"))[0]
    assert "cannot be read" in reasons(archive(path, xl__workbook_dot_xml="<x/>"))[0]
    path.write_bytes(b"PK\x03\x04\0\0")
    assert "damaged" in reasons(path)[0]
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "save it as .xlsx" in reasons(path)[0]
    path.write_bytes(b"%PDF-1.7\0\0")
    assert "neither a CSV file nor a workbook" in reasons(path)[0]


def test_entity_bomb_is_refused(tmp_path):
    path = workbook(tmp_path / "good.xlsx", HEAD, ["LAO", 2017, "2018-06-27"])
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "table.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name.endswith("sheet1.xml") else old.read(name))
    assert "cannot be read" in reasons(tmp_path / "table.xlsx")[0]


def test_limits_hold(tmp_path, monkeypatch):
    path = workbook(tmp_path / "table.xlsx", HEAD, *[["LAO", 2017, ""]] * 4)
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    assert "more than 3 rows" in reasons(path)[0]
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 1000)
    assert "unpacks to more than" in reasons(path)[0]
    monkeypatch.setattr(sheets, "MAX_BYTES", 1000)
    assert "larger than" in reasons(path)[0]
    wide = io.StringIO()
    csv.writer(wide).writerows([[f"c{i}" for i in range(101)], ["1"] * 101])
    text = tmp_path / "wide.csv"
    monkeypatch.setattr(sheets, "MAX_BYTES", 10_000)
    text.write_text(wide.getvalue())
    assert "more than 100 columns" in reasons(text)[0]


def test_wrong_encoding_names_its_line(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("iso3,name\nTGO,Togo\nTUR,Türkiye\n".encode("latin-1"))
    assert reasons(path) == (
        "table.csv line 3: not UTF-8 text; in Excel, save it as “CSV UTF-8” or as a workbook (.xlsx)",
    )


def test_R085_empty_items_of_a_list_are_passed_over():
    assert Row("f.csv", 2, {"areas": "clearance; ; victims;;"}).items("areas") == ["clearance", "victims"]
