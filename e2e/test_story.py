"""The main job, told by the people who do it: a need is submitted, relayed, answered, joined and committed to."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Enter, NewPage
from e2e.people import Person

TITLE = "Clearance teams for forty villages in two provinces"
CHALLENGE = "Rice fields cannot be used, and national teams reach eight villages a year."
REQUIREMENT = "Six clearance teams and two risk education teams for twenty-four months."
GAP = "USD 1,750,000"  # 4,000,000 in all, 1,500,000 national, 750,000 from others
PROMISE = "Two clearance teams for two years (browser test)"


@dataclass
class Story:
    """What one chapter leaves for the next."""

    reference: str = ""
    draft: str = ""
    coalition: str = ""
    clicks: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


def needs(value: str) -> str:
    """What an earlier chapter should have left; without it this one cannot be told."""
    if not value:
        pytest.skip("an earlier chapter failed")
    return value


def own_reference(person: Person) -> str:
    """The reference in the address of the request that is open."""
    found = re.search(r"/requests/([^/]+)/", person.page.url)
    assert found, person.page.url
    return found.group(1)


def beside(person: Person, label: str) -> str:
    """What the error message that belongs to a field says."""
    place = person.label(label).locator("xpath=ancestor::*[contains(@class, 'field')][1]")
    return place.locator(".errorlist").inner_text()


def table_row(page: Page, name: str) -> str:
    """The text of a table's row, by its row heading."""
    heading = page.get_by_role("rowheader", name=re.compile(rf"^{re.escape(name)}\b")).first
    return heading.locator("xpath=ancestor::tr").inner_text()


# --- the State asks ----------------------------------------------------------------------------------------------


def write_need(lao: Person) -> None:
    """The obligation and the challenge, without the requirement."""
    lao.type("In one line, what do you need?", TITLE)
    lao.tick("Clearance", "Which obligations does this concern?")
    lao.tick("Risk education", "Which obligations does this concern?")
    lao.click("Save and go on")
    lao.type("What is the challenge?", CHALLENGE)


def write_rest(lao: Person) -> None:
    """Kinds, resources, evidence, visibility: the steps after the need."""
    for kind in ("Technical", "Financial"):
        lao.tick(kind, "What kinds of assistance?")
    lao.click("Quantities and costs")  # past the visit and the capacity, which a technical need may have
    lao.type("Total cost", "4000000")
    lao.type("National share", "1500000")
    lao.type("Already secured from others", "750000")
    lao.type("Currency", "usd")
    lao.click("The evidence")
    lao.type("What it shows", "Confirmed hazardous area in forty villages")
    lao.type("Figure", "5200000")
    lao.type("Unit", "m²")
    lao.type("Source", "National survey records")
    lao.choose_day("Date of the source", "2024-03-31")
    lao.type("Method", "Technical survey")
    lao.click("Visibility and consent")
    lao.tick("Coordinators, ISU and the supporters it is relayed to", "Who may know of it?")


