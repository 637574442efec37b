"""Deadlines by year, their time-line, the forecast by meeting, and why each date is what it is."""

import gzip
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ccm_portal.register import clocks
from ccm_portal.register.clocks import formal_meetings
from ccm_portal.register.explanations import explanation
from ccm_portal.register.forms import DeadlineFilter
from ccm_portal.register.known import known_register
from ccm_portal.register.models import Obligation, State
from ccm_portal.register.queries import deadline_rows
from ccm_portal.register.timeline import _anchor, picture
from ccm_portal.register.wording import CHECKS, EXTENSIONS, HEARINGS, RULES
from ccm_portal.treaty.deadlines import Clock
from ccm_portal.treaty.explain import Hearing, Question, Rule

pytestmark = pytest.mark.django_db
THEN = "2018-01-15"


def rows(client, **filters):
    return client.get("/deadlines/", {"format": "json", **filters}).json()


# --- R47: by year and Article ----------------------------------------------------------------------------------------


def test_R047_2018_to_2019_lists_article_3_only_and_2020_the_first_of_article_4(client):
    early = rows(client, as_of=THEN, year="2018-2019")
    assert early
    assert {row["article"] for row in early} == {3}
    assert min(row["deadline"] for row in early) == "2018-08-01"
    first = rows(client, as_of=THEN, year="2020")
    assert {"LAO", "DEU", "HRV"} <= {row["iso3"] for row in first if row["article"] == 4}
    every = rows(client, as_of=THEN, article=4)
    assert min(row["deadline"] for row in every) == min(row["deadline"] for row in first) == "2020-08-01"


@pytest.mark.parametrize(
    ("typed", "years"),
    [
        ("2020", (2020, 2020)),
        ("2018-2019", (2018, 2019)),
        (" 2018 \N{EN DASH} 2019 ", (2018, 2019)),
        ("2018-", (2018, 2100)),
        ("-2019", (2010, 2019)),
        ("", None),
    ],
)
def test_R047_a_year_or_a_range(typed, years):
    form = DeadlineFilter({"year": typed})
    assert form.is_valid()
    assert form.cleaned_data["year"] == years


@pytest.mark.parametrize("typed", ["soon", "2019-2018", "1999", "2020-2200", "-", "20 20"])
def test_R047_a_range_that_is_none_is_explained(client, typed):
    page = client.get("/deadlines/", {"year": typed}).content.decode()
    assert "Write a year or a range of years" in page
    assert f'value="{typed}"' in page


def test_R047_by_name_region_and_status(client):
    assert {row["iso3"] for row in rows(client, q="lao", status="all")} == {"LAO"}
    found = rows(client, region="africa", status="all", year="2010-2100")
    assert {State.objects.get(pk=row["iso3"]).region for row in found} == {"africa"}
    assert all(row["deadline"] for row in found)
    assert {row["status"] for row in rows(client, status="completed")} == {"completed"}


def test_R055_the_register_lists_every_state_with_an_open_clock_and_none_other(client):
    open_clocks = {
        obligation.state_id
        for obligation, _facts, position in clocks.positions(
            Obligation.objects.clocks().with_facts(), date.fromisoformat(THEN), formal_meetings()
        )
        if position.status not in {"completed", "no_obligation_declared", "deadline_frozen"}
    }
    assert open_clocks
    assert {row["iso3"] for row in rows(client, as_of=THEN)} == open_clocks


# --- forecast --------------------------------------------------------------------------------------------------------


def test_R047_forecast_says_which_request_must_reach_which_meeting_by_when(client):
    response = client.get("/deadlines/forecast/", {"as_of": "2018-06-27"})
    sessions = {session.meeting.code: session for session in response.context["forecast"].sessions}
    ninth = sessions["9MSP"]
    assert ninth.latest == date(2018, 12, 2)
    assert {(task.item.state.iso3, task.item.clock) for task in ninth.tasks} == {
        ("BGR", "3.2"), ("BWA", "3.2"), ("DEU", "4.1(a)"), ("HRV", "4.1(a)"), ("LAO", "4.1(a)"), ("MNE", "4.1(a)"),
    }  # fmt: skip
    assert ninth.counts == {3: 2, 4: 4}
    assert {task.item.state.iso3 for task in ninth.tasks if task.has_begun} == {"BGR", "BWA"}
    assert "2 December 2018" in response.content.decode()
    assert response.context["years"][2020] == {3: 0, 4: 4}
    assert response.context["years"][2019][4] == 0


