"""Writing a request as a diplomat does: in steps, with pauses, in many scripts, over a bad link, and losing nothing."""

import re

from playwright.sync_api import Page, Route, expect

from e2e.conftest import Enter, NewPage
from e2e.people import PASSWORD, Person

TITLE = "Enquête technique — détecteurs pour l’Équateur"
CHALLENGE = "ນາເຂົ້າ ບໍ່ສາມາດ ນຳໃຊ້ໄດ້ — ທີມງານ ບໍ່ພຽງພໍ"
REQUIREMENT = "ستة فرق إزالة لمدة ٢٤ شهراً في ٤٠ قرية حتى ٢٠٢٨"
CONSEQUENCE = "Поля останутся закрытыми, а урожай — потерянным."
CLAIM = "四十个村庄的确认危险区"
INSTITUTION = "Haut-Commissariat national au déminage"


def begin(person: Person, title: str) -> str:
    """Save the first step; returns the address of the draft."""
    person.go("/requests/new/")
    person.type("In one line, what do you need?", title)
    person.tick("Clearance", "Which obligations does this concern?")
    person.click("Save and go on")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("The need")
    return re.sub(r"/edit/.*", "/", person.page.url).removeprefix(person.portal)


def value(person: Person, label: str, text: str) -> None:
    expect(person.label(label)).to_have_value(text)


def test_N12_request_in_four_scripts_is_written_in_steps_and_read_back_unchanged(enter: Enter) -> None:
    tcd = enter("tcd", java_script_enabled=False)
    draft = begin(tcd, TITLE)
    tcd.label("What is the challenge?").fill(CHALLENGE)
    tcd.click("Back")
    value(tcd, "In one line, what do you need?", TITLE)
    tcd.go("/dashboard/")  # something else comes up
    tcd.go(f"{draft}edit/need/")
    value(tcd, "What is the challenge?", CHALLENGE)
    tcd.label("What do you require?").fill(REQUIREMENT)
    tcd.click("Save and go on")
    tcd.tick("Technical", "What kinds of assistance?")
    tcd.click("Quantities and costs")
    tcd.label("Total cost").fill("a million")  # not a number: told, kept, mended later
    tcd.click("The evidence")
    tcd.label("What it shows").fill(CLAIM)
    tcd.label("Source").fill("Enquête nationale")
    tcd.choose_day("Date of the source", "2024-03-31")
    tcd.page.get_by_label("File").first.set_input_files(
        files=[{"name": "carte.csv", "mimeType": "text/csv", "buffer": "zone;m²\nnord;24\n".encode()}]
    )
    tcd.click("Plan and institution")
    tcd.label("Which institution leads?").fill(INSTITUTION)
    tcd.click("Save and go on")
    tcd.label("What happens if help comes late?").fill(CONSEQUENCE)
    tcd.click("Review and submit")
    tcd.sees("is not saved yet")
    tcd.go(f"{draft}edit/costs/")
    value(tcd, "Total cost", "a million")
    tcd.label("Total cost").fill("1000000")
    tcd.label("Currency").fill("usd")
    tcd.click("Review and submit")
    tcd.sees(TITLE, CHALLENGE, REQUIREMENT, CONSEQUENCE, CLAIM, INSTITUTION, "1,000,000")
    tcd.click("Submit")
    assert re.search(r"/requests/TCD-\d{4}-\d{3}/$", tcd.page.url)
    tcd.sees(TITLE, CHALLENGE, REQUIREMENT, CONSEQUENCE, CLAIM, INSTITUTION, "USD 1,000,000", "Download")


# --- with the script -----------------------------------------------------------------------------------------------


def saved(page: Page, text: str = "Saved") -> None:
    expect(page.locator("#saved")).to_contain_text(text, timeout=15_000)


def test_N12_script_saves_while_one_writes(enter: Enter) -> None:
    tcd = enter("tcd")
    tcd.go("/requests/new/")
    tcd.type("In one line, what do you need?", "Saved by itself (browser test)")
    saved(tcd.page)
    assert re.search(r"/requests/DRAFT-\w+/edit/obligation/$", tcd.page.url)
    tcd.page.reload()
    value(tcd, "In one line, what do you need?", "Saved by itself (browser test)")
    tcd.label("In one line, what do you need?").fill("Left at once (browser test)")
    tcd.page.goto(f"{tcd.portal}/dashboard/")  # before the seconds are over
    tcd.page.go_back()
    for _ in range(10):  # the text goes on its way as the page is left, and a busy server takes it a moment later
        tcd.page.reload()
        if tcd.label("In one line, what do you need?").input_value().startswith("Left"):
            break
        tcd.page.wait_for_timeout(500)
    value(tcd, "In one line, what do you need?", "Left at once (browser test)")


