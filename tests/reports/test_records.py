"""Action plans, decisions, documents, deposits and declarations, as the pages show them."""

import csv
import io
import re
import shutil
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ccm_portal.loading import load_all
from ccm_portal.register.models import (
    Action,
    ActionPlan,
    Completion,
    Decision,
    Document,
    DocumentVersion,
    ExtensionDecision,
    Indicator,
    IndicatorValue,
    Meeting,
    Obligation,
)
from ccm_portal.register.reference import BadReference
from coalitions.models import Activity, WorkPlan
from reports.decisions import decision_entries
from tests.coalitions.factories import ActivityFactory
from tests.test_admin import change

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200, address
    return response.content.decode()


def number_of_queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


# --- action plans -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2018-06-01", "DAP"),
        ("2016-01-01", "DAP"),
        ("2020-12-31", "DAP"),
        ("2012-01-01", "VAP"),
        ("2024-01-01", "LAP"),
        ("2015-12-01", None),
        ("2027-01-01", None),
    ],
)
def test_R059_plan_in_force_on_a_day(client, day, code):
    assert [plan.code for plan in ActionPlan.objects.in_force(date.fromisoformat(day))] == ([code] if code else [])
    records = client.get("/action-plans/", {"as_of": day, "format": "json"}).json()
    assert [record["code"] for record in records if record["in_force"]] == ([code] if code else [])
    text = page(client, "/action-plans/", as_of=day)
    assert ("No plan on record is in force" in text) == (code is None)


def test_R059_plan_has_dates_actions_and_expected_results(client):
    text = page(client, "/action-plans/dap/", as_of="2018-06-01")
    for part in (
        "1 January 2016",
        "31 December 2020",
        "in force on 1 June 2018",
        "Respond constructively",
        "reach 130",
    ):
        assert part in text
    assert "25 more actions are not in the register" in text
    assert "has 66 actions; none of their texts" in page(client, "/action-plans/VAP/")


def test_R060_lausanne_has_fifty_actions_and_what_is_reconstructed_says_so(client):
    actions = Action.objects.filter(plan__code="LAP")
    assert sorted(int(action.number) for action in actions) == list(range(1, 51))
    seen = {action.number for action in actions if action.wording == "substance"}
    assert seen == {"13", "18", "19", "20", "21", "38", "39", "40", "41", "42", "43", "44", "45", "46"}
    text = page(client, "/action-plans/lap/")
    assert text.count('<span class="tag">reconstructed</span>') == 36
    assert "36 actions below are reconstructed" in text
    assert not actions.exclude(wording="substance").filter(is_verified=True).exists()


def test_R060_successor_is_data_and_leaves_old_activities_alone(client):
    before = {activity.pk: str(list(activity.actions.all())) for activity in Activity.objects.all()}
    plan = ActionPlan.objects.create(code="X27", name="Plan 2027–2031", starts="2027-01-01", ends="2031-12-31")
    action = Action.objects.create(plan=plan, number="1", title="Act", order=1, wording="adopted", chapter="First")
    both = ActivityFactory(plan=WorkPlan.objects.get(slug="cooperation-2023-2024"))
    both.actions.set([action, Action.objects.get(plan__code="LAP", number="42")])
    assert "Plan 2027–2031" in page(client, "/action-plans/", as_of="2028-01-01")
    text = page(client, "/action-plans/x27/", as_of="2028-01-01")
    assert "in force on 1 January 2028" in text
    assert "Action 1" in text
    assert before == {pk: str(list(Activity.objects.get(pk=pk).actions.all())) for pk in before}
    work_plan = page(client, "/work-plans/cooperation-2023-2024/")
    assert "/action-plans/x27/#action-1" in work_plan
    assert "/action-plans/lap/#action-42" in work_plan
    assert [p.code for p in ActionPlan.objects.in_force(date(2024, 1, 1))] == ["LAP"]


def test_R060_action_opens_the_activities_that_serve_it(client):
    text = page(client, "/action-plans/lap/")
    activity = Activity.objects.filter(actions__number="42").first()
    assert f"/work-plans/cooperation-2023-2024/#activity-{activity.code}" in text


