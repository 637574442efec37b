"""When transparency reports are due, and how their filing counts (Article 7)."""

from datetime import date, timedelta

import pytest

from ccm_portal.register.clocks import report_rows
from ccm_portal.register.models import State, TransparencyReport
from ccm_portal.treaty.dates import annual_report_due, entry_into_force, initial_report_due
from ccm_portal.treaty.reports import Timeliness, annual_reports_due, next_annual_report_year, timeliness


def test_R080_report_five_days_late_is_late():
    """Croatia's report for 2013 is dated 5 May 2014."""
    assert timeliness(annual_report_due(2013), date(2014, 5, 5), date(2014, 5, 5)) is Timeliness.LATE


@pytest.mark.parametrize("deposit", [date(2009, 6, 16), date(2011, 8, 23), date(2025, 9, 5)])
def test_R080_state_in_force_for_100_days_is_not_overdue(deposit):
    in_force = entry_into_force(deposit)
    assert timeliness(initial_report_due(in_force), None, in_force + timedelta(100)) is Timeliness.NOT_DUE


@pytest.mark.parametrize(
    ("received", "on", "expected"),
    [
        (None, "2018-04-29", Timeliness.NOT_DUE),
        (None, "2018-04-30", Timeliness.NOT_DUE),
        (None, "2018-05-01", Timeliness.OVERDUE),
        ("2018-03-01", "2018-04-01", Timeliness.ON_TIME),
        ("2018-04-30", "2018-04-30", Timeliness.ON_TIME),
        ("2018-04-30", "2020-01-01", Timeliness.ON_TIME),
        ("2018-05-01", "2018-05-01", Timeliness.LATE),
        ("2018-06-20", "2018-06-19", Timeliness.OVERDUE),  # not yet received on that day
        ("2018-06-20", "2018-06-20", Timeliness.LATE),
        ("2018-04-15", "2018-04-14", Timeliness.NOT_DUE),
    ],
)
def test_R080_timeliness_of_the_report_for_2017(received, on, expected):
    received = received and date.fromisoformat(received)
    assert timeliness(date(2018, 4, 30), received, date.fromisoformat(on)) is expected


@pytest.mark.parametrize(
    ("on", "covered"),
    [
        ("2018-01-01", 2017),
        ("2018-04-30", 2017),
        ("2018-05-01", 2018),
        ("2018-12-31", 2018),
        ("2010-08-01", 2011),  # the initial report fell due on 28 January 2011
        ("2011-04-30", 2011),
        ("2012-04-30", 2011),
        ("2012-05-01", 2012),
    ],
)
def test_next_annual_report_of_an_original_party(on, covered):
    """Mistake 13: a report is named after the year that it covers."""
    assert next_annual_report_year(date(2010, 8, 1), date.fromisoformat(on)) == covered


@pytest.mark.parametrize("on", ["2026-03-01", "2026-08-28", "2027-04-30"])
def test_next_annual_report_of_a_new_party_is_its_first(on):
    """Vanuatu owes its first annual report on 30 April 2027, none on 30 April 2026."""
    assert next_annual_report_year(date(2026, 3, 1), date.fromisoformat(on)) == 2026


@pytest.mark.parametrize(
    ("until", "years"),
    [("2012-04-29", []), ("2012-04-30", [2011]), ("2013-04-29", [2011]), ("2015-05-01", [2011, 2012, 2013, 2014])],
)
def test_annual_reports_due_so_far(until, years):
    due = annual_reports_due(date(2010, 8, 1), None, date.fromisoformat(until))
    assert due == [(year, date(year + 1, 4, 30)) for year in years]


@pytest.mark.parametrize(
    ("withdrawn", "last"), [("2025-03-06", 2023), ("2025-04-30", 2023), ("2025-05-01", 2024), (None, 2024)]
)
def test_report_due_after_withdrawal_is_not_owed(withdrawn, last):
    """Lithuania left on 6 March 2025 and owed nothing on 30 April 2025."""
    due = annual_reports_due(date(2011, 9, 1), withdrawn and date.fromisoformat(withdrawn), date(2025, 12, 31))
    assert due[-1][0] == last


