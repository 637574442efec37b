"""One file imported: preview, then exactly that; all bad rows told; corrections and earlier imports kept; rebuilt."""

import csv
import hashlib
import os
import shutil
import time
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.importing import ChangedSincePreview, digest, import_file
from ccm_portal.loading import LOADED, load_all
from ccm_portal.register.models import ExtensionDecision, Meeting, Organisation, PublishedDate, State
from ccm_portal.register.reference import BadReference
from requests_app.models import Supporter, SupportRecord
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

IMPORT = "admin:register_import"


@pytest.fixture
def staff(isu):
    return client_of(isu)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT / "imports"


def table(name):
    with next(settings.REFERENCE_DIR.glob(f"*/{name}.csv")).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def edited(name, *changes):
    """The rows of a reference file with cells changed: (key in the row, column, value)."""
    rows = table(name)
    for key, column, value in changes:
        next(row for row in rows if key in row)[rows[0].index(column)] = value
    return rows


def as_csv(folder, name, rows):
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def as_workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def sent(path):
    return SimpleUploadedFile(path.name, path.read_bytes())


PLACE = ("3RC", "place", "Luang Prabang")


# --- preview and load ------------------------------------------------------------------------------------------------


def test_preview_shows_old_and_new_and_the_load_does_exactly_that(staff, isu, tmp_path, uploads):
    path = as_csv(tmp_path, "meetings", edited("meetings", PLACE))
    page = staff.post(reverse(IMPORT), {"file": sent(path)})
    text = page.content.decode()
    for wanted in ("Vientiane, Lao PDR", "Luang Prabang", "meetings.csv line ", "changed: 1 (1 meeting)"):
        assert wanted in text
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"
    assert len(list(uploads.glob("*/meetings.csv"))) == 1
    page = staff.post(reverse(IMPORT), {"load": "1"}, follow=True)
    text = page.content.decode()
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text
    assert "Luang Prabang" in text
    assert list(uploads.glob("*")) == []
    event = AuditEvent.objects.filter(action=LOADED, actor=isu).get()
    assert (event.details["changed"], event.details["files"][0]["name"]) == ({"meeting": 1}, "meetings.csv")
    entry = Meeting.objects.get(code="3RC").history.first()
    assert entry.history_change_reason.startswith("import: meetings.csv line ")
    assert entry.history_user == isu


def test_second_load_of_one_preview_is_told(staff, tmp_path):
    staff.post(reverse(IMPORT), {"file": sent(as_csv(tmp_path, "meetings", edited("meetings", PLACE)))})
    staff.post(reverse(IMPORT), {"load": "1"})
    page = staff.post(reverse(IMPORT), {"load": "1"}, follow=True)
    assert "No file waits to be loaded" in page.content.decode()
    assert AuditEvent.objects.filter(action=LOADED, actor__isnull=False).count() == 1


def test_preview_is_the_persons_own_and_holds_for_an_hour(staff, tmp_path, uploads):
    staff.post(reverse(IMPORT), {"file": sent(as_csv(tmp_path, "meetings", edited("meetings", PLACE)))})
    (waiting,) = uploads.glob("*/meetings.csv")
    assert len(waiting.parent.name) >= 32
    other = client_of(AuditEvent._meta.get_field("actor").related_model.objects.create_superuser("x@test.org", "pw"))
    assert "No file waits" in other.post(reverse(IMPORT), {"load": "1"}, follow=True).content.decode()
    os.utime(waiting, (time.time() - 3700,) * 2)
    assert "No file waits" in staff.post(reverse(IMPORT), {"load": "1"}, follow=True).content.decode()
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"


def test_register_that_changed_since_the_preview_gives_a_new_preview(staff, tmp_path):
    staff.post(reverse(IMPORT), {"file": sent(as_csv(tmp_path, "meetings", edited("meetings", PLACE)))})
    Meeting.objects.filter(code="3RC").update(place="Elsewhere")
    page = staff.post(reverse(IMPORT), {"load": "1"})
    text = page.content.decode()
    assert "has changed since the preview" in text
    assert "Elsewhere" in text
    assert Meeting.objects.get(code="3RC").place == "Elsewhere"
    staff.post(reverse(IMPORT), {"load": "1"})
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"


