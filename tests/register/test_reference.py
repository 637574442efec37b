"""Loading the reference files: again without change, and not at all when a file contradicts itself or the treaty."""

import csv
import json
import shutil
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.loading import load_all
from ccm_portal.register import reference
from ccm_portal.register.models import ActionPlan, Meeting, Obligation, State
from requests_app.models import AssistanceRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the reference files, to be spoilt."""
    return shutil.copytree(settings.REFERENCE_DIR, tmp_path / "reference")


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def spoil(path, wanted, **cells):
    """Change cells of the first row whose first cell is `wanted`. Returns the line it stands on."""
    rows = read(path)
    assert set(cells) <= set(rows[0]), "a test that changes no column proves nothing"
    index = next(i for i, row in enumerate(rows) if next(iter(row.values())) == wanted)
    rows[index] |= cells
    write(path, rows)
    return index + 2


def contents(*left_out):
    """Every row of every table, as the database keeps it: how many, and which."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model not in left_out}
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """What the database holds before a test has changed anything, the audit trail too."""
    with django_db_blocker.unblock():
        return contents()


@pytest.fixture
def refused(loaded):
    """`refused(folder)` is the reason why a folder is refused; nothing of it is saved, not even in the audit trail."""

    def reason_for(folder):
        with pytest.raises(reference.BadReference) as caught:
            load_all(folder)
        assert contents() == loaded
        reason = str(caught.value)
        assert "\n" not in reason
        return reason

    return reason_for


# --- what loads ------------------------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(folder):
    before = contents(AuditEvent)
    tally = load_all(folder)
    assert (tally.added, tally.changed) == ({}, {})
    assert contents(AuditEvent) == before


def test_loading_leaves_a_trace(folder):
    load_all(folder)
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor, event.details["added"]) == ("reference data loaded", None, {})


def test_each_file_is_loaded_whole():
    treaty = settings.REFERENCE_DIR / "treaty"
    assert State.objects.count() == len(read(treaty / "un_members.csv"))
    assert State.objects.joined().count() == len(read(treaty / "states_parties.csv"))
    assert Meeting.objects.count() == len(read(treaty / "meetings.csv"))
    for limb, name in (("3.2", "article3.csv"), ("4.1(a)", "article4.csv"), ("5.1", "article5.csv")):
        assert Obligation.objects.filter(limb=limb).count() == len(read(treaty / name))


def test_changed_cell_is_loaded_and_counted(folder):
    spoil(folder / "treaty" / "meetings.csv", "3RC", place="Luang Prabang")
    tally = load_all(folder)
    assert (tally.added, tally.changed) == ({}, {"meeting": 1})
    assert Meeting.objects.get(code="3RC").place == "Luang Prabang"


def test_fact_changed_by_hand_is_loaded_back(folder):
    State.objects.filter(pk="LAO").update(deposited="2010-03-18")
    assert load_all(folder).changed == {"state": 1}
    assert State.objects.get(pk="LAO").deposited.isoformat() == "2009-03-18"


def test_new_party_is_added_by_a_line(folder):
    """Angola, a signatory, deposits: R46 follows without any code."""
    path = folder / "treaty" / "states_parties.csv"
    rows = read(path)
    angola = {"iso3": "AGO", "iso2": "AO", "name_un_short": "Angola", "un_region": "Africa", "status": "State Party"}
    acts = {"signature_date": "2008-12-03", "action": "ratification", "deposit_date": "2026-10-05"}
    write(path, [*rows, dict.fromkeys(rows[0], "") | angola | acts])
    assert load_all(folder).changed == {"state": 1}
    assert State.objects.get(pk="AGO").in_force.isoformat() == "2027-04-01"


def test_treaty_files_alone_are_enough(folder):
    tally = load_all(folder / "treaty")
    assert (tally.added, tally.changed) == ({}, {})


def test_published_date_that_differs_is_reported(folder):
    """Edge case 2: Somalia's initial report was published as due on 31 August 2016; never overwrite silently."""
    warnings = load_all(folder).warnings
    assert any("Somalia" in warning or "SOM" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("day", "plans"), [("2018-06-01", ["DAP"]), ("2015-01-01", ["VAP"]), ("2024-01-01", ["LAP"]), ("2030-01-01", [])]
)
def test_R059_plan_in_force(day, plans):
    assert [plan.code for plan in ActionPlan.objects.filter(starts__lte=day, ends__gte=day)] == plans


