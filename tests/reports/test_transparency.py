"""Article 7 reports: who has reported and when, advice per form, reminders, figures, the template."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ccm_portal.accounts.enums import Role
from ccm_portal.register.known import known_register
from ccm_portal.register.models import (
    ReportedFigure,
    ReportForm,
    ReportingYear,
    State,
    TemplateFile,
    TransparencyReport,
)
from ccm_portal.treaty import completeness
from ccm_portal.treaty.completeness import Advice, Filed, Finding, Form, Report
from reports import transparency
from reports.models import PublishedRate
from reports.wording import ADVICE
from tests.conftest import person

pytestmark = pytest.mark.django_db
LIST = "/transparency-reports/"
REMINDERS = "/transparency-reports/reminders/"


def line_of(iso3, on, year):
    return next(line for line in transparency.due_reports(on, year) if line.state.pk == iso3)


def complete(year, on):
    return ReportingYear.objects.create(covered_year=year, complete_on=on, source="List of the ISU")


def filed(state="LAO", year=2024, on=date(2025, 4, 22), **values):
    return TransparencyReport.objects.create(
        state_id=state, kind="annual", covered_year=year, **({"received_on": on} | values)
    )


def exported(client, address):
    separator = "&" if "?" in address else "?"
    return json.loads(b"".join(client.get(f"{address}{separator}format=json")))


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# --- R80, R123: the list ----------------------------------------------------------------------------------------------


def test_R080_report_for_2013_dated_5_may_2014_is_late(client):
    assert line_of("HRV", date(2014, 5, 5), 2013).annual.row.status == "late"
    assert line_of("HRV", date(2014, 5, 4), 2013).annual.row.status == "not_on_record"
    row = next(r for r in exported(client, f"{LIST}?covered_year=2013&as_of=2014-06-01&q=croatia"))
    assert (row["annual_status"], row["annual_due"], row["annual_signed"]) == ("late", "2014-04-30", "2014-05-05")
    assert not row["annual_received"]  # the date on the cover is not the day of receipt


def test_R080_state_in_force_for_100_days_is_not_overdue():
    state = State.objects.get(pk="SOM")
    complete(None, date(2026, 1, 1))
    TransparencyReport.objects.filter(state=state).delete()
    assert line_of("SOM", state.in_force + timedelta(100), 2016).initial.row.status == "not_due"
    assert line_of("SOM", state.in_force + timedelta(180), 2016).initial.row.status == "not_due"
    assert line_of("SOM", state.in_force + timedelta(181), 2016).initial.row.status == "overdue"


def test_R080_overdue_only_where_the_year_is_marked_complete(client):
    on = date(2025, 9, 1)
    assert line_of("LAO", on, 2024).annual.row.status == "not_on_record"
    complete(2024, date(2025, 4, 30))  # too early to say who is missing
    assert line_of("LAO", on, 2024).annual.row.status == "not_on_record"
    complete(2024, date(2025, 8, 31))
    assert line_of("LAO", on, 2024).annual.row.status == "overdue"
    assert line_of("LAO", on, 2023).annual.row.status == "not_on_record"
    assert "Overdue" in body(client, f"{LIST}?covered_year=2024&as_of=2025-09-01&q=lao")


def test_R080_list_filters_by_year_region_status_and_state(client):
    filed("LAO"), filed("CHE", on=date(2025, 5, 2))
    address = f"{LIST}?covered_year=2024&as_of=2025-09-01"
    everybody = exported(client, address)
    assert {row["covered_year"] for row in everybody} == {2024}
    assert [row["iso3"] for row in exported(client, f"{address}&status=on_time")] == ["LAO"]
    assert [row["iso3"] for row in exported(client, f"{address}&status=late")] == ["CHE"]
    assert [row["iso3"] for row in exported(client, f"{address}&q=switz")] == ["CHE"]
    africa = exported(client, f"{address}&region=africa")
    assert 0 < len(africa) < len(everybody)
    before = exported(client, f"{LIST}?covered_year=2024&as_of=2025-05-01&q=switz")
    assert before[0]["annual_status"] == "not_on_record"  # received a day later


def test_R080_bad_filter_is_named(client):
    page = body(client, f"{LIST}?covered_year=twelve")
    assert "Enter a whole number." in page
    assert 'value="twelve"' in page
    assert client.get(f"{LIST}?as_of=yesterday").status_code == 400


def test_R080_covered_year_and_due_year_in_words(client):
    page = body(client, f"{LIST}?covered_year=2013&as_of=2014-06-01")
    assert "the report for 2013 covers 1 January to 31 December 2013 and is due by 30 April 2014" in page


def test_R123_filing_that_counts_is_the_one_with_the_united_nations(client):
    for address in (LIST, "/transparency-reports/hrv/2013/", "/transparency-reports/template/"):
        page = body(client, address)
        assert "The filing that counts is the one with the United Nations." in page
        assert "ccm@un.org" in page
        assert "info@cmconvention.org" in page


def test_R080_first_annual_report_follows_a_rule_that_says_it_is_one(client, settings):
    state = State.objects.filter(deposited__month=5, deposited__year__gte=2012).first()
    year = state.in_force.year  # in force in November: the initial report falls due in the next year
    on = date(year + 2, 6, 1)
    assert line_of(state.pk, on, year).annual is None
    assert (
        "Working rule, to be confirmed with the ISU: the first annual report covers the year in which the initial"
        in (body(client, LIST))
    )
    settings.FIRST_ANNUAL_REPORT = "year_in_force"
    assert line_of(state.pk, on, year).annual is not None
    assert "covers the year in which the Convention entered into force" in body(client, LIST)


def test_R123_rate_of_a_year_is_shown_only_where_the_register_is_complete(client):
    on = date(2025, 9, 1)
    filed("LAO"), filed("CHE", on=date(2025, 5, 2)), filed("NOR", is_example=True)
    rate = next(rate for rate in transparency.rates(on) if rate.covered_year == 2024)
    assert (rate.on_record, rate.on_time, rate.percent) == (2, 1, None)
    complete(2024, date(2025, 8, 31))
    rate = next(rate for rate in transparency.rates(on) if rate.covered_year == 2024)
    assert rate.percent == round(100 * 2 / rate.due)
    assert rate.due == sum(1 for line in transparency.due_reports(on, 2024) if line.annual)
    assert "complete as of 31 August 2025" in body(client, f"{LIST}?as_of=2025-09-01")


def test_R123_published_rates_stand_beside_with_their_source(client):
    page = body(client, LIST)
    assert PublishedRate.objects.count() > 3
    assert "three-quarters of States Parties obliged" in page
    assert "hrw.org/news/2012/09/13" in page


def test_R123_initial_and_annual_reports_of_each_state_bound_on_the_day(client):
    rows = exported(client, f"{LIST}?as_of=2017-06-01&covered_year=2016")
    assert len(rows) == 100  # 101 had joined; Madagascar, the last of them, was not bound before 1 November 2017
    assert "MDG" not in {row["iso3"] for row in rows}
    mauritania = next(row for row in rows if row["iso3"] == "MRT")
    assert mauritania["initial_due"] == "2013-01-28"


def test_R080_list_takes_the_same_queries_for_any_number_of_reports(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(LIST)
    for state in State.objects.joined()[:40]:
        filed(state.pk, year=2025, on=date(2026, 4, 1))
    with django_assert_max_num_queries(12):
        client.get(LIST)


# --- R79: advice ------------------------------------------------------------------------------------------------------


def advice(forms, **values):
    return completeness.findings(Report(forms=forms, **values))


@pytest.mark.parametrize("silence", [Filed.EMPTY, Filed.NOT_APPLICABLE])
def test_R079_empty_form_I_is_a_finding_and_never_no_need(silence):
    forms = {"I": Form(silence)}
    assert advice(forms) == [Finding("I", Advice.RESOURCES_MISSING)]
    assert completeness.need_status(forms) is completeness.NeedStatus.NOT_STATED
    assert "no_need" not in {status.value for status in completeness.NeedStatus}


@pytest.mark.parametrize(
    ("forms", "values", "expected"),
    [
        ({"A": Form(Filed.NOT_APPLICABLE)}, {}, [("A", Advice.FORM_A_APPLIES)]),
        ({"G": Form(Filed.UNCHANGED)}, {}, [("G", Advice.UNCHANGED_SINCE_WHEN)]),
        ({"G": Form(Filed.UNCHANGED)}, {"is_initial": True}, [("G", Advice.UNCHANGED_IN_INITIAL)]),
        (
            {"G": Form(Filed.UNCHANGED, date(2025, 4, 1))},
            {"submitted": date(2025, 4, 1)},
            [("G", Advice.UNCHANGED_NOT_EARLIER)],
        ),
        ({"G": Form(Filed.UNCHANGED, date(2024, 4, 1))}, {"submitted": date(2025, 4, 1)}, []),
        ({"C": Form(Filed.FILLED)}, {"is_cover_only": True}, [("C", Advice.COVER_PAGE_ALONE)]),
        ({"B": Form(Filed.NOT_APPLICABLE)}, {"running": frozenset({3})}, [("B", Advice.OBLIGATION_RUNS)]),
        ({"F": Form(Filed.NOT_APPLICABLE)}, {"running": frozenset({3})}, []),
        ({"D": Form(Filed.EMPTY)}, {"retains": True}, [("D", Advice.RETAINS)]),
        ({"E": Form(Filed.NOT_APPLICABLE)}, {}, [("E", Advice.DEFINITE_SENTENCE)]),
        ({"I.4": Form(Filed.EMPTY)}, {}, [("I.4", Advice.NEEDS_NOT_STATED)]),
        ({"J": Form(Filed.EMPTY)}, {}, []),
        ({"G": Form(Filed.EMPTY)}, {}, [("G", Advice.LEFT_EMPTY)]),
        ({"A": Form(Filed.NOT_SEEN), "I": Form(Filed.NOT_SEEN)}, {}, []),
    ],
)
def test_R079_findings_per_form(forms, values, expected):
    assert advice(forms, **values) == [Finding(*pair) for pair in expected]


def test_R079_every_advice_has_words():
    assert set(ADVICE) == set(Advice)


@pytest.fixture
def report():
    report = filed("LAO", signed_on=date(2025, 4, 20))
    for letter, as_filed in (("A", "filled"), ("F", "not_applicable"), ("I", "empty")):
        ReportForm.objects.create(report=report, form=letter, filed=as_filed)
    return report


def test_R079_advice_is_for_the_state_the_isu_and_the_coordinators(report, as_user, lao, norway, isu, coordinator):
    words = "an empty form does not say that there is no need"
    address = f"{report.get_absolute_url()}?as_of=2025-09-01"
    for reader in (lao, isu, coordinator):
        page = body(as_user(reader), address)
        assert words in page
        assert "An obligation was running on the day of this report" in page  # Form F of a State that clears
    for reader in (None, norway):
        page = body(as_user(reader), address)
        assert words not in page
        assert "Advice" not in page
        assert "Not stated. This does not say that there is none." in page


def test_R079_signed_date_and_received_date_stand_apart(report, client):
    page = body(client, f"{report.get_absolute_url()}?as_of=2025-09-01")
    assert "20 April 2025" in page
    assert "22 April 2025" in page


def test_R079_report_is_not_known_before_it_was_filed(report, client):
    page = body(client, f"{report.get_absolute_url()}?as_of=2025-04-21")
    assert "The register has not seen this report" in page
    assert "20 April 2025" not in page


def test_R079_report_page_takes_few_queries(report, as_user, isu, django_assert_max_num_queries):
    reader = as_user(isu)
    for letter in "BCDEGHJ":
        form = ReportForm.objects.create(report=report, form=letter, filed="empty")
        ReportedFigure.objects.create(report=report, form=form.form, article=4, what="area_released", value=1)
    known_register()  # kept by every process
    with django_assert_max_num_queries(12):  # with session, person and posts
        reader.get(report.get_absolute_url())


# --- R76: reminders ---------------------------------------------------------------------------------------------------


def test_R076_reminders_leave_out_those_who_reported(as_user, isu):
    filed("LAO")
    reader = as_user(isu)
    rows = exported(reader, f"{REMINDERS}?covered_year=2024&as_of=2025-05-15")
    annual = {row["iso3"] for row in rows if row["report"] == "annual"}
    assert "LAO" not in annual
    assert "TCD" in annual
    before = exported(reader, f"{REMINDERS}?covered_year=2024&as_of=2025-04-21")
    assert "LAO" in {row["iso3"] for row in before if row["report"] == "annual"}


def test_R076_reminder_has_a_draft_with_covered_year_due_day_and_forms(as_user, isu):
    page = body(as_user(isu), f"{REMINDERS}?covered_year=2024&as_of=2025-04-30")
    assert "for the year 2024 (1 January to 31 December 2024) is due by 30 April 2025" in page
    assert "National resources, cooperation and assistance" in page
    assert "ccm@un.org" in page


def test_R076_reminder_speaks_of_a_day_that_is_past_as_past(as_user, isu):
    page = body(as_user(isu), f"{REMINDERS}?covered_year=2024&as_of=2025-05-01")
    assert "was due on 30 April 2025, and that we have not seen it" in page
    assert "is due by" not in page


def test_R076_reminders_are_for_the_isu_and_the_coordinators(as_user, isu, coordinator, lao, norway):
    assert [as_user(reader).get(REMINDERS).status_code for reader in (isu, coordinator, lao, norway)] == [
        200, 200, 403, 403,
    ]  # fmt: skip
    clearance = person(
        "clearance@test.org",
        Role.COORDINATOR,
        state="NOR",
        office="coordinator-on-clearance-and-risk-reduction-education",
    )
    assert as_user(clearance).get(REMINDERS).status_code == 403


# --- R82: figures -----------------------------------------------------------------------------------------------------


def test_R082_every_figure_says_form_and_page(report, client):
    figure = ReportedFigure.objects.create(
        report=report, form="F", page=7, article=4, what="area_released", value=Decimal("1200.50"), unit="m²"
    )
    page = body(client, f"{LIST}summary/4/?as_of=2025-09-01")
    assert "Report for 2024, Form F" in page
    assert "page 7" in page
    assert f"{report.get_absolute_url()}#figure-{figure.pk}" in page
    assert f'id="figure-{figure.pk}"' in body(client, f"{report.get_absolute_url()}?as_of=2025-09-01")
    row = next(r for r in exported(client, f"{LIST}summary/4/?as_of=2025-09-01"))
    assert (row["form"], row["page"], row["what"], row["unit"]) == ("F", 7, "area_released", "m²")
    assert not exported(client, f"{LIST}summary/3/?as_of=2025-09-01")


def test_R082_figure_is_not_known_before_its_report(report, client):
    ReportedFigure.objects.create(report=report, form="F", article=4, what="area_released", value=1)
    assert not exported(client, f"{LIST}summary/4/?as_of=2025-04-21")


def test_R082_summary_of_a_state_by_article_links_each_figure_to_report_form_and_page(report, client):
    area = ReportedFigure.objects.create(
        report=report, form="F", page=7, article=4, what="area_released", value=Decimal("1200.50"), unit="m²"
    )
    people = ReportedFigure.objects.create(report=report, form="H", article=5, what="people_assisted", value=31)
    ReportedFigure.objects.create(report=filed("CHL"), form="F", article=4, what="remnants_destroyed", value=987)
    address = f"{LIST}lao/?as_of=2025-09-01"
    page = body(client, address)
    parts = dict(zip((3, 4, 5), page.split('<section id="article-')[1:], strict=True))
    for article, figure, where in ((4, area, "Report for 2024, Form F, page 7"), (5, people, "Form H, page not noted")):
        assert f'href="{report.get_absolute_url()}#figure-{figure.pk}"' in parts[article]
        assert where in parts[article]
    assert "/states/lao/deadlines/4-1a/" in parts[4]
    assert "The Convention sets no deadline." in parts[5]
    assert "987" not in page
    assert [(row["form"], row["iso3"]) for row in exported(client, address)] == [("F", "LAO"), ("H", "LAO")]
    assert "#figure-" not in body(client, f"{LIST}lao/?as_of=2025-04-21")  # before the report was received
    assert client.get(f"{LIST}ago/").status_code == 404
    assert f'href="{LIST}lao/"' in body(client, "/states/lao/")


# --- R83: the template ------------------------------------------------------------------------------------------------


def test_R083_template_in_six_languages_is_the_same_version(client):
    version = "2022 or later"
    assert set(TemplateFile.objects.filter(version=version).values_list("language", flat=True)) == {
        "ar", "zh", "en", "fr", "ru", "es",
    }  # fmt: skip
    for language, name in (("ar", "Arabic"), ("zh", "Chinese"), ("es", "Spanish")):
        page = body(client, f"{LIST}template/?version={version}&language={language}")
        assert f"Version {version}, {name}" in page


def test_R083_missing_language_is_said_and_no_other_version_stands_in(client):
    page = body(client, f"{LIST}template/?version=2010&language=ru")
    assert "Version 2010 is missing in Russian." in page
    assert "Version 2022 or later, Russian" not in page
    assert "CCM/MSP/2010/PM/10" in body(client, f"{LIST}template/?version=2010&language=en")