def test_agreed_digest_is_checked(tmp_path):
    path = as_csv(tmp_path, "meetings", edited("meetings", PLACE))
    with pytest.raises(ChangedSincePreview):
        import_file(path, keep=True, agreed="something else")
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"
    import_file(path, keep=True, agreed=digest(import_file(path, keep=False)))
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"


def test_queries_of_the_record_page_do_not_grow(staff, django_assert_max_num_queries):
    event = AuditEvent.objects.filter(action=LOADED).first()
    with django_assert_max_num_queries(12):
        assert staff.get(reverse("admin:register_import_record", args=[event.pk])).status_code == 200
    with django_assert_max_num_queries(12):
        assert staff.get(reverse(IMPORT)).status_code == 200


def test_names_that_are_no_file_names_are_refused(staff):
    page = staff.post(reverse(IMPORT), {"file": SimpleUploadedFile("a\x00;b.csv", b"x")})
    assert page.status_code == 200
    assert "Rename the file" in page.content.decode()


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_workbook_with_several_sheets_is_taken_whole(tmp_path):
    path = as_workbook(
        tmp_path / "update.xlsx",
        meetings=edited("meetings", PLACE),
        aliases=edited("aliases", ("BOL", "aliases", "Bolivia; Plurinational State")),
        Notes=[["to do"]],
    )
    tally = import_file(path, keep=True)
    assert tally.changed == {"meeting": 1, "state": 1}
    assert tally.warnings == ["update.xlsx: sheet 'Notes' is not named as a reference file and was not read"]
    assert State.objects.get(pk="BOL").aliases == "Bolivia; Plurinational State"
    assert {change.source.split(" line")[0] for change in tally.changes} == {
        "update.xlsx sheet 'meetings'",
        "update.xlsx sheet 'aliases'",
    }


def test_workbook_named_as_a_reference_file_gives_its_first_sheet(tmp_path):
    path = as_workbook(tmp_path / "meetings.xlsx", Sheet1=edited("meetings", PLACE))
    assert import_file(path, keep=True).changed == {"meeting": 1}


def test_command_takes_one_file(tmp_path, capsys):
    path = as_workbook(tmp_path / "update.xlsx", meetings=edited("meetings", PLACE))
    call_command("load_reference", str(path), "--dry-run", "--details")
    out = capsys.readouterr().out
    assert out.startswith("added: 0\nchanged: 1 (1 meeting)\nleft: ")
    assert "place: Vientiane, Lao PDR → Luang Prabang" in out
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"


# --- errors ----------------------------------------------------------------------------------------------------------


def test_all_bad_rows_are_told_and_nothing_is_written(staff, tmp_path):
    sheets = {
        "meetings": edited("meetings", PLACE, ("1MSP", "start_date", "9.11.2010"), ("7MSP", "type", "Party")),
        "article3": edited("article3", ("BWA", "iso3", "BOT"), ("PER", "completion", "soon")),
    }
    path = as_workbook(tmp_path / "update.xlsx", **sheets)
    with pytest.raises(BadReference) as caught:
        import_file(path, keep=True)
    told = "\n".join(caught.value.reasons)
    for said in ("9.11.2010", "'Party'", "BOT", "'soon'"):
        assert told.count(said) == 1
    assert len(caught.value.reasons) == 4
    assert all(reason.startswith("update.xlsx sheet '") for reason in caught.value.reasons)
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"
    page = staff.post(reverse(IMPORT), {"file": sent(path)}).content.decode()
    assert "4 rows or columns cannot be used" in page
    assert 'name="load"' not in page
    with pytest.raises(CommandError) as refused:
        call_command("load_reference", str(path))
    assert str(refused.value).splitlines() == list(caught.value.reasons)