def test_R060_next_plan_is_a_line_of_data(folder):
    path = folder / "portal" / "action_plans.csv"
    new = {"code": "NEXT", "name": "Plan of the 3RC", "starts": "2027-01-01", "ends": "2031-12-31", "verified": "no"}
    write(path, [*read(path), new | {"source": "a test"}])
    assert load_all(folder).added == {"action plan": 1}
    assert [plan.code for plan in ActionPlan.objects.filter(starts__lte="2028-01-01", ends__gte="2028-01-01")] == [
        "NEXT"
    ]


# --- requests for assistance -----------------------------------------------------------------------------------------


def test_only_requests_for_assistance_become_requests():
    """Mistake 12: statements, gaps that others reported and requests for time alone are none."""
    rows = read(settings.REFERENCE_DIR / "assistance" / "requests.csv")
    asked = {row["id"] for row in rows if "assistance" in row["request_kind"].split(";")}
    assert set(AssistanceRequest.objects.values_list("source_id", flat=True)) == asked
    assert 0 < len(asked) < len(rows)


@pytest.mark.parametrize("kind", ["need_statement", "session_statement", "reported_gap", "time_extension"])
def test_kind_alone_is_no_request(kind):
    rows = read(settings.REFERENCE_DIR / "assistance" / "requests.csv")
    others = [row["id"] for row in rows if row["request_kind"] == kind]
    assert others
    assert not AssistanceRequest.objects.filter(source_id__in=others).exists()


def test_request_for_time_and_assistance_is_a_request():
    request = AssistanceRequest.objects.get(source_id="REQ-046")
    assert (request.state_id, request.total_cost, request.currency) == ("BIH", 2730000, "USD")


# --- what is refused -------------------------------------------------------------------------------------------------