def test_R089_without_a_baseline_nobody_speaks_of_an_increase(client):
    indicator = Indicator.objects.get(code="lap-42-coalitions-active")
    assert indicator.direction == "no baseline"
    assert "no baseline" in page(client, "/action-plans/lap/")
    IndicatorValue.objects.create(indicator=indicator, year=2022, value=4)
    indicator = Indicator.objects.get(pk=indicator.pk)
    assert indicator.direction == "no baseline"
    text = page(client, "/action-plans/lap/")
    assert "<strong>increase</strong>" not in text


@pytest.mark.parametrize(("latest", "said"), [(4, "increase"), (3, "no change"), (2, "decrease")])
def test_R089_with_a_baseline_the_direction_is_computed(client, latest, said):
    indicator = Indicator.objects.get(code="lap-42-coalitions-active")
    indicator.values.update(is_baseline=True)
    assert Indicator.objects.get(pk=indicator.pk).direction == "nothing since the baseline"
    IndicatorValue.objects.create(indicator=indicator, year=2024, value=latest)
    assert Indicator.objects.get(pk=indicator.pk).direction == said
    assert f"<strong>{said}</strong>" in page(client, "/action-plans/lap/")


def test_indicators_of_4_3_are_named_as_ours():
    ours = Indicator.objects.filter(action__plan__code="LAP")
    assert set(ours.values_list("action__number", flat=True)) == {"38", "39", "40", "41", "42"}
    assert set(ours.values_list("wording", flat=True)) == {"reconstructed"}


# --- decisions --------------------------------------------------------------------------------------------------------


def test_R103_from_an_activity_to_the_decision_and_back(client):
    text = page(client, "/work-plans/cooperation-2023-2024/")
    assert "/decisions/2rc-lausanne-action-plan/" in text
    decision = page(client, "/decisions/2rc-lausanne-action-plan/")
    for activity in Activity.objects.filter(plan__slug="cooperation-2023-2024"):
        assert f"/work-plans/cooperation-2023-2024/#activity-{activity.code}" in decision
        assert f'id="activity-{activity.code}"' in text


def test_R103_link_that_somebody_set_by_hand_survives_a_refresh():
    activity = Activity.objects.first()
    activity.decisions.add(Decision.objects.get(code="9msp-methodology"))
    load_all(settings.REFERENCE_DIR)
    assert {d.code for d in activity.decisions.all()} == {"9msp-methodology", "2rc-lausanne-action-plan"}


def test_R103_decisions_on_extensions_are_read_from_the_register(client):
    assert Decision.objects.filter(kind="extension").count() == 0
    text = page(client, "/decisions/lao-4-1a-extension-1/")
    assert "New deadline: 1 August 2025" in text
    assert "9MSP" in text
    ExtensionDecision.objects.filter(obligation__state="LAO", sequence=1).update(granted_until="2025-09-01")
    assert "New deadline: 1 September 2025" in page(client, "/decisions/lao-4-1a-extension-1/")


def test_R103_text_of_a_decision_on_an_extension_is_added_not_doubled(client):
    extension = ExtensionDecision.objects.get(obligation__state="LAO", obligation__limb="4.1(a)", sequence=1)
    before = len(decision_entries(TODAY))
    Decision.objects.create(
        code="9msp-lao",
        meeting=extension.meeting,
        paragraph="27",
        title="Request of the Lao People's Democratic Republic granted",
        text="Test text",
        kind="extension",
        extension=extension,
    )
    entries = decision_entries(TODAY)
    assert len(entries) == before
    (entry,) = [entry for entry in entries if entry.code == "9msp-lao"]
    assert (entry.paragraph, entry.effect, entry.state.iso3) == ("27", "New deadline: 1 August 2025", "LAO")


