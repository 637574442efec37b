"""Every published date of `reference/treaty/golden_dates.csv`, against the register as it is loaded."""

import csv
import re

import pytest
from django.conf import settings

from ccm_portal.register.models import Obligation, State
from ccm_portal.treaty.dates import initial_report_due
from ccm_portal.treaty.deadlines import deadline_history, original_deadline

LIMBS = {"Article 3": "3.2", "Article 4": "4.1(a)"}

with (settings.REFERENCE_DIR / "treaty" / "golden_dates.csv").open(encoding="utf-8", newline="") as file:
    GOLDEN = list(csv.DictReader(file))

PUBLISHED = [row for row in GOLDEN if row["must_reproduce"] == "yes"]
ANOMALIES = [row for row in GOLDEN if row["must_reproduce"] == "no"]

pytestmark = pytest.mark.django_db


def name_of(row):
    return "-".join([row["id"], row["iso3"], row["article"].split(" (")[0].replace(" ", ""), row["kind"]])


def history_of(iso3, limb):
    """The obligation with its successive deadlines, as the rules compute them from the register."""
    obligation = Obligation.objects.with_facts().get(state=iso3, limb=limb)
    facts = obligation.facts()
    original = original_deadline(facts.clock, facts.in_force, facts.hostilities_ended)
    return obligation, deadline_history(original, facts.extensions)


def computed(row):
    """What the engine gives for a golden row. "extension-N" is the N-th request of the obligation."""
    state = State.objects.get(pk=row["iso3"])
    if row["kind"] == "entry-into-force":
        return state.in_force
    if row["kind"] == "withdrawal-effective":
        return state.withdrawn
    if row["kind"] == "initial":
        return initial_report_due(state.in_force)
    obligation, history = history_of(row["iso3"], LIMBS[row["article"]])
    if row["kind"] == "original":
        return history[0].day
    number = int(row["kind"].removeprefix("extension-"))
    granted = [extension.sequence for extension in obligation.extensions.all() if extension.outcome == "granted"]
    return history[1 + granted.index(number)].day


def as_published(day, row):
    return day.isoformat()[:7] if row["precision"] == "month" else day.isoformat()


def test_golden_file_is_read_whole():
    assert len(PUBLISHED) + len(ANOMALIES) == len(GOLDEN)
    articles = {row["article"].split(" (")[0] for row in PUBLISHED}
    assert articles == {"Article 3", "Article 4", "Article 7.1", "Article 17", "Article 20(3)"}


@pytest.mark.parametrize("row", PUBLISHED, ids=map(name_of, PUBLISHED))
def test_R046_published_date_is_reproduced(row):
    assert as_published(computed(row), row) == row["published_deadline"]


@pytest.mark.parametrize("row", ANOMALIES, ids=map(name_of, ANOMALIES))
def test_published_error_is_not_reproduced(row):
    """Edge case 2: the computed date stands, whatever a list prints."""
    assert as_published(computed(row), row) != row["published_deadline"]
    assert computed(row).isoformat() == re.search(r"engine value: (\d{4}-\d\d-\d\d)", row["note"])[1]


@pytest.mark.parametrize(
    ("iso3", "limb", "days"),
    [
        ("BIH", "4.1(a)", ["2021-03-01", "2022-09-01", "2023-09-01"]),
        ("CHL", "4.1(a)", ["2021-06-01", "2022-06-01", "2023-06-01", "2026-06-01"]),
        ("TCD", "4.1(a)", ["2023-09-01", "2024-10-01", "2026-10-01"]),
        ("LAO", "4.1(a)", ["2020-08-01", "2025-08-01"]),
        ("MRT", "4.1(a)", ["2022-08-01", "2024-08-01"]),
        ("PER", "3.2", ["2021-03-01", "2024-04-01"]),
        ("BGR", "3.2", ["2019-10-01", "2022-10-01", "2023-12-31"]),
        ("AFG", "3.2", ["2020-03-01"]),
    ],
)
def test_R046_extension_history_is_kept(iso3, limb, days):
    _obligation, history = history_of(iso3, limb)
    assert [deadline.day.isoformat() for deadline in history] == days
    numbers = [deadline.sequence for deadline in history]
    assert numbers[0] == 0
    assert numbers == sorted(set(numbers))


def test_sequence_is_the_number_of_the_request():
    """Bulgaria's first extension was not seen, so its history goes from the treaty's own to the second and third."""
    _obligation, history = history_of("BGR", "3.2")
    assert [deadline.sequence for deadline in history] == [0, 2, 3]


@pytest.mark.parametrize(("iso3", "limb"), [("IRQ", "4.1(a)"), ("MRT", "4.1(a)"), ("BGR", "3.2")])
def test_deadline_known_to_the_month_says_so(iso3, limb):
    _obligation, history = history_of(iso3, limb)
    assert [deadline.month_precision for deadline in history[:2]] == [False, True]