LITHUANIA = {"withdrawal_notified_date": "2024-09-06", "withdrawal_effective_date": "2025-03-06", "status": "withdrawn"}
CONTRADICTIONS = [
    # file, first cell of the row, what is changed, what the reason names
    ("treaty/states_parties.csv", "AFG", {"iso3": "XXX"}, "XXX"),
    ("treaty/states_parties.csv", "AFG", {"deposit_date": ""}, "deposit"),
    ("treaty/states_parties.csv", "AFG", {"deposit_date": "8 September 2011"}, "8 September 2011"),
    ("treaty/states_parties.csv", "AFG", {"deposit_date": "2011-09-31"}, "2011-09-31"),
    ("treaty/states_parties.csv", "AFG", {"deposit_date": "2011-10-08"}, "Article 17"),
    ("treaty/states_parties.csv", "AFG", {"entry_into_force_date": "2012-03-08"}, "Article 17"),
    ("treaty/states_parties.csv", "ALB", {"entry_into_force_date": "2009-12-01"}, "Article 17"),
    ("treaty/states_parties.csv", "AFG", {"signature_date": "2011-12-03"}, "signs before"),
    ("treaty/states_parties.csv", "AFG", {"action": "adhesion"}, "adhesion"),
    ("treaty/states_parties.csv", "LTU", {"withdrawal_effective_date": "2025-03-05"}, "withdrawal"),
    ("treaty/states_parties.csv", "LTU", {"withdrawal_notified_date": ""}, "withdrawal"),
    ("treaty/states_parties.csv", "LTU", {"status": "State Party"}, "status"),
    ("treaty/states_parties.csv", "AFG", {"status": "withdrawn"}, "status"),
    ("treaty/states_parties.csv", "VUT", LITHUANIA, "withdrawal"),
    ("treaty/signatories.csv", "AGO", {"iso3": "QQQ"}, "QQQ"),
    ("treaty/signatories.csv", "AGO", {"signature_date": "2008-13-03"}, "2008-13-03"),
    ("treaty/un_members.csv", "AFG", {"un_region": "Asia"}, "Asia"),
    ("treaty/meetings.csv", "7MSP", {"type": "Meeting"}, "Meeting"),
    ("treaty/meetings.csv", "7MSP", {"start_date": "2017-9-4"}, "2017-9-4"),
    ("treaty/meetings.csv", "7MSP", {"start_date": "2017-09-07"}, "first day"),
    ("treaty/meetings.csv", "7MSP", {"president_state": "GER"}, "GER"),
    ("treaty/article3.csv", "BWA", {"iso3": "BOT"}, "BOT"),
    ("treaty/article3.csv", "BWA", {"iso3": "USA"}, "USA"),  # has not joined
    ("treaty/article3.csv", "BWA", {"original_deadline": "2021-12-01"}, "2019-12-01"),
    ("treaty/article3.csv", "BWA", {"completion": "18/09/2018"}, "18/09/2018"),
    ("treaty/article4.csv", "BIH", {"iso3": "XXX"}, "XXX"),
    ("treaty/article4.csv", "BIH", {"original_deadline": "2019-03-01"}, "2021-03-01"),
    ("treaty/article4.csv", "BIH", {"ext1_until": "2021-03-01"}, "lengthen"),
    ("treaty/article4.csv", "BIH", {"ext1_until": "2020-09-01"}, "lengthen"),
    ("treaty/article4.csv", "BIH", {"ext2_until": "2022-08"}, "lengthen"),
    ("treaty/article4.csv", "BIH", {"ext1_until": "in 18 months"}, "in 18 months"),
    ("treaty/article4.csv", "BIH", {"ext1_meeting": "14MSP (2020)"}, "14MSP"),
    ("treaty/article5.csv", "AFG", {"iso3": "AFX"}, "AFX"),
    ("treaty/article7.csv", "BGR", {"iso3": "BUL"}, "BUL"),
    ("treaty/article7.csv", "BGR", {"initial_report_submitted": "27.03.2012"}, "27.03.2012"),
    ("assistance/coordinators.csv", "2010-2011", {"term": "2010"}, "2010"),
    ("assistance/coordinators.csv", "2010-2011", {"term": "2031-2032"}, "2031-2032"),
    ("assistance/coordinators.csv", "2010-2011", {"state_iso3": "XXX"}, "XXX"),
    ("assistance/coordinators.csv", "2010-2011", {"role": "chair"}, "chair"),
    ("assistance/operators.csv", "HALO", {"type": "charity"}, "charity"),
    ("assistance/donors.csv", "NOR", {"donor_code": "XNO"}, "XNO"),
    ("assistance/support_to_2017.csv", "AFG", {"donor_code": "NOBODY"}, "NOBODY"),
    ("assistance/support_to_2017.csv", "AFG", {"recipient_iso3": "XXX"}, "XXX"),
    ("assistance/support_to_2017.csv", "AFG", {"amount_usd": "30 million"}, "30 million"),
    ("assistance/support_to_2017.csv", "AFG", {"obligation_areas": "Art 6"}, "Art 6"),
    ("assistance/requests.csv", "REQ-046", {"currency": ""}, "currency"),
    ("assistance/requests.csv", "REQ-014", {"amount": "1000"}, "currency"),
    ("assistance/requests.csv", "REQ-046", {"amount": "2.7m"}, "2.7m"),
    ("assistance/requests.csv", "REQ-046", {"state_iso3": "BHI"}, "BHI"),
    ("assistance/requests.csv", "REQ-046", {"amount": "-5"}, "greater than or equal to 0"),
    ("assistance/requests.csv", "REQ-046", {"year": "two"}, "two"),
    ("assistance/requests.csv", "REQ-046", {"year": ""}, "year"),
    ("assistance/requests.csv", "REQ-046", {"channel": "phone"}, "phone"),
    ("assistance/requests.csv", "REQ-046", {"obligation_area": "Art 4"}, "Art 4"),
    ("assistance/coalitions.csv", "COA-01", {"affected_state_iso3": "BOT"}, "BOT"),
    ("portal/actions.csv", "DAP", {"plan": "XAP"}, "XAP"),
]
CRASHES = [
    # the same for values that end in a traceback
    ("treaty/article3.csv", "BWA", {"completion": "0000"}, "0000"),
    ("treaty/article3.csv", "GNB", {"status": "no stocks (clarified spring 2022)"}, "spring"),
    ("assistance/requests.csv", "REQ-046", {"year": "²"}, "year"),
    ("portal/coalition_members.csv", "COA-01", {"supporter": "NOBODY"}, "NOBODY"),
    ("portal/coalition_members.csv", "COA-01", {"role": "friend"}, "friend"),
]
PASSED_OVER = [
    # file, first cell of the row, what is changed: contradictions that must be refused or at least reported
    ("treaty/article3.csv", "BWA", {"entry_into_force_date": "2012-12-01"}),
    ("treaty/article3.csv", "BWA", {"last_deadline": "2023-12-01"}),
    ("treaty/article3.csv", "PER", {"ext1_until": "2026-03-01"}),  # Article 3.3: up to four years
    ("treaty/article4.csv", "LAO", {"ext1_until": "2030-08-01"}),  # Article 4.5: up to five years
    ("treaty/article7.csv", "AFG", {"iso3": "XXX"}),
    ("treaty/article7.csv", "AFG", {"initial_report_due_computed": "2012-09-01"}),
    ("assistance/support_to_2017.csv", "AFG", {"currency": ""}),
    ("assistance/support_to_2017.csv", "AFG", {"year": ""}),
    ("portal/meeting_decisions.csv", "9MSP", {"meeting": "99MSP"}),
    ("portal/aliases.csv", "BOL", {"iso3": "XXX"}),
]


