"""The commands that others script against: columns, dates, formats and refusals of `design` section 5."""

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ccm_portal.register.models import Obligation, State
from tests.timing import seconds

pytestmark = pytest.mark.django_db

STATES = "iso3,name,status,signature_date,deposit_date,entry_into_force,withdrawal_effective"
DEADLINES = "iso3,state,article,clock,sequence,deadline,basis,status,decided_by,latest_submission,source"
DEPOSITED = {"state_party", "withdrawal_notified", "deposited_not_yet_in_force"}


def output(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def records(*arguments):
    return list(csv.DictReader(io.StringIO(output(*arguments, "--format", "csv"))))


def state(iso3, as_of):
    return next(row for row in records("states", "--as-of", as_of) if row["iso3"] == iso3)


# --- columns and formats ---------------------------------------------------------------------------------------------

COMMANDS = [("states", STATES), ("deadlines", DEADLINES)]


@pytest.mark.parametrize(("command", "columns"), COMMANDS)
def test_columns_of_csv(command, columns):
    lines = output(command, "--as-of", "2024-06-01", "--format", "csv").splitlines()
    assert lines[0] == columns
    assert len(lines) > 100
    assert {len(row) for row in csv.reader(lines)} == {columns.count(",") + 1}


@pytest.mark.parametrize(("command", "columns"), COMMANDS)
def test_columns_of_json(command, columns):
    rows = json.loads(output(command, "--as-of", "2024-06-01", "--format", "json"))
    assert {",".join(row) for row in rows} == {columns}


@pytest.mark.parametrize(("command", "columns"), COMMANDS)
def test_columns_of_table(command, columns):
    """The table is what is printed without being asked."""
    text = output(command, "--as-of", "2024-06-01")
    assert text == output(command, "--as-of", "2024-06-01", "--format", "table")
    head, *rows = text.splitlines()
    assert head.split() == columns.split(",")
    assert len(rows) == len(records(command, "--as-of", "2024-06-01"))


@pytest.mark.parametrize(("command", "_columns"), COMMANDS)
def test_formats_say_the_same(command, _columns):
    as_json = json.loads(output(command, "--as-of", "2024-06-01", "--format", "json"))
    as_text = [{key: "" if value is None else str(value) for key, value in row.items()} for row in as_json]
    assert as_text == records(command, "--as-of", "2024-06-01")


def test_json_keeps_numbers_and_nothing():
    rows = json.loads(output("deadlines", "--state", "COL", "--as-of", "2024-06-01", "--format", "json"))
    clock = next(row for row in rows if row["clock"] == "4.1(a)")
    assert (clock["article"], clock["sequence"], clock["deadline"]) == (4, 0, None)


def test_accents_survive():
    assert state("CIV", "2024-06-01")["name"] == "Côte d'Ivoire"


@pytest.mark.parametrize("command", ["states", "deadlines"])
def test_as_of_is_today_when_not_given(command, monkeypatch, today):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: today)
    assert output(command) == output(command, "--as-of", "2026-11-21")


# --- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "deposited", "signatories"),
    [
        ("2008-12-02", 0, 0),
        ("2017-06-01", 101, 18),
        ("2023-12-31", 112, 12),
        ("2025-03-05", 112, 12),
        ("2025-03-06", 111, 12),
        ("2025-05-01", 111, 12),
        ("2025-09-04", 111, 12),
        ("2025-09-06", 112, 12),
        ("2026-11-21", 112, 12),
    ],
)
def test_R091_counts_by_date(as_of, deposited, signatories):
    """As the Depositary counts: an instrument counts from its deposit, a withdrawal from its effect."""
    statuses = Counter(row["status"] for row in records("states", "--as-of", as_of))
    assert sum(statuses[status] for status in DEPOSITED) == deposited
    assert statuses["signatory"] == signatories


@pytest.mark.parametrize(("as_of", "in_force"), [("2010-07-31", 0), ("2010-08-01", 30), ("2026-02-28", 111)])
def test_R091_parties_in_force_by_date(as_of, in_force):
    """Article 17: thirty States started together; Vanuatu is bound from 1 March 2026 only."""
    statuses = Counter(row["status"] for row in records("states", "--as-of", as_of))
    assert statuses["state_party"] == in_force


def test_every_state_is_listed_on_every_day():
    assert len(records("states", "--as-of", "2000-01-01")) == State.objects.count()
    assert {row["status"] for row in records("states", "--as-of", "2000-01-01")} == {"non_party"}