def test_N12_text_waits_in_the_browser_while_the_link_is_down(enter: Enter) -> None:
    tcd = enter("tcd")
    begin(tcd, "Link down (browser test)")
    tcd.page.context.set_offline(True)
    tcd.label("What is the challenge?").fill(CHALLENGE)
    saved(tcd.page, "No connection")
    tcd.page.context.set_offline(False)
    saved(tcd.page)
    tcd.page.reload()
    value(tcd, "What is the challenge?", CHALLENGE)


def test_N12_text_that_never_reached_the_portal_is_offered_again(enter: Enter) -> None:
    tcd = enter("tcd")
    begin(tcd, "Cut off (browser test)")
    address, browser = tcd.page.url, tcd.page.context
    browser.set_offline(True)
    tcd.label("What is the challenge?").fill(CHALLENGE)
    saved(tcd.page, "No connection")
    tcd.page.close()  # the machine is shut down
    browser.set_offline(False)
    tcd.page = browser.new_page()
    tcd.page.goto(address)
    value(tcd, "What is the challenge?", "")
    tcd.click("Put it back")
    value(tcd, "What is the challenge?", CHALLENGE)
    saved(tcd.page)
    tcd.page.reload()
    value(tcd, "What is the challenge?", CHALLENGE)
    expect(tcd.page.locator("#copy")).to_be_hidden()


def test_N12_session_ends_while_one_writes(portal: str, new_page: NewPage) -> None:
    tcd = Person(new_page(), portal)
    tcd.sign_in("tcd")
    begin(tcd, "Session ends (browser test)")
    address = tcd.page.url
    tcd.page.context.clear_cookies(name="sessionid")
    tcd.label("What is the challenge?").fill(REQUIREMENT)
    saved(tcd.page, "Your session has ended")
    tcd.follow("Sign in again")
    tcd.type("Email", "tcd@example.org")
    tcd.type("Password", PASSWORD)
    tcd.click("Sign in", inside=tcd.main)
    tcd.page.wait_for_url(address)
    value(tcd, "What is the challenge?", REQUIREMENT)
    tcd.sees("not saved yet")
    tcd.click("Save and go on")
    tcd.page.goto(address)
    value(tcd, "What is the challenge?", REQUIREMENT)
    expect(tcd.main).not_to_contain_text("not saved yet")


def test_N12_session_ends_before_one_saves_without_the_script(portal: str, new_page: NewPage) -> None:
    tcd = Person(new_page(java_script_enabled=False), portal)
    tcd.sign_in("tcd")
    begin(tcd, "Session ends, no script (browser test)")
    address = tcd.page.url
    tcd.page.context.clear_cookies(name="sessionid")
    tcd.label("What is the challenge?").fill(REQUIREMENT)
    tcd.click("Save and go on")
    tcd.sees("What you typed is kept")
    tcd.type("Email", "tcd@example.org")
    tcd.type("Password", PASSWORD)
    tcd.click("Sign in", inside=tcd.main)
    tcd.page.wait_for_url(address)
    value(tcd, "What is the challenge?", REQUIREMENT)


def test_N12_two_people_write_on_one_step(enter: Enter) -> None:
    first, second = enter("tcd"), enter("tcd")
    begin(first, "Two people (browser test)")
    second.page.goto(first.page.url)
    first.label("What is the challenge?").fill("By the first")
    saved(first.page)
    second.label("What is the challenge?").fill("By the second")
    saved(second.page, "Somebody else")
    second.follow("Compare both")
    value(second, "What is the challenge?", "By the second")
    second.page.get_by_text("What the portal holds").click()
    second.sees("By the first")


def test_R003_file_goes_in_parts_and_goes_on_after_a_cut(enter: Enter) -> None:
    tcd = enter("tcd")
    draft = begin(tcd, "Big file (browser test)")
    tcd.go(f"{draft}edit/evidence/")
    content = b"%PDF-1.7 " + b"x" * 700_000
    tries: list[str] = []

    def cut_once(route: Route) -> None:
        tries.append(route.request.url)
        route.abort() if len(tries) == 2 else route.continue_()

    tcd.page.route("**/files/*/?offset=*", cut_once)
    tcd.page.get_by_label("File").first.set_input_files(
        files=[{"name": "big.pdf", "mimeType": "application/pdf", "buffer": content}]
    )
    expect(tcd.main).to_contain_text("big.pdf has arrived", timeout=30_000)
    assert [url.split("=")[-1] for url in tries] == ["0", "262144", "262144", "524288"]
    tcd.label("What it shows").fill("Area")
    tcd.label("Source").fill("Records")
    tcd.choose_day("Date of the source", "2024-03-31")
    tcd.click("Save and leave")
    tcd.sees("Area", "Download")