def case_name(case):
    path, wanted, cells = case[:3]
    return "-".join([path.split("/")[1].removesuffix(".csv"), wanted, *cells])


@pytest.mark.parametrize("case", CONTRADICTIONS, ids=map(case_name, CONTRADICTIONS))
def test_contradiction_is_refused_with_file_and_line(folder, case, refused):
    path, wanted, cells, reason = case
    line = spoil(folder / path, wanted, **cells)
    message = refused(folder)
    assert message.startswith(f"{path.split('/')[1]} line {line}: ")
    assert reason in message


@pytest.mark.parametrize("case", CRASHES, ids=map(case_name, CRASHES))
def test_unusable_value_is_refused_with_file_and_line(folder, case, refused):
    path, wanted, cells, reason = case
    line = spoil(folder / path, wanted, **cells)
    message = refused(folder)
    assert message.startswith(f"{path.split('/')[1]} line {line}: ")
    assert reason in message


def noticed(folder):
    """What a load says of a folder, be it as a refusal or as warnings."""
    try:
        return load_all(folder).warnings
    except reference.BadReference as error:
        return [str(error)]


@pytest.mark.parametrize("case", PASSED_OVER, ids=map(case_name, PASSED_OVER))
def test_contradiction_is_not_passed_over(folder, case):
    path, wanted, cells = case
    line = spoil(folder / path, wanted, **cells)
    assert any(f"{path.split('/')[1]} line {line}" in said for said in noticed(folder))


def test_withdrawal_delayed_by_a_conflict_is_used_or_refused(folder):
    spoil(folder / "treaty" / "states_parties.csv", "LTU", withdrawal_effective_date="2025-09-06")
    assert noticed(folder) or State.objects.get(pk="LTU").withdrawn == date(2025, 9, 6)


@pytest.mark.parametrize(
    "name",
    [
        "treaty/un_members.csv",
        "treaty/states_parties.csv",
        "treaty/signatories.csv",
        "treaty/meetings.csv",
        "treaty/article3.csv",
        "treaty/article4.csv",
        "treaty/article5.csv",
        "treaty/article7.csv",
        "assistance/coordinators.csv",
        "assistance/operators.csv",
        "assistance/donors.csv",
        "assistance/support_to_2017.csv",
        "assistance/requests.csv",
        "assistance/coalitions.csv",
        "assistance/request_aggregates.csv",
        "assistance/good_practices.csv",
    ],
)
def test_missing_file_is_named(folder, name, refused):
    (folder / name).unlink()
    assert name.split("/")[1] in refused(folder)


