"""Rules that stand both in SQL and in Python give the same rows."""

from datetime import date

import pytest

from ccm_portal.register import clocks
from ccm_portal.register.models import Completion, Obligation
from ccm_portal.register.queries import running_deadlines

pytestmark = pytest.mark.django_db
DAYS = [
    date(2010, 8, 1),
    date(2016, 11, 30),
    date(2016, 12, 1),
    date(2018, 9, 18),
    date(2023, 9, 30),
    date(2026, 11, 21),
]


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_running_deadlines_are_those_that_the_pure_rule_calls_running(on):
    everything = clocks.current_rows(Obligation.objects.clocks().with_facts(), on, clocks.formal_meetings())
    expected = {(row.uid, row.deadline, row.status) for row in everything if row.is_running}
    assert {(row.uid, row.deadline, row.status) for row in running_deadlines(on)} == expected


def test_completion_of_the_day_itself_ends_the_clock_on_both_sides():
    obligation = Obligation.objects.get(state="SSD", limb="4.1(a)")
    Completion.objects.create(obligation=obligation, day=date(2026, 11, 21))
    for on, running in ((date(2026, 11, 20), True), (date(2026, 11, 21), False)):
        assert any(row.state.pk == "SSD" for row in running_deadlines(on)) is running