def test_R047_forecast_says_so_where_no_meeting_is_scheduled(client):
    response = client.get("/deadlines/forecast/", {"as_of": "2026-11-21"})
    assert [session.year for session in response.context["forecast"].unscheduled] == [2028, 2034]
    assert "meeting not scheduled yet" in response.content.decode()


def test_forecast_of_a_day_before_everything_is_empty(client):
    assert "No clock of Article 3 or 4 runs" in client.get("/deadlines/forecast/?as_of=2008-01-01").content.decode()


# --- why -------------------------------------------------------------------------------------------------------------


def test_N1_three_clicks_from_the_state_to_the_reason(client):
    """One click from a State's page to the explanation: article, formula, facts, decision and source stand there."""
    state = client.get("/states/lao/").content.decode()
    address = "/states/lao/deadlines/4-1a/"
    assert f'href="{address}"' in state
    page = client.get(address).content.decode()
    for text in (
        "4.1(a)",
        "18 March 2009 deposited",
        "first thirty instruments",
        "1 August 2010 + 10 years",
        "1 August 2020",
        "1 August 2020 + 60 months",
        "1 August 2025",
        "9MSP",
        "CCM/MSP/2024/6",
        "https://www.mineactionreview.org/country/lao-peoples-democratic-republic",
        "treaties.un.org",
        "10 December 2023",
        "A request for an extension is open",
    ):
        assert text in page, text
    assert f'href="{address}"' in client.get("/deadlines/").content.decode()


def test_N1_every_clock_and_report_has_its_page_and_it_ends_on_the_deadline(client):
    for day in ("2018-06-27", "2026-11-21"):
        on = date.fromisoformat(day)
        for row in [*deadline_rows(on), *deadline_rows(on, article=7)[::9]]:
            found = explanation(row.state.iso3, row.slug, on)
            assert found is not None, row.get_absolute_url()
            assert found.row.deadline == row.deadline
            assert found.row.status == row.status
            assert found.lines[-1].step.result == row.deadline
            assert found.lines[0].step.start == row.state.deposited


def test_N1_decision_behind_a_date_is_one_click_away(client):
    page = client.get("/states/lao/deadlines/4-1a/").content.decode()
    for number in (1, 2):
        address = f"/decisions/lao-4-1a-extension-{number}/"
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
    past = client.get("/states/lao/deadlines/4-1a/?as_of=2019-06-01").content.decode()
    assert "Request 1" in past
    assert "/decisions/" not in past.split("</main>")[0].split("<h1")[1]  # lodged, and not decided yet


def test_N1_day_known_to_the_month_is_not_made_exact(client):
    page = client.get("/states/bih/deadlines/4-1a/").content.decode()
    assert "It is fulfilled (September 2023)." in page
    assert "30 September 2023" not in page


def test_N1_former_party_says_since_when_and_keeps_what_it_owed(client):
    page = client.get("/states/ltu/").content.decode()
    assert "the Convention binds it no more since 6 March 2025" in page
    assert client.get("/states/ltu/?as_of=2024-09-06").status_code == 200
    assert client.get("/states/ltu/deadlines/7-2-2020/").status_code == 200
    assert client.get("/states/ltu/deadlines/7-2-2024/").status_code == 404


def test_N1_as_of_a_past_day_the_page_says_what_was_known(client):
    page = client.get("/states/lao/deadlines/4-1a/", {"as_of": "2019-01-01"}).content.decode()
    assert "1 August 2025" not in page
    assert "CCM/MSP/2024/6" not in page
    assert 'href="/states/lao/?as_of=2019-01-01"' in page


def test_N1_it_says_why_nothing_is_said(client):
    page = client.get("/states/irq/deadlines/4-1a/", {"as_of": "2026-11-21"}).content.decode()
    assert "not scheduled yet" in page
    assert "1 March 2027" in page  # twenty months before
    assert "The source gives the month" in page