@pytest.mark.parametrize(
    ("iso3", "as_of", "expected"),
    [
        ("VUT", "2025-09-04", ["non_party", "", "", "", ""]),
        ("VUT", "2025-09-05", ["deposited_not_yet_in_force", "", "2025-09-05", "2026-03-01", ""]),
        ("VUT", "2026-02-28", ["deposited_not_yet_in_force", "", "2025-09-05", "2026-03-01", ""]),
        ("VUT", "2026-03-01", ["state_party", "", "2025-09-05", "2026-03-01", ""]),
        ("LTU", "2008-12-02", ["non_party", "", "", "", ""]),
        ("LTU", "2008-12-03", ["signatory", "2008-12-03", "", "", ""]),
        ("LTU", "2024-09-05", ["state_party", "2008-12-03", "2011-03-24", "2011-09-01", ""]),
        ("LTU", "2024-09-06", ["withdrawal_notified", "2008-12-03", "2011-03-24", "2011-09-01", "2025-03-06"]),
        ("LTU", "2025-03-05", ["withdrawal_notified", "2008-12-03", "2011-03-24", "2011-09-01", "2025-03-06"]),
        ("LTU", "2025-03-06", ["former_state_party", "2008-12-03", "2011-03-24", "2011-09-01", "2025-03-06"]),
        ("AGO", "2026-11-21", ["signatory", "2008-12-03", "", "", ""]),
        ("USA", "2026-11-21", ["non_party", "", "", "", ""]),
        ("BLZ", "2014-09-02", ["deposited_not_yet_in_force", "", "2014-09-02", "2015-03-01", ""]),
    ],
)
def test_R091_acts_after_the_day_are_not_yet_known(iso3, as_of, expected):
    row = state(iso3, as_of)
    assert [row[column] for column in STATES.split(",")[2:]] == expected


# --- deadlines -------------------------------------------------------------------------------------------------------


def test_history_gives_every_deadline_in_turn():
    rows = records("deadlines", "--state", "BIH", "--article", "4", "--history", "--as-of", "2026-11-21")
    columns = ["clock", "sequence", "deadline", "basis", "decided_by"]
    assert [[row[column] for column in columns] for row in rows] == [
        ["4.1(a)", "0", "2021-03-01", "treaty", ""],
        ["4.1(a)", "1", "2022-09-01", "extension", "2RC-1"],
        ["4.1(a)", "2", "2023-09-01", "extension", "10MSP"],
    ]


@pytest.mark.parametrize(
    ("as_of", "sequence", "deadline", "status"),
    [
        ("2020-02-25", "0", "2021-03-01", "on_track"),
        ("2020-02-26", "0", "2021-03-01", "at_risk"),
        ("2020-11-27", "1", "2022-09-01", "extended"),
        ("2022-09-02", "2", "2023-09-01", "at_risk"),
        ("2023-09-30", "2", "2023-09-01", "completed"),
    ],
)
def test_current_deadline_is_the_one_known_on_the_day(as_of, sequence, deadline, status):
    (row,) = records("deadlines", "--state", "BIH", "--article", "4", "--as-of", as_of)
    assert (row["sequence"], row["deadline"], row["status"]) == (sequence, deadline, status)


@pytest.mark.parametrize(("as_of", "decided"), [("2020-11-26", 1), ("2020-11-27", 2), ("2022-09-01", 2)])
def test_history_knows_no_later_decision(as_of, decided):
    rows = records("deadlines", "--state", "BIH", "--article", "4", "--history", "--as-of", as_of)
    assert [row["deadline"] for row in rows] == ["2021-03-01", "2022-09-01", "2023-09-01"][:decided]


def test_history_of_everything_takes_less_than_a_second_of_python_and_few_queries():
    def history():
        return records("deadlines", "--history", "--as-of", "2026-11-21")

    with CaptureQueriesContext(connection) as captured:
        assert len(history()) > 1500
    assert len(captured) <= 10
    assert seconds(history) < 1


def test_R048_latest_submission_is_given():
    (row,) = records("deadlines", "--state", "LAO", "--article", "4", "--as-of", "2018-11-20")
    assert (row["deadline"], row["latest_submission"]) == ("2020-08-01", "2018-12-02")


def test_R046_no_obligation_declared_shows_no_date():
    (row,) = records("deadlines", "--state", "COL", "--article", "4", "--as-of", "2026-11-21")
    assert (row["status"], row["deadline"], row["latest_submission"]) == ("no_obligation_declared", "", "")


def test_R046_state_without_obligation_has_no_clock():
    assert records("deadlines", "--state", "VUT", "--article", "3", "--as-of", "2026-11-21") == []
    assert records("deadlines", "--state", "VUT", "--article", "4", "--as-of", "2026-11-21") == []