def test_folder_without_anything_is_refused(tmp_path, refused):
    assert "states_parties.csv" in refused(tmp_path)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("treaty/un_members.csv", "un_region"),
        ("treaty/states_parties.csv", "deposit_date"),
        ("treaty/states_parties.csv", "withdrawal_effective_date"),
        ("treaty/signatories.csv", "signature_date"),
        ("treaty/meetings.csv", "end_date"),
        ("treaty/article3.csv", "completion"),
        ("treaty/article3.csv", "original_deadline"),
        ("treaty/article4.csv", "ext2_until"),
        ("treaty/article7.csv", "initial_report_submitted"),
        ("assistance/requests.csv", "currency"),
        ("assistance/requests.csv", "request_kind"),
        ("assistance/donors.csv", "donor_type"),
        pytest.param(
            *("treaty/article4.csv", "ext1_meeting"),
        ),
    ],
)
def test_missing_column_is_named(folder, name, column, refused):
    path = folder / name
    write(path, [{key: value for key, value in row.items() if key != column} for row in read(path)])
    message = refused(folder)
    assert message.startswith(f"{path.name} line ")
    assert repr(column) in message


@pytest.mark.parametrize("name", ["treaty/states_parties.csv", "assistance/requests.csv", "portal/actions.csv"])
def test_file_in_another_encoding_is_named(folder, name, refused):
    path = folder / name
    path.write_bytes(path.read_bytes() + "Türkiye".encode("latin-1"))
    message = refused(folder)
    assert path.name in message
    assert "UTF-8" in message


@pytest.mark.parametrize("name", ["treaty/article4.csv", "treaty/states_parties.csv", "assistance/requests.csv"])
def test_empty_file_is_refused(folder, name, refused):
    (folder / name).write_text("")
    assert name.split("/")[1] in refused(folder)


def test_row_with_more_cells_than_columns_is_refused(folder, refused):
    path = folder / "treaty" / "article5.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace("reported by ISU", "reported, by ISU"), *lines[2:]]))
    assert refused(folder).startswith("article5.csv line 2: ")


def test_line_is_the_line_of_the_file(folder, refused):
    path = folder / "treaty" / "article3.csv"
    line = spoil(path, "BWA", iso3="XXX")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "", *lines[1:]]), encoding="utf-8")
    assert refused(folder).startswith(f"article3.csv line {line + 1}: ")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("treaty/states_parties.csv", {"deposit_date": "2012-02-08", "entry_into_force_date": "2012-08-01"}),
        ("treaty/article4.csv", {"ext1_until": "2026-02-01"}),
    ],
)
def test_two_rows_on_one_state_are_refused(folder, name, cells, refused):
    path = folder / name
    rows = read(path)
    assert rows[0]["iso3"] == "AFG"
    write(path, [*rows, rows[0] | cells])
    assert refused(folder).startswith(f"{path.name} line {len(rows) + 2}: ")


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param("[", id="not JSON"),
        pytest.param(
            *[["slug"]],
            id="key missing",
        ),
        pytest.param(
            *[{"starts": "October 2023"}],
            id="bad date",
        ),
    ],
)
def test_work_plan_that_cannot_be_read_is_refused(folder, spoilt, refused):
    path = folder / "portal" / "work_plans.json"
    plan = json.loads(path.read_text(encoding="utf-8"))[0]
    if isinstance(spoilt, dict):
        path.write_text(json.dumps([plan | spoilt]))
    elif isinstance(spoilt, list):
        path.write_text(json.dumps([{key: value for key, value in plan.items() if key not in spoilt}]))
    else:
        path.write_text(spoilt)
    assert refused(folder).startswith("work_plans.json line ")


def test_last_file_refused_leaves_the_first_unsaved(folder, refused):
    """One transaction: a good change in the register goes with a bad row read last."""
    spoil(folder / "treaty" / "meetings.csv", "3RC", place="Luang Prabang")
    line = spoil(folder / "assistance" / "request_aggregates.csv", "2018-06-27", measure="something else")
    assert refused(folder).startswith(f"request_aggregates.csv line {line}: ")
    assert Meeting.objects.get(code="3RC").place == "Vientiane, Lao PDR"