def test_R103_every_code_is_unique_and_every_decision_opens(client):
    entries = decision_entries(TODAY)
    codes = [entry.code for entry in entries]
    assert len(set(codes)) == len(codes) > 30
    for code in codes:
        page(client, f"/decisions/{code}/")


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ({"meeting": "8MSP"}, "Guidelines for extension requests under Article 3", "Lausanne Action Plan adopted"),
        ({"kind": "action_plan"}, "Lausanne Action Plan adopted", "Methodology for extension requests"),
        ({"state": "LAO"}, "Lao People&#x27;s Democratic Republic: extension request 1", "Chad: extension"),
        ({"q": "methodology sweden"}, "Methodology for extension requests", "Lausanne Action Plan adopted"),
        ({"q": "ccm/msp/2018/9"}, "Guidelines for extension requests under Article 4", "Lausanne Action Plan adopted"),
        ({"as_of": "2018-12-31"}, "Dubrovnik Action Plan adopted", "Lausanne Action Plan adopted"),
    ],
)
def test_R103_list_is_narrowed(client, query, there, not_there):
    text = page(client, "/decisions/", per_page=100, **query)
    assert there in text
    assert not_there not in text


def test_R103_decision_names_meeting_document_wording_and_doubt(client):
    text = page(client, "/decisions/8msp-guidelines-article-4/")
    for part in ("8MSP", "annex III", "/documents/CCM/MSP/2018/9/", "Substance as published", "not seen"):
        assert part in text
    assert "not verified" in page(client, "/decisions/10msp-reporting-form/")


def test_request_awaiting_decision_is_no_decision():
    extension = ExtensionDecision.objects.get(obligation__state="LAO", sequence=1)
    before = len(decision_entries(TODAY))
    ExtensionDecision.objects.filter(pk=extension.pk).update(outcome="pending")
    assert len(decision_entries(TODAY)) == before - 1


def test_meeting_with_decisions_cannot_be_deleted():
    with pytest.raises(Exception, match="protected"):
        Meeting.objects.get(code="8MSP").delete()


# --- documents --------------------------------------------------------------------------------------------------------


def symbols_in_the_data():
    """Every symbol that the treaty and assistance files name."""
    texts = [p.read_text(encoding="utf-8") for p in settings.REFERENCE_DIR.glob("*/*.csv")]
    found = re.findall(r"CCM/(?:MSP|CONF)/\d{4}/[A-Z0-9./]*\d", "\n".join(texts))
    return set(found)


def test_R098_every_symbol_of_the_data_has_its_document():
    assert symbols_in_the_data() - set(Document.objects.values_list("symbol", flat=True)) == set()


@pytest.mark.parametrize("symbol", ["CCM/MSP/2019/12", "ccm/msp/2019/12", "CCM/msp/2019/12"])
def test_R098_document_is_found_by_its_symbol_in_any_case(client, symbol):
    assert client.get("/documents/", {"q": symbol}).url == "/documents/CCM/MSP/2019/12/"
    assert client.get("/documents/", {"q": f" {symbol}/ "}).url == "/documents/CCM/MSP/2019/12/"
    text = page(client, f"/documents/{symbol}/")
    assert "Methodology for requests of deadline extensions" in text
    assert "Not held: Arabic, Chinese, English, French, Russian, Spanish" in text


def test_R098_part_of_a_symbol_and_words_find_it_too(client):
    assert "CCM/MSP/2019/12" in page(client, "/documents/", q="2019/12")
    assert "CCM/MSP/2019/12" in page(client, "/documents/", q="methodology deadline")
    assert "CCM/MSP/2024/WP.1" in page(client, "/documents/", q="CCM MSP 2024 wp.1")


def version(document, language, number=1, **values):
    return DocumentVersion.objects.create(document=document, language=language, number=number, source="x", **values)