@pytest.mark.parametrize("article", ["3", "4", "7"])
def test_article_filter(article):
    rows = records("deadlines", "--article", article, "--as-of", "2024-06-01")
    assert {row["article"] for row in rows} == {article}


def test_articles_add_up():
    parts = [records("deadlines", "--article", n, "--as-of", "2024-06-01") for n in "347"]
    whole = records("deadlines", "--as-of", "2024-06-01")
    assert sorted(map(repr, whole)) == sorted(repr(row) for part in parts for row in part)


def test_state_filter_takes_small_letters():
    rows = records("deadlines", "--state", "lao", "--as-of", "2024-06-01")
    assert {row["iso3"] for row in rows} == {"LAO"}
    assert {row["clock"] for row in rows} == {"4.1(a)", "7.1", "7.2 (2024)"}


def test_every_clock_in_force_is_listed_once():
    rows = records("deadlines", "--as-of", "2026-11-21")
    clocks = [(row["iso3"], row["clock"]) for row in rows if row["article"] != "7"]
    assert sorted(clocks) == sorted(Obligation.objects.clocks().values_list("state", "limb"))


def test_reports_of_each_party():
    rows = records("deadlines", "--article", "7", "--as-of", "2026-11-21")
    clocks = Counter(row["clock"] for row in rows)
    assert clocks == {"7.1": 112, "7.2 (2026)": 112}
    vanuatu = {row["clock"]: row["deadline"] for row in rows if row["iso3"] == "VUT"}
    assert vanuatu == {"7.1": "2026-08-28", "7.2 (2026)": "2027-04-30"}


@pytest.mark.parametrize(("as_of", "rows"), [("2026-02-28", 0), ("2026-03-01", 2)])
def test_no_report_before_entry_into_force(as_of, rows):
    assert len(records("deadlines", "--state", "VUT", "--as-of", as_of)) == rows


def test_source_is_named():
    assert all(row["source"] for row in records("deadlines", "--as-of", "2026-11-21"))


def test_nothing_found_still_has_its_columns():
    assert output("deadlines", "--state", "USA", "--format", "csv").splitlines() == [DEADLINES]
    assert json.loads(output("deadlines", "--state", "USA", "--format", "json")) == []


# --- load_reference --------------------------------------------------------------------------------------------------


def test_load_says_what_it_did():
    lines = output("load_reference").splitlines()
    assert lines[0] == "added: 0"
    assert lines[1] == "changed: 0"
    assert lines[2].startswith("left: ")
    assert "197 state" in lines[2]


def test_load_of_a_folder(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        output("load_reference", str(tmp_path))
    assert output("load_reference", str(settings.REFERENCE_DIR / "treaty")).startswith("added: 0\nchanged: 0\n")


def test_load_of_one_file():
    lines = output("load_reference", str(settings.REFERENCE_DIR / "treaty" / "meetings.csv")).splitlines()
    assert lines[:2] == ["added: 0", "changed: 0"]


def test_load_of_a_file_that_is_none_of_them_is_refused():
    with pytest.raises(CommandError, match=r"README\.md is not one of"):
        output("load_reference", str(settings.BASE_DIR / "README.md"))


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["states", "deadlines"])
@pytest.mark.parametrize("text", ["2017-02-30", "2017-13-01", "01/06/2017", "2017-6-1", "2017", "yesterday"])
def test_bad_date_is_refused_in_one_line(command, text):
    with pytest.raises(CommandError) as caught:
        output(command, "--as-of", text)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 1


@pytest.mark.parametrize(
    "arguments", [("states", "--as-of", ""), ("deadlines", "--as-of", ""), ("deadlines", "--state", "")]
)
def test_empty_value_is_refused(arguments):
    with pytest.raises(CommandError):
        output(*arguments)


@pytest.mark.parametrize("code", ["ZZZ", "LA", "Laos", "LAO;"])
def test_bad_iso_code_is_refused_in_one_line(code):
    with pytest.raises(CommandError) as caught:
        output("deadlines", "--state", code)
    assert code in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 1


@pytest.mark.parametrize("arguments", [("--article", "5"), ("--article", "x"), ("--format", "xlsx"), ("--nonsense",)])
def test_bad_option_is_refused(arguments):
    with pytest.raises(CommandError):
        output("deadlines", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("states", "--as-of", "2017-02-30"),
        ("deadlines", "--article", "5"),
        ("states", "--format", "xml"),
    ],
)
def test_bad_input_exits_1_with_one_line(arguments, tmp_path):
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/unused.sqlite3"}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
