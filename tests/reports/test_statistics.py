"""The yearly figures: who asked for what, of those that had reported, as of a day, beside what was published."""

import io
import json
from datetime import date

import docx
import pytest
from django.core.management import CommandError, call_command

from ccm_portal.register.models import State, TransparencyReport
from reports.forms import usual_period
from reports.models import PublishedFigure
from reports.progress import as_word, section
from reports.statistics import statistics
from requests_app.enums import AnswerKind, Channel, Status
from requests_app.models import AssistanceRequest
from tests.coalitions.factories import CoalitionFactory
from tests.requests_app.factories import AnswerFactory, RelayFactory, RequestFactory

pytestmark = pytest.mark.django_db

AS_OF = date(2016, 6, 27)
YEAR = 2015  # the register holds no report for it, so that all figures are the fixture's
S, C, R, V, L = (
    "stockpile_destruction", "clearance", "risk_education", "victim_assistance", "national_legislation",
)  # fmt: skip
#: The twelve States of the concept note of 2018, with areas that add up to 2, 9, 3, 5 and 1.
ASKED = {
    "AFG": [C, V], "ALB": [V], "BIH": [C, R], "BWA": [S], "TCD": [C, R], "IRQ": [C, V], "LAO": [C, V, R], "LBN": [C, V],
    "MNE": [C], "NRU": [L], "PLW": [S, C], "PSE": [C],
}  # fmt: skip
IN_ORDER = [
    "Afghanistan", "Albania", "Bosnia and Herzegovina", "Botswana", "Chad", "Iraq", "Lao People's Democratic Republic",
    "Lebanon", "Montenegro", "Nauru", "Palau", "State of Palestine",
]  # fmt: skip
AREAS = {S: 2, C: 9, R: 3, V: 5, L: 1}


def report(state, received=AS_OF, year=YEAR):
    return TransparencyReport.objects.create(state_id=state, kind="annual", covered_year=year, received_on=received)


def asked_in_report(state, areas=(C,), on=AS_OF, **values):
    return RequestFactory(in_report=True, reported_year=YEAR, state_id=state, submitted_on=on, areas=areas, **values)


@pytest.fixture
def reported():
    """58 States Parties have reported, 12 of them ask, with 20 mentions of areas."""
    others = State.objects.filter(deposited__lt=date(2014, 1, 1)).exclude(pk__in=[*ASKED, "MRT"]).order_by("pk")[:46]
    for state in [*ASKED, *others.values_list("pk", flat=True)]:
        report(state)
    for state, areas in ASKED.items():
        asked_in_report(state, areas)


def figures(as_of=AS_OF, year=YEAR):
    return statistics(year, as_of, AssistanceRequest.objects.public())


def test_R084_twelve_of_fifty_eight(reported):
    found = figures()
    assert (found.requesting, found.submitted) == (12, 58)


def test_R084_later_report_leaves_the_figure_of_the_day_unchanged(reported):
    before = figures()
    report(
        "NOR" if not TransparencyReport.objects.filter(state="NOR", covered_year=YEAR).exists() else "SWE",
        date(2016, 6, 28),
    )
    asked_in_report("MRT", on=date(2016, 6, 28))
    assert figures() == before
    later = figures(date(2016, 6, 28))
    assert (later.requesting, later.submitted) == (13, 59)


def test_R084_other_years_do_not_mix(reported):
    assert figures(year=2014).requesting == figures(year=2014).submitted == 0


def test_R084_initial_reports_are_not_reports_for_a_year(reported):
    TransparencyReport.objects.filter(kind="initial", state="SWE").delete()
    TransparencyReport.objects.create(state_id="SWE", kind="initial", received_on=AS_OF)
    assert figures().submitted == 58


def test_R085_sorted_list_of_twelve(reported):
    assert figures().states == IN_ORDER


def test_R085_order_is_that_of_the_united_nations():
    for state in ("CIV", "HRV", "CUB", "CRI"):
        asked_in_report(state)
    assert figures().states == ["Costa Rica", "Côte d'Ivoire", "Croatia", "Cuba"]