def test_N1_report_due_dates_are_explained_too(client):
    page = client.get("/states/bol/deadlines/7-1/").content.decode()
    assert "1 October 2013 + 180 days" in page
    assert "30 March 2014" in page
    page = client.get("/states/bol/deadlines/7-2-2026/", {"as_of": "2026-11-21"}).content.decode()
    assert "30 April 2027" in page


@pytest.mark.parametrize(
    "address", ["xxx/deadlines/4-1a", "lao/deadlines/4-1c", "nor/deadlines/7-2-1999", "usa/deadlines/7-1"]
)
def test_there_is_no_page_for_what_does_not_exist(client, address):
    assert client.get(f"/states/{address}/").status_code == 404


def test_every_answer_of_the_rules_has_its_sentence():
    assert set(RULES) == set(Rule)
    assert set(CHECKS) == {(question, answer) for question in Question for answer in (True, False)}
    assert set(HEARINGS) == set(Hearing)
    assert set(EXTENSIONS) == set(Clock)


# --- time-line -------------------------------------------------------------------------------------------------------


def test_timeline_has_a_line_for_each_row_of_the_table(client):
    page = client.get("/deadlines/", {"as_of": "2018-06-27", "per_page": 100}).content.decode()
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "<desc" in svg
    assert svg.count('class="run"') == page.count('<th scope="row">')
    assert "<script" not in svg
    for label in ("At risk", "On track"):
        assert label in svg  # the word beside the sign


def test_timeline_runs_the_other_way_from_right_to_left():
    on = date(2026, 11, 21)
    found = [row for row in deadline_rows(on) if row.is_running]
    forth, back = (picture(found, on, formal_meetings(), flip=flip) for flip in (False, True))
    for one, other in zip(forth.lines, back.lines, strict=True):
        assert float(one.now[:-1]) + float(other.now[:-1]) == pytest.approx(100, abs=0.02)
    assert (forth.start, back.start) == ("0%", "100%")


@pytest.mark.parametrize(
    ("x", "flip", "anchor"),
    [(50, False, "middle"), (3, False, "start"), (97, False, "end"), (3, True, "end"), (97, True, "start")],
)
def test_timeline_label_of_the_day_runs_inwards_near_an_edge(x, flip, anchor):
    assert _anchor(x, flip) == anchor


def test_timeline_keeps_every_mark_inside():
    on = date(2026, 11, 21)
    found = picture(deadline_rows(on), on, formal_meetings())
    places = [line.now for line in found.lines] + [x for line in found.lines for x in line.earlier]
    places += [mark.x for mark in (*found.years, *found.meetings, found.on)]
    assert all(0 <= float(x[:-1]) <= 100 for x in places)


def test_timeline_numbers_stay_numbers_in_every_language(client, settings):
    with translation.override("fr"):
        on = date(2026, 11, 21)
        found = picture(deadline_rows(on), on, formal_meetings())
    assert re.fullmatch(r"\d+\.\d\d%", found.on.x)


def test_no_picture_where_nothing_has_a_date(client):
    assert "<svg" not in client.get("/deadlines/?article=7").content.decode()
    assert "<svg" not in client.get("/deadlines/?as_of=2008-01-01").content.decode()


@pytest.mark.parametrize("address", ["/deadlines/?status=all&per_page=100", "/deadlines/forecast/?as_of=2018-06-27"])
def test_N13_page_weighs_less_than_50_kb(client, address):
    assert len(gzip.compress(client.get(address).content)) < 50_000


# --- cost ------------------------------------------------------------------------------------------------------------


def test_deadlines_of_all_states_take_six_queries():
    """With nothing kept: the clocks of Articles 3 and 4 on one page, the reports of Article 7 on another."""
    for article, least in ((None, 50), (7, 200)):
        known_register.forget()
        with CaptureQueriesContext(connection) as captured:
            assert len(deadline_rows(date(2026, 11, 21), article=article)) > least
        assert len(captured) <= 6


@pytest.mark.parametrize(
    "address", ["/states/lao/deadlines/4-1a/", "/states/lao/deadlines/7-1/", "/deadlines/forecast/"]
)
def test_pages_cost_few_queries(client, address):
    formal_meetings()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= 6