def test_R098_document_opens_in_each_language_held_and_missing_ones_are_named(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.get(symbol="CCM/MSP/2018/9")
    held = version(document, "en", file=ContentFile(b"%PDF-1", name="report.pdf"))
    version(document, "fr", url="https://documents.example.org/fr")
    text = page(client, document.get_absolute_url())
    assert "https://documents.example.org/fr" in text
    assert "Not held: Arabic, Chinese, Russian, Spanish" in text
    answer = client.get(f"/document-files/{held.pk}/")
    assert answer.getvalue() == b"%PDF-1"
    assert answer["Content-Disposition"] == 'attachment; filename="CCM-MSP-2018-9-en-1.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"


def test_R098_file_that_is_gone_is_not_found(client):
    lost = version(Document.objects.first(), "en", file="documents/none/lost.pdf")
    assert client.get(f"/document-files/{lost.pk}/").status_code == 404
    linked = version(Document.objects.first(), "fr", url="https://x.org")
    assert client.get(f"/document-files/{linked.pk}/").status_code == 404


def test_R118_newest_version_comes_first_and_older_ones_stay_reachable(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.get(symbol="CCM/MSP/2011/WP.6")
    old = version(document, "en", 1, file=ContentFile(b"old", name="model.txt"))
    new = version(document, "en", 2, file=ContentFile(b"new", name="model.txt"))
    text = page(client, document.get_absolute_url())
    first, second = f"/document-files/{new.pk}/", f"/document-files/{old.pk}/"
    assert text.index(first) < text.index(second) < text.index("superseded")
    assert client.get(first).getvalue() == b"new"
    assert client.get(second).getvalue() == b"old"


def test_R118_superseded_document_is_marked_reachable_and_not_in_the_first_list(client):
    old, new = "CCM/MSP/2010/WP.4", "CCM/MSP/2010/PM/10"
    assert old not in page(client, "/documents/", per_page=100)
    assert old in page(client, "/documents/", per_page=100, show="all")
    text = page(client, f"/documents/{old}/")
    assert "Superseded by" in text
    assert new in text
    assert f"/documents/{old}/" in page(client, f"/documents/{new}/")


def test_R098_exports_name_languages_and_successors(client):
    version(Document.objects.get(symbol="CCM/MSP/2018/9"), "en", url="https://x.org")
    text = client.get("/documents/", {"format": "csv", "show": "all"}).getvalue().decode("utf-8-sig")
    rows = {row["symbol"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["CCM/MSP/2018/9"]["languages"] == "en"
    assert rows["CCM/MSP/2010/WP.4"]["superseded_by"] == "CCM/MSP/2010/PM/10"


@pytest.mark.parametrize("symbol", ["CCM MSP", "../etc/passwd", "/CCM", ""])
def test_symbol_that_is_none_is_refused(symbol):
    with pytest.raises(ValidationError):
        Document(symbol=symbol, title="x", kind="working_paper").full_clean()


def test_document_page_shows_the_decisions_that_rest_on_it(client):
    assert "/decisions/8msp-guidelines-article-3/" in page(client, "/documents/CCM/MSP/2018/9/")
    assert "/decisions/som-4-1a-extension-1/" in page(client, "/documents/CCM/MSP/2025/7/")


def test_R098_isu_adds_a_file_in_the_admin_and_a_false_one_is_refused(as_user, isu, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    staff, document = as_user(isu), Document.objects.get(symbol="CCM/MSP/2018/9")

    def upload(name, content):
        return change(
            staff,
            document,
            **{
                "versions-TOTAL_FORMS": 1,
                "versions-INITIAL_FORMS": 0,
                "versions-0-language": "en",
                "versions-0-number": 1,
                "versions-0-is_verified": "on",
                "versions-0-file": SimpleUploadedFile(name, content),
            },
        )

    assert "not what its name says" in upload("report.pdf", b"<html>").content.decode()
    assert not document.versions.exists()
    assert upload("report.pdf", b"%PDF-1.7").status_code == 302
    assert client.get(f"/document-files/{document.versions.get().pk}/").getvalue() == b"%PDF-1.7"


# --- deposits and declarations ----------------------------------------------------------------------------------------


def declared(client, **query):
    return client.get("/declarations/", {"format": "json", **query}).json()


def test_deposits_signatures_and_withdrawals_are_listed_with_date_and_source(client):
    lithuania = {row["act"]: row["date"] for row in declared(client, q="lithuania")}
    assert lithuania == {
        "signature": "2008-12-03",
        "deposit": "2011-03-24",
        "withdrawal": "2024-09-06",
        **{row["act"]: row["date"] for row in declared(client, q="lithuania", act="completed")},
    }
    assert all(row["source"] for row in declared(client, act="deposit"))
    assert len(declared(client, act="deposit")) == 113
    assert "Effective on 6 March 2025" in page(client, "/declarations/", q="lithuania")


def test_declarations_keep_the_precision_of_their_source(client):
    bosnia = declared(client, q="bosnia", act="completed")
    assert {(row["date"], row["precision"]) for row in bosnia if "4.1(a)" in row["what"]} == {("2023-09-30", "month")}
    assert "September 2023" in page(client, "/declarations/", q="bosnia", act="completed")


def test_declarations_as_of_a_day(client):
    assert declared(client, q="vanuatu", as_of="2025-09-04", act="deposit") == []
    assert len(declared(client, q="vanuatu", as_of="2025-09-05", act="deposit")) == 1


def test_later_discovery_does_not_delete_the_declaration(client):
    first = Obligation.objects.get(state="NOR", limb="4.1(a)")
    Completion.objects.get_or_create(obligation=first, kind="completed", defaults={"day": date(2013, 9, 13)})
    before = declared(client, q="norway", act="completed")
    Obligation.objects.create(state_id="NOR", article=4, limb="4.1(a)", follows=first)
    after = declared(client, q="norway", act="completed")
    assert [{**row, "later": ""} for row in after] == before
    assert "A later discovery opened a new obligation" in page(client, "/declarations/", q="norway", act="completed")


# --- all of them ------------------------------------------------------------------------------------------------------


PAGES = [
    "/action-plans/", "/action-plans/lap/", "/decisions/", "/decisions/2rc-lausanne-action-plan/", "/documents/",
    "/documents/CCM/MSP/2018/9/", "/declarations/", "/about/", "/about/asking/",
]  # fmt: skip


def test_pages_cost_the_same_with_many_rows_and_no_more_than_nine_queries(client):
    few = {address: number_of_queries(client, address) for address in PAGES}
    plan, report = ActionPlan.objects.get(code="LAP"), Document.objects.get(symbol="CCM/MSP/2018/9")
    decision = Decision.objects.get(code="2rc-lausanne-action-plan")
    for number in range(4):
        action = Action.objects.create(plan=plan, number=f"9{number}", title="More", order=900 + number)
        indicator = Indicator.objects.create(action=action, code=f"more-{number}", text="More")
        IndicatorValue.objects.create(indicator=indicator, year=2024, value=number)
        activity = ActivityFactory()
        activity.actions.add(action)
        activity.decisions.add(decision)
        version(report, ("ar", "zh", "en", "fr")[number], url="https://x.org")
        Document.objects.create(
            symbol=f"CCM/TEST/{number}", title="More", kind="working_paper", meeting=decision.meeting
        )
        Decision.objects.create(
            code=f"more-{number}", meeting=decision.meeting, title="More", text="More", kind="other", document=report,
            action_plan=plan,
        )  # fmt: skip
        Completion.objects.create(
            obligation=Obligation.objects.create(
                state_id="VUT", article=4, limb="4.1(b)", hostilities_ended=date(2020 + number, 1, 1)
            ),
            day=date(2026, 1, 1),
        )
    many = {address: number_of_queries(client, address) for address in PAGES}
    assert few == many
    assert max(many.values()) <= 9


def test_loading_twice_makes_no_difference():
    again = load_all(settings.REFERENCE_DIR)
    assert (again.added, again.changed) == ({}, {})


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("decisions.csv", "9msp-methodology,9MSP", "9msp-methodology,99MSP", "unknown meeting '99MSP'"),
        ("documents.csv", "2019,9MSP,,,yes,https", "2019,9MSP,XXX,,yes,https", "unknown ISO code 'XXX'"),
        ("pages.csv", "{{icaCoordinators|date}}", "{{nobody|date}}", "No office has the placeholder"),
        ("indicator_values.csv", "2017,12", "2017,twelve", "'twelve' is not a number"),
        ("indicators.csv", "LAP,38", "LAP,388", "unknown action 'LAP 388'"),
    ],
)
def test_row_that_cannot_be_used_is_named_and_nothing_is_written(tmp_path, file, old, new, said):
    folder = tmp_path / "reference"
    shutil.copytree(settings.REFERENCE_DIR, folder)
    text = (folder / "portal" / file).read_text(encoding="utf-8")
    assert old in text
    (folder / "portal" / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadReference, match=said.replace("(", ".")) as refused:
        load_all(folder)
    assert file in str(refused.value)