def test_R085_lists_of_states_stand_in_the_same_order(client):
    rows = client.get("/states/", {"per_page": "100"}).context["page"].object_list
    names = [state.name for state, _status in rows]
    assert names.index("Costa Rica") < names.index("Côte d'Ivoire") < names.index("Croatia")


def test_R086_areas_and_their_overlap(reported):
    found = figures()
    assert found.areas == AREAS
    assert (found.mentions, found.requesting) == (20, 12)


def test_R086_note_on_the_overlap(reported, client):
    page = client.get("/reports/statistics/", {"covered_year": YEAR, "as_of": AS_OF}).content.decode()
    assert "areas overlap: 20 mentions, 12 states" in page.lower()


def test_R086_state_with_two_requests_counts_once_per_area(reported):
    asked_in_report("AFG", [C, S])
    found = figures()
    assert (found.requesting, found.areas[C], found.areas[S], found.mentions) == (12, 9, 3, 21)


def test_R086_state_that_named_no_area_counts_among_the_states_only(reported):
    asked_in_report("MRT", [])
    found = figures()
    assert (found.requesting, found.mentions, found.without_area) == (13, 20, 1)


def test_R006_unconfirmed_request_counts_once_confirmed(reported):
    asked = asked_in_report("MRT", unconfirmed=True)
    assert figures().requesting == 12
    AssistanceRequest.objects.filter(pk=asked.pk).update(confirmed_on=AS_OF)
    found = figures()
    assert (found.requesting, found.covered_year) == (13, YEAR)
    assert "Mauritania" in found.states


def test_drafts_and_other_channels_do_not_count(reported):
    RequestFactory(state_id="MRT", draft=True, channel=Channel.ARTICLE_7, covered_year=YEAR, visibility="public")
    RequestFactory(state_id="MRT", public=True, submitted_on=AS_OF)
    RequestFactory(state_id="MRT", public=True, submitted_on=AS_OF, channel=Channel.FORMAL_MEETING)
    assert figures().requesting == 12


def test_withdrawn_request_was_still_asked(reported):
    AssistanceRequest.objects.filter(covered_year=YEAR, state="NRU").update(status=Status.WITHDRAWN)
    assert figures().requesting == 12


def test_example_records_never_count(reported):
    asked_in_report("MRT", is_example=True)
    report("MRT")
    TransparencyReport.objects.filter(state="MRT", covered_year=YEAR).update(is_example=True)
    found = figures()
    assert (found.requesting, found.submitted) == (12, 58)


