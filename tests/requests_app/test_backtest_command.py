"""The backtest command: one table from one command, and a bad file refused with row and reason."""

import csv
import io
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db

FLOWS = settings.BASE_DIR / "reference" / "assistance" / "support_to_2017.csv"
MEASURES = ["hit_at_5", "hit_at_10", "newcomers_at_5", "mrr"]
METHODS = ["model", "persistence_filled", "frequency", "amount"]


def run(*args, flows=FLOWS):
    out = io.StringIO()
    call_command("backtest_matching", str(flows), *args, stdout=out)
    return out.getvalue()


def test_backtest_as_json_says_what_it_learned_from_and_what_it_measured():
    found = json.loads(run("--train-until", "2013", "--format", "json"))
    assert list(found) == ["train_until", "tables", "measures"]
    assert (found["train_until"], found["tables"]) == (2013, 19)
    assert list(found["measures"]) == METHODS
    for measures in found["measures"].values():
        assert list(measures) == MEASURES
        assert all(0 <= value <= 1 for value in measures.values())


def test_backtest_without_a_year_rolls():
    found = json.loads(run("--from", "2014", "--format", "json"))
    assert (found["train_until"], found["tables"]) == (None, 19)


def test_backtest_on_the_published_flows_stays_ahead_where_it_is_ahead_today():
    """Every choice was made on the tables to 2012; these are the later ones."""
    measures = json.loads(run("--from", "2014", "--format", "json"))["measures"]
    model = measures.pop("model")
    for baseline in measures.values():
        assert model["hit_at_5"] > baseline["hit_at_5"]
        assert model["hit_at_10"] > baseline["hit_at_10"]
        assert model["newcomers_at_5"] > 1.1 * baseline["newcomers_at_5"]
        assert model["mrr"] > baseline["mrr"]


def test_backtest_prints_a_table_and_each_recipient_year():
    assert run("--train-until", "2013").splitlines()[0].split() == ["method", *MEASURES]
    rows = list(csv.DictReader(io.StringIO(run("--train-until", "2013", "--tables", "--format", "csv"))))
    assert len(rows) == 19 * len(METHODS)
    chad = next(row for row in rows if row["recipient"] == "TCD" and row["method"] == "model")
    assert chad["newcomers_at_5"] == ""  # the European Union had given before


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("donor_code", "XXX", "unknown donor 'XXX'"),
        ("recipient_iso3", "XXX", "unknown ISO code 'XXX'"),
        ("table_coverage", "whole", "unknown table_coverage 'whole'"),
        ("year", "", "a flow without a year"),
        ("amount_usd", "plenty", "amount_usd 'plenty' is not an amount"),
        ("amount_usd", "-1", "amount_usd '-1' is not an amount"),
        ("amount_usd", "nan", "amount_usd 'nan' is not an amount"),
        ("", "", "the same flow stands on line 2 already"),
    ],
)
def test_bad_flow_is_refused_with_its_row_and_reason(tmp_path, column, value, reason):
    rows = list(csv.DictReader(io.StringIO(FLOWS.read_text(encoding="utf-8"))))
    rows[1] = rows[1] | {column: value} if column else rows[0]
    path = tmp_path / "flows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(CommandError, match=f"line 3: {reason}"):
        run(flows=path)