def test_focal_point_sees_its_deadline_and_saves_a_draft(enter: Enter, story: Story) -> None:
    lao = enter("lao")
    lao.sees("1 August 2025")
    lao.click("Request assistance", "link", lao.main)
    lao.sees("1 August 2025")
    expect(lao.label("Which deadline is at stake?")).to_contain_text("1 August 2025")
    write_need(lao)
    lao.click("Save and leave")
    expect(lao.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    lao.sees("Draft")
    story.draft = own_reference(lao)
    story.clicks["begin and save a draft"] = lao.clicks


def test_draft_does_not_exist_for_anyone_else(enter: Enter, story: Story) -> None:
    for account in ("coordinator", "isu", "tcd", ""):
        assert enter(account).go(f"/requests/{needs(story.draft)}/") == 404, account or "visitor"


def test_focal_point_completes_and_submits(enter: Enter, story: Story) -> None:
    needs(story.draft)
    lao = enter("lao")
    lao.follow(story.draft, lao.main)
    lao.follow("Continue the draft")
    expect(lao.label("What is the challenge?")).to_have_value(CHALLENGE)
    lao.click("Save and go on")
    write_rest(lao)
    lao.click("Review and submit")
    lao.sees(CHALLENGE, "Confirmed hazardous area in forty villages", "31 March 2024")
    expect(lao.page.get_by_role("button", name="Submit", exact=True)).to_have_count(0)
    lao.follow("What do you require?")
    lao.type("What do you require?", REQUIREMENT)
    lao.click("Review and submit")
    lao.click("Submit")
    story.reference = own_reference(lao)
    story.clicks["come back, complete, submit (with one correction)"] = lao.clicks
    assert re.fullmatch(r"LAO-\d{4}-\d{3}", story.reference)
    lao.sees(story.reference, "Submitted", GAP, "Clearance, Risk education", "1 August 2025")
    lao.sees("National survey records", "31 March 2024")


def test_evidence_counts_when_it_is_given_with_a_saved_draft(enter: Enter, story: Story) -> None:
    lao = enter("lao")
    lao.go(f"/requests/{needs(story.reference)}/")
    lao.sees("Fully evidenced")


def test_other_state_and_public_know_nothing_of_it(enter: Enter, story: Story) -> None:
    address = f"/requests/{needs(story.reference)}/"
    for account in ("tcd", "nor", ""):
        assert enter(account).go(address) == 404, account or "visitor"


# --- the Coordinators relay, a supporter answers -------------------------------------------------------------------


def test_coordinator_finds_supporters_and_relays(enter: Enter, story: Story) -> None:
    coordinator = enter("coordinator")
    entry = coordinator.main.get_by_role("listitem").filter(has_text=needs(story.reference)).last
    expect(entry).to_contain_text(TITLE)
    coordinator.follow("Who could help", entry)
    reasons = table_row(coordinator.page, "Norway")
    years = [int(year) for year in re.findall(r"\b20\d\d\b", reasons)]
    assert years, reasons
    assert set(years) <= set(range(2010, 2018)), reasons
    assert "Lao" in reasons, reasons
    for supporter in ("Norway", "Norwegian People's Aid"):
        coordinator.page.get_by_label(re.compile(rf"^Relay to {supporter}")).check()
        coordinator.clicks += 1
    coordinator.type("Covering note", "Recommended by the Coordinators.")
    coordinator.click("Relay to the chosen supporters")
    coordinator.sees("Relayed", "Norway", "Norwegian People's Aid", "no answer yet")
    story.clicks["the Coordinator: find supporters, relay to two"] = coordinator.clicks


def test_supporter_answers(enter: Enter, story: Story) -> None:
    norway = enter("nor")
    norway.sees("Waiting for our answer")
    norway.follow(needs(story.reference), norway.main)
    norway.sees("Recommended by the Coordinators.", REQUIREMENT, GAP)
    norway.tick("We can help", "Your answer")
    norway.type("Message", "We can fund two teams.")
    norway.click("Send the answer")
    norway.sees("We can help", "We can fund two teams.")
    norway.sees_not("Norwegian People's Aid")  # who else was asked is not the supporter's to know
    story.clicks["the supporter: read, answer"] = norway.clicks


@pytest.mark.parametrize("account", ["", "tcd", "usa", "observer"])
def test_relayed_request_shows_nowhere_to_others(enter: Enter, story: Story, account: str) -> None:
    reader = enter(account)
    assert reader.go(f"/requests/{needs(story.reference)}/") == 404
    for path in ("/", "/requests/", "/requests/?q=forty", "/states/LAO/", "/reports/", "/reports/progress/"):
        assert reader.go(path) == 200, path
        reader.sees_not(story.reference, TITLE)
    for path in ("/requests/?format=csv", "/requests/?format=json&q=forty", "/deadlines.ics"):
        text = download(reader, path)
        assert story.reference not in text, path
        assert TITLE not in text, path


def download(person: Person, path: str) -> str:
    """The text of a file."""
    answer = person.page.request.get(person.portal + path)
    assert answer.ok, path
    return answer.text()


# --- a coalition and a commitment ----------------------------------------------------------------------------------


def test_state_reads_the_answer_and_forms_a_coalition(enter: Enter, story: Story) -> None:
    lao = enter("lao")
    lao.follow(needs(story.reference), lao.main)
    lao.sees("Answered", "We can help", "We can fund two teams.")
    lao.follow("Form a Country Coalition")
    lao.type("Purpose", "Bring the land back into use by the end of 2028.")
    for place, (member, role) in enumerate((("Norway", "Donor"), ("Norwegian People's Aid", "Operator"))):
        lao.select("Member", member, nth=place)
        lao.select("Role", role, nth=place)
    lao.click("Record the coalition")
    lao.sees("Active", "Norway", "Donor", "Norwegian People's Aid", "Operator", story.reference, "1 August 2025")
    story.coalition = lao.page.url.removeprefix(lao.portal)
    story.clicks["read the answer, form a coalition of two"] = lao.clicks


def test_nobody_becomes_co_lead_by_oversight(enter: Enter, story: Story) -> None:
    lao = enter("lao")
    lao.go(f"/coalitions/new/?request={needs(story.reference)}")
    assert lao.label("Role").input_value() in {"", "donor"}


@pytest.mark.parametrize("account", ["nor", "npa"])
def test_members_find_the_coalition_on_their_board(enter: Enter, story: Story, account: str) -> None:
    member = enter(account)
    assert member.main.locator(f"a[href='{needs(story.coalition)}']").count()


def test_request_leads_to_its_coalition(enter: Enter, story: Story) -> None:
    lao = enter("lao")
    lao.go(f"/requests/{needs(story.reference)}/")
    lao.follow("Coalitions for this request")
    assert lao.main.locator(f"a[href='{needs(story.coalition)}']").count()


def test_member_commits(enter: Enter, story: Story) -> None:
    norway = enter("nor")
    norway.follow("Coalitions", norway.page.get_by_role("navigation", name="Main"))
    norway.main.locator(f"a[href='{needs(story.coalition)}']").click()
    norway.clicks += 1
    norway.follow("Record a commitment")
    norway.select("Supporter", "Norway")
    norway.select("Kind", "Financial")
    norway.type("What do you take on?", PROMISE)
    norway.type("Amount", "1200000")
    norway.type("From year", "2027")
    norway.type("To year", "2028")
    norway.click("Record the commitment")
    assert "currency" in beside(norway, "Currency").lower()
    expect(norway.label("Amount")).to_have_value(re.compile(r"^1200000(\.00)?$"))
    expect(norway.label("What do you take on?")).to_have_value(PROMISE)
    norway.type("Currency", "usd")
    norway.click("Record the commitment")
    norway.sees(PROMISE, "USD 1,200,000", "2027–2028")
    norway.go("/dashboard/")
    norway.sees("USD 1,200,000")
    story.clicks["the supporter: record a commitment (with one correction)"] = norway.clicks


def test_commitment_is_seen_by_the_parties_only(enter: Enter, story: Story) -> None:
    for account in ("lao", "npa", "coordinator"):
        member = enter(account)
        assert member.go(needs(story.coalition)) == 200
        member.sees("USD 1,200,000", PROMISE)


@pytest.mark.parametrize("account", ["", "tcd", "observer"])
def test_coalition_around_a_hidden_request_does_not_give_it_away(enter: Enter, story: Story, account: str) -> None:
    reader = enter(account)
    for path in (needs(story.coalition), "/coalitions/", "/states/LAO/", "/requests/", "/"):
        assert reader.go(path) == 200, path
        reader.sees_not(story.reference, TITLE, CHALLENGE, PROMISE, "1,200,000")
    assert TITLE not in download(reader, "/coalitions/?format=csv")


# --- deadlines, figures, the ISU's admin ---------------------------------------------------------------------------


def test_deadlines_list_the_state(enter: Enter) -> None:
    visitor = enter()
    visitor.go("/deadlines/")
    visitor.select("Region", "Asia-Pacific")
    visitor.click("Filter")
    assert "1 August 2025" in table_row(visitor.page, "Lao People's Democratic Republic")


def test_statistics_stand_beside_the_published_figures(enter: Enter) -> None:
    visitor = enter()
    visitor.go("/reports/statistics/")
    visitor.type("Reports for the year", "2017")
    visitor.choose_day("As of", "2018-06-27")
    visitor.click("Filter")
    expected = {
        "States Parties that asked": (12, 12),
        "States Parties whose report": (None, 58),
        "Stockpile destruction": (None, 2),
        "Clearance": (None, 9),
        "Risk education": (None, 3),
        "Victim assistance": (None, 5),
        "National legislation": (None, 1),
    }
    for name, (own, published) in expected.items():
        cells = visitor.page.get_by_role("row", name=re.compile(f"^{name}")).get_by_role("cell").all_inner_texts()
        assert cells[-1] == str(published), (name, cells)
        assert own is None or cells[-2] == str(own), (name, cells)


def test_isu_corrects_a_state_in_the_admin(enter: Enter) -> None:
    isu = enter("isu")
    isu.click("Admin", "link", isu.page.get_by_role("banner"))
    isu.page.get_by_role("main").get_by_role("link", name="States", exact=True).first.click()
    isu.page.get_by_role("searchbox").or_(isu.page.locator("#searchbar")).first.fill("Lao")
    isu.page.keyboard.press("Enter")
    isu.page.get_by_role("link", name="Lao People's Democratic Republic").click()
    note = "Checked against the Depositary's list (browser test)."
    isu.page.get_by_label("Note", exact=False).first.fill(note)
    isu.page.get_by_label("Reason for the change").fill("Read against the list of the Depositary")
    isu.page.get_by_role("button", name="Save", exact=True).click()
    expect(isu.page.locator(".messagelist")).to_contain_text("changed successfully")
    visitor = enter()
    visitor.go("/states/LAO/")
    visitor.sees(note)


# --- by keyboard alone ---------------------------------------------------------------------------------------------


NAME_IN_FOCUS = """() => { const e = document.activeElement;
    return (e.ariaLabel || (e.labels?.length ? e.labels[0].innerText : e.innerText) || '').trim() }"""


def tab_to(page: Page, name: str, *, limit: int = 80) -> None:
    """Press Tab until the thing of that name has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_IN_FOCUS).lower().startswith(name.lower()):
            return
    raise AssertionError(f"Tab never reached {name!r}")


def test_whole_request_by_keyboard_alone(portal: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{portal}/accounts/login/")
    for label, text in (("Email", "lbn@example.org"), ("Password", "demo-portal")):
        tab_to(page, label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard/")
    tab_to(page, "Request assistance")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/new/")
    tab_to(page, "The whole form on one page")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/new/?all")
    _fill_by_keyboard(page)
    tab_to(page, "Submit")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/requests/LBN-\d{4}-\d{3}/$"))
    expect(page.get_by_role("main")).to_contain_text("Submitted")


def _fill_by_keyboard(page: Page) -> None:
    """The fields that a submission must have, in their order; Space ticks."""
    tab_to(page, "In one line, what do you need?")
    page.keyboard.type("Prosthetic workshop in the east (keyboard test)")
    tab_to(page, "Victim assistance")
    page.keyboard.press("Space")
    tab_to(page, "What is the challenge?")
    page.keyboard.type("The nearest workshop is three hours away.")
    tab_to(page, "What do you require?")
    page.keyboard.type("One workshop for two years.")
    tab_to(page, "Technical")
    page.keyboard.press("Space")


def test_clicks_of_the_story(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what the main job costs in clicks; the focal point's part stays below a bound."""
    needs(story.coalition)
    own = sum(number for part, number in story.clicks.items() if not part.startswith("the "))
    with capsys.disabled():
        print("\nClicks after signing in (2), with Tab between fields:")
        for part, number in story.clicks.items():
            print(f"  {number:3}  {part}")
        print(f"  {own:3}  the focal point's part in all")
    assert own <= 25