def test_two_records_with_one_name_are_told_not_crashed(tmp_path):
    rows = edited("states_parties", ("TGO", "name_un_short", "Chad"))
    with pytest.raises(BadReference, match=r"states_parties\.csv line .* contradicts another record"):
        import_file(as_csv(tmp_path, "states_parties", rows), keep=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda head: [*head, "remarks"], "column 'remarks' is not known"),
        (lambda head: ["plase" if name == "place" else name for name in head], "column 'place' is missing"),
    ],
)
def test_columns_of_an_import_are_those_of_the_file(tmp_path, change, said):
    rows = table("meetings")
    head = change(rows[0])
    rows = [head, *(row + [""] * (len(head) - len(row)) for row in rows[1:])]
    with pytest.raises(BadReference) as caught:
        import_file(as_csv(tmp_path, "meetings", rows), keep=True)
    assert f"meetings.csv line 1: {said}" in caught.value.reasons


# --- what has the last word ------------------------------------------------------------------------------------------


def correct(staff, model, pk, **values):
    obj = model.objects.get(pk=pk)
    obj._history_user = AuditEvent._meta.get_field("actor").related_model.objects.get(email="isu@test.org")
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save()


def test_correction_is_left_and_shown(staff, tmp_path):
    correct(staff, Meeting, Meeting.objects.get(code="3RC").pk, place="Vientiane")
    page = staff.post(reverse(IMPORT), {"file": sent(as_csv(tmp_path, "meetings", edited("meetings", PLACE)))})
    text = page.content.decode()
    assert "Corrected before, and left: meeting (1)" in text
    assert "was edited by hand and is left (place)" in text
    assert "changed: 0" in text


def test_import_is_not_undone_by_the_portals_own_files_but_by_the_next_import(tmp_path, isu):
    path = as_csv(tmp_path, "meetings", edited("meetings", PLACE))
    import_file(path, keep=True, by=isu)
    tally = load_all(settings.REFERENCE_DIR)
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"
    assert any("3RC was imported from another file and is left (place)" in warning for warning in tally.warnings)
    import_file(as_csv(tmp_path, "aliases", table("aliases")), keep=True, by=isu)  # does not touch meetings
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"
    import_file(as_csv(tmp_path, "meetings", edited("meetings", ("3RC", "place", "Pakse"))), keep=True, by=isu)
    assert Meeting.objects.get(code="3RC").place == "Pakse"


def remove(model, isu, **wanted):
    obj = model.objects.get(**wanted)
    obj._history_user = isu
    obj.delete()


def test_what_a_person_deleted_stays_away_and_is_told(isu):
    """Neither a refresh nor an import brings it back; whoever wants it adds it by hand."""
    remove(ExtensionDecision, isu, obligation__state="TCD", sequence=2)
    published = PublishedDate.objects.filter(state="BGR").first()
    remove(PublishedDate, isu, pk=published.pk)
    tally = load_all(settings.REFERENCE_DIR)
    assert not ExtensionDecision.objects.filter(obligation__state="TCD", sequence=2).exists()
    assert not PublishedDate.objects.filter(state="BGR", day=published.day, source=published.source).exists()
    told = [warning for warning in tally.warnings if "was deleted by hand and is not added again" in warning]
    assert [warning.split(" line ")[0] for warning in told] == ["article4.csv", "golden_dates.csv"]
    assert not tally.added
    assert not tally.changed


def test_lines_that_rest_on_what_a_person_deleted_are_left_out_and_do_not_stop_the_load(isu):
    remove(Organisation, isu, code="MAR")
    tally = load_all(settings.REFERENCE_DIR)
    assert not Organisation.objects.filter(code="MAR").exists()
    assert any("unknown organisation 'MAR': it was deleted by hand" in line for line in tally.warnings)