# --- the register ----------------------------------------------------------------------------------------------------


def rows_of(iso3, on, **options):
    return report_rows(State.objects.filter(pk=iso3).prefetch_related("reports"), date.fromisoformat(on), **options)


@pytest.mark.parametrize(
    ("iso3", "received"),
    [("DEU", "on_time"), ("BGR", "on_time"), ("NGA", "on_time"), ("HRV", "late"), ("TCD", "late"), ("CHL", "late")],
)
def test_R080_initial_reports_on_record(db, iso3, received):
    assert rows_of(iso3, "2026-11-21")[0].status == received


@pytest.mark.parametrize("iso3", ["AFG", "TGO"])
def test_report_not_on_record_is_not_called_missing(db, iso3):
    """A blank in the reference file means "not found", never "not submitted"."""
    assert rows_of(iso3, "2026-11-21")[0].status == "not_on_record"


def test_R080_new_party_is_not_due_yet(db):
    initial, annual = rows_of("VUT", "2026-06-09")  # in force for 100 days
    assert (initial.clock, initial.deadline, initial.status) == ("7.1", date(2026, 8, 28), "not_due")
    assert (annual.clock, annual.deadline, annual.status) == ("7.2 (2026)", date(2027, 4, 30), "not_due")


@pytest.mark.parametrize(("iso3", "on"), [("VUT", "2026-02-28"), ("LTU", "2025-03-06"), ("AGO", "2026-11-21")])
def test_no_report_is_owed_outside_the_convention(db, iso3, on):
    """Not before entry into force, not after withdrawal, not by signatories."""
    assert rows_of(iso3, on) == []


def test_withdrawing_party_owes_what_falls_due_before_it_leaves(db):
    """Its notice of 6 September 2024 made known that it would be gone on 30 April 2025."""
    assert [row.clock for row in rows_of("LTU", "2024-09-05")] == ["7.1", "7.2 (2024)"]
    assert [row.clock for row in rows_of("LTU", "2024-09-06")] == ["7.1"]


def test_history_of_a_former_party_keeps_what_it_owed(db):
    rows = rows_of("LTU", "2026-11-21", history=True)
    assert [row.covered_year for row in rows] == [None, *range(2012, 2024)]
    assert rows_of("AGO", "2026-11-21", history=True) == []


def test_history_lists_every_annual_report(db):
    rows = rows_of("VUT", "2030-01-01", history=True)
    assert [row.covered_year for row in rows] == [None, 2026, 2027, 2028, 2029]
    assert [row.deadline.year for row in rows] == [2026, 2027, 2028, 2029, 2030]


def test_R080_annual_report_of_2013(db):
    """As the report itself shows: dated 5 May 2014 on its cover."""
    statuses = {row.covered_year: row.status for row in rows_of("HRV", "2014-06-01", history=True)}
    assert statuses[2013] == "late"
    assert statuses[2012] == "not_on_record"
    assert statuses[2014] == "not_due"


@pytest.mark.parametrize(
    ("precision", "received_on"),
    [
        ("not_later", "2014-06-27"),
        ("month", "2014-04-30"),
        pytest.param(
            *("year", "2014-12-31"),
        ),
    ],
)
def test_day_not_known_is_not_called_late(db, precision, received_on):
    """The stored day is the last that fits the source: where an earlier one would be in time, nobody is late."""
    changed = TransparencyReport.objects.filter(state="HRV", covered_year=2013).update(
        signed_on=None, received_on=date.fromisoformat(received_on), precision=precision
    )
    assert changed == 1
    statuses = {row.covered_year: row.status for row in rows_of("HRV", "2015-01-01", history=True)}
    assert statuses[2013] in {"received", "on_time"}