@pytest.mark.django_db
def test_statistics_cost_the_same_for_any_number_of_states(reported, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        figures()


# --- the real record, beside what was published ---


def test_R084_published_figures_stand_beside_the_record():
    found = statistics(2017, date(2018, 6, 27), AssistanceRequest.objects.public())
    assert found.published == {"submitted": 58, "requesting": 12, "mentions": 20, **AREAS}
    assert found.published_on == date(2018, 6, 27)
    assert "000_dabfeee0dbfb9972" in found.published_source
    assert (found.requesting, found.states) == (12, IN_ORDER)  # twelve of the paper's list, not thirteen
    assert found.submitted == 12  # only the reports behind those requests are on record: not made up to 58


def test_R084_published_figures_are_not_known_before_their_day():
    assert statistics(2017, date(2018, 6, 26), AssistanceRequest.objects.public()).published == {}


def test_R084_nothing_in_the_portal_changes_a_published_figure(reported):
    before = list(PublishedFigure.objects.values_list("measure", "value"))
    asked_in_report("MRT")
    assert list(PublishedFigure.objects.values_list("measure", "value")) == before


def test_statistics_page_and_its_files_say_the_same(client):
    address = {"covered_year": "2017", "as_of": "2018-06-27"}
    page = client.get("/reports/statistics/", address).content.decode()
    for text in ("State of Palestine", "000_dabfeee0dbfb9972", "areas overlap: 20 mentions, 12 States"):
        assert text in page
    (row,) = json.loads(client.get("/reports/statistics/", {**address, "format": "json"}).content)
    assert (row["requesting"], row["published"]["submitted"], row["states"]) == (12, 58, IN_ORDER)
    for form in ("csv", "xlsx"):
        assert client.get("/reports/statistics/", {**address, "format": form}).status_code == 200


def test_statistics_page_without_a_question_shows_the_latest_published(client):
    assert client.get("/reports/statistics/").context["figures"].covered_year == 2017


@pytest.mark.parametrize(
    "bad", [{"covered_year": "1999"}, {"covered_year": "x"}, {"covered_year": "2017", "as_of": "x"}]
)
def test_statistics_page_bears_a_bad_question(client, bad):
    response = client.get("/reports/statistics/", {"as_of": "2018-06-27", **bad})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


def test_statistics_command():
    out = io.StringIO()
    call_command("statistics", covered_year=2017, as_of="2018-06-27", format="json", stdout=out)
    (row,) = json.loads(out.getvalue())
    assert list(row) == [
        "covered_year", "as_of", "requesting", "submitted", "areas", "mentions", "states", "published",
    ]  # fmt: skip
    assert (row["requesting"], row["published"]["requesting"]) == (12, 12)
    with pytest.raises(CommandError, match="1999"):
        call_command("statistics", covered_year=1999)
    with pytest.raises(CommandError, match="not a date"):
        call_command("statistics", covered_year=2017, as_of="27.6.2018")


# --- the progress report ---

PERIOD = (date(2015, 7, 1), date(2016, 6, 30))


def words(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_R087_section_holds_the_figures_of_its_period(reported):
    data = section(*PERIOD)
    assert (data.statistics.requesting, data.statistics.submitted, data.statistics.covered_year) == (12, 58, YEAR)
    assert len(data.requests) == 12
    assert [request.state.name for request in data.requests] == IN_ORDER


def test_R013_four_relays_three_answered(reported):
    asked = RequestFactory(public=True, submitted_on=PERIOD[0], status=Status.RELAYED)
    relays = [RelayFactory(request=asked, code=code, sent_on=PERIOD[0]) for code in ("NOR", "CHE", "NPA", "USA")]
    for relay, kind in zip(relays[:3], (AnswerKind.UNABLE, AnswerKind.OFFER, AnswerKind.OFFER), strict=True):
        AnswerFactory(relay=relay, kind=kind, answered_on=date(2016, 1, 1))
    AnswerFactory(relay=relays[0], answered_on=date(2016, 2, 1))  # a second answer to the same relay
    AnswerFactory(relay=relays[3], answered_on=date(2016, 7, 1))  # after the period
    data = section(*PERIOD)
    assert (data.relayed, data.answered) == (4, 3)


def test_R013_response_rate_is_shown(reported, client):
    asked = RequestFactory(public=True, submitted_on=PERIOD[0], status=Status.RELAYED)
    for number, code in enumerate(("NOR", "CHE", "NPA", "USA")):
        relay = RelayFactory(request=asked, code=code, sent_on=PERIOD[0])
        if number:
            AnswerFactory(relay=relay, answered_on=date(2016, 1, 1))
    page = client.get("/reports/progress/", {"starts": PERIOD[0], "ends": PERIOD[1]}).content.decode()
    assert "75" in page


def test_R087_word_file_opens_and_holds_the_figures(reported):
    asked = RequestFactory(public=True, submitted_on=PERIOD[0], title="Survey of the north")
    coalition = CoalitionFactory(started_on=date(2016, 1, 1))
    text = words(docx.Document(io.BytesIO(as_word(section(*PERIOD)))))
    assert "12 of 58 States Parties" in text
    assert "1 July 2015" in text
    assert "30 June 2016" in text
    for part in (asked.reference, asked.title, coalition.name, "State of Palestine", "Clearance\n9"):
        assert part in text


def test_R087_word_file_is_served_by_the_page(reported, client):
    response = client.get("/reports/progress/", {"starts": PERIOD[0], "ends": PERIOD[1], "format": "docx"})
    assert response["Content-Disposition"] == 'attachment; filename="progress-2016-06-30.docx"'
    assert "12 of 58" in words(docx.Document(io.BytesIO(response.content)))


def test_R087_word_file_of_an_empty_period_opens():
    text = words(docx.Document(io.BytesIO(as_word(section(date(2000, 1, 1), date(2000, 12, 31))))))
    assert text.count("None on record.") >= 2


def test_R087_command_writes_the_word_file(reported, tmp_path):
    path = tmp_path / "section.docx"
    call_command(
        "progress_report", "--from", "2015-07-01", "--to", "2016-06-30", "--output", str(path), stdout=io.StringIO()
    )
    assert "12 of 58" in words(docx.Document(str(path)))


@pytest.mark.parametrize(
    ("starts", "ends", "name", "said"),
    [
        ("2016-07-01", "2016-06-30", "x.docx", "before it starts"),
        ("x", "2016-06-30", "x.docx", "not a date"),
        ("2015-07-01", "2016-06-30", "x.odt", "docx or .pdf"),
        ("2015-07-01", "2016-06-30", "no/such/folder/x.docx", "No such file"),
    ],
)
def test_R087_command_says_what_is_wrong(tmp_path, starts, ends, name, said):
    with pytest.raises(CommandError, match=said):
        call_command("progress_report", "--from", starts, "--to", ends, "--output", str(tmp_path / name))


def test_example_records_never_enter_the_report(reported):
    RequestFactory(public=True, submitted_on=PERIOD[0], is_example=True, title="Made up")
    made_up = RequestFactory(public=True, submitted_on=PERIOD[0], is_example=True, status=Status.RELAYED)
    AnswerFactory(relay=RelayFactory(request=made_up, sent_on=PERIOD[0]), answered_on=PERIOD[1])
    CoalitionFactory(started_on=date(2016, 1, 1), is_example=True, name="Made up too")
    data = section(*PERIOD)
    text = words(docx.Document(io.BytesIO(as_word(data))))
    assert "Made up" not in text
    assert (data.relayed, data.answered, len(data.requests)) == (0, 0, 12)


def test_R026_report_is_made_of_public_records(reported):
    for level in ("coordinators_isu", "match_parties", "states_parties"):
        asked = RequestFactory(visibility=level, submitted_on=PERIOD[0], title="Not for all", status=Status.RELAYED)
        RelayFactory(request=asked, sent_on=PERIOD[0])
    data = section(*PERIOD)
    assert "Not for all" not in words(docx.Document(io.BytesIO(as_word(data))))
    assert (len(data.requests), data.relayed) == (12, 0)


@pytest.mark.parametrize("bad", [{"starts": "2016-07-01", "ends": "2016-06-30"}, {"starts": "x", "ends": "2016-06-30"}])
def test_progress_page_bears_a_bad_period(client, bad):
    response = client.get("/reports/progress/", bad)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize(("day", "period"), [
    (date(2026, 6, 30), (date(2024, 7, 1), date(2025, 6, 30))),
    (date(2026, 7, 1), (date(2025, 7, 1), date(2026, 6, 30))),
    (date(2026, 12, 31), (date(2025, 7, 1), date(2026, 6, 30))),
])  # fmt: skip
def test_usual_period_is_the_last_completed_one(day, period):
    assert usual_period(day) == period


# --- one State, membership ---


def test_R091_membership_on_the_first_of_june_2017(client):
    """101 had joined and 18 had signed only: 119 States in all."""
    counts = client.get("/states/", {"as_of": "2017-06-01"}).context["counts"]
    assert (counts["joined"], counts["signatories"]) == (101, 18)


def test_R119_state_page_shows_the_office_and_nobodys_address(client, coordinator):
    page = client.get("/states/che/").content.decode()
    assert "international cooperation and assistance" in page.lower()
    assert "@" not in page


def test_R120_holder_follows_the_register_and_the_day(client):
    def offices(iso3, day):
        return {term.label for term in client.get(f"/states/{iso3}/", {"as_of": day}).context["profile"].terms}

    def holds(iso3, day, start):
        return any(label.startswith(start) for label in offices(iso3, day))

    assert holds("per", "2018-12-01", "2018")
    assert not holds("mne", "2018-12-01", "2019")
    assert holds("mne", "2019-12-01", "2019")


def test_R067_one_page_holds_the_requests_deadlines_reports_and_coalitions_of_a_state(client):
    profile = client.get("/states/lbn/").context["profile"]
    assert profile.clocks
    assert profile.requests
    assert profile.reports
    assert profile.coalitions
    assert profile.received