def test_record_whose_key_a_person_corrected_is_not_added_again(isu):
    """Here the day that a source gives, which is part of what tells one published date from another."""
    wrong, count = PublishedDate.objects.filter(state="BGR").first(), PublishedDate.objects.count()
    correct(None, PublishedDate, wrong.pk, day="2015-04-20")
    tally = load_all(settings.REFERENCE_DIR)
    assert PublishedDate.objects.get(pk=wrong.pk).day == date(2015, 4, 20)
    assert (PublishedDate.objects.count(), tally.added) == (count, {})


def test_file_that_was_not_given_changes_nothing(tmp_path):
    State.objects.filter(pk="TGO").update(region_note="changed in between")
    import_file(as_csv(tmp_path, "aliases", edited("aliases", ("BOL", "aliases", "Bolivia; X"))), keep=True)
    assert State.objects.get(pk="TGO").region_note == "changed in between"
    assert State.objects.get(pk="BOL").aliases == "Bolivia; X"


def test_lists_are_counted_shown_and_protected_too(staff, tmp_path):
    rows = edited("operators", ("HALO", "countries_of_operation", "Lao People's Democratic Republic"))
    tally = import_file(as_csv(tmp_path, "operators", rows), keep=False)
    assert any(field[0] == "works in" for change in tally.changes for field in change.fields)
    halo = Organisation.objects.get(code="HALO")
    before = set(halo.works_in.values_list("pk", flat=True))
    correct(staff, Organisation, halo.pk, note="Checked by hand")
    import_file(as_csv(tmp_path, "operators", rows), keep=True)
    assert set(halo.works_in.values_list("pk", flat=True)) == before


# --- rebuilt from the files ------------------------------------------------------------------------------------------

APPS = ("register", "requests_app", "coalitions", "reports")
VOLATILE = {"id", "at", "created_at", "updated_at"}  # the numbers of rows, and when they were written


def loaded_models():
    found = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [model for model in found if not model.__name__.startswith("Historical")]


def dump():
    """Every table of facts as text, with names instead of numbers for what points elsewhere."""
    tables = {}
    for model in loaded_models():
        rows = []
        pointers = [f.name for f in (*model._meta.fields, *model._meta.many_to_many) if f.is_relation]
        for obj in model._default_manager.prefetch_related(*pointers):
            cells = [f"{f.name}={getattr(obj, f.name)}" for f in model._meta.fields if f.name not in VOLATILE]
            cells += [f"{f.name}={sorted(map(str, getattr(obj, f.name).all()))}" for f in model._meta.many_to_many]
            rows.append("|".join(cells))
        tables[model._meta.label] = sorted(rows)
    return tables


def empty():
    """Remove every fact, whatever rests on it; the areas come with a migration and stay."""
    for model in loaded_models():
        for relation in model._meta.many_to_many:
            getattr(model, relation.name).through.objects.all().delete()
    for model in loaded_models():
        if model._meta.label != "requests_app.Area":
            rows = model._default_manager.all()
            rows._raw_delete(rows.db)


def test_register_is_rebuilt_from_the_files_twice_without_difference():
    before = dump()
    empty()
    assert State.objects.count() == 0
    assert load_all(settings.REFERENCE_DIR).added["state"] == len(before["register.State"])
    rebuilt = dump()
    assert rebuilt == before
    tally = load_all(settings.REFERENCE_DIR)
    assert (tally.added, tally.changed) == ({}, {})
    assert dump() == rebuilt
    assert sum(len(rows) for rows in rebuilt.values()) > 1000
    assert SupportRecord.objects.count()
    assert Supporter.objects.count()


def test_reference_folder_alone_is_enough(tmp_path, monkeypatch):
    """Nothing but the folder is read: the rebuilt register is the same from a copy elsewhere."""
    copy = Path(shutil.copytree(settings.REFERENCE_DIR, tmp_path / "elsewhere"))
    before = dump()
    empty()
    load_all(copy)
    assert dump() == before
