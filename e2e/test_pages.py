"""Every kind of page at the widths people have: nothing sticks out or complains, axe is content, the page is light."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Enter, NewPage, SignedIn
from e2e.looks import Watch, axe_findings, keep_picture, overflow, read_backwards

WIDE, PHONE = 1280, 360
OTHER_WIDTHS = (640, 320)  # 200 % zoom of a desktop window, the smallest phone
FIRST_VISIT = 100_000
CORE_TEXT = 50_000

PUBLIC = {
    "home": "/",
    "states": "/states/",
    "state": "/states/LAO/",
    "state-not-party": "/states/USA/",
    "deadlines": "/deadlines/",
    "deadlines-reports": "/deadlines/?article=7&status=all",
    "forecast": "/deadlines/forecast/",
    "why": "/states/lao/deadlines/4-1a/",
    "why-report": "/states/som/deadlines/7-1/",
    "history": "/states/lao/history/",
    "membership": "/states/membership/",
    "time-bound": "/time-bound-obligations/",
    "extensions": "/extension-requests/",
    "events": "/events/",
    "requests": "/requests/",
    "requests-empty": "/requests/?q=nothing-like-this",
    "requests-bad-filter": "/requests/?as_of=yesterday",
    "request": "/requests/LAO-2018-001/",
    "offers": "/offers/",
    "offer": "/offers/1/",
    "expertise": "/expertise/",
    "search": "/search/?q=clearance",
    "case-studies": "/case-studies/",
    "supporters": "/supporters/",
    "supporter": "/supporters/NOR/",
    "coalitions": "/coalitions/",
    "coalition": "/coalitions/lao-article-4/",
    "work-plans": "/work-plans/",
    "work-plan": "/work-plans/cooperation-2023-2024/",
    "reports": "/reports/",
    "provided": "/reports/requested-provided/?examples=on",
    "statistics": "/reports/statistics/?covered_year=2017&as_of=2018-06-27",
    "progress": "/reports/progress/?starts=2018-01-01&ends=2018-12-31",
    "library": "/library/",
    "paper": "/library/papers/004_a4193fc03d52ba90/",
    "transparency-state": "/transparency-reports/lao/",
    "transparency": "/transparency-reports/",
    "transparency-report": "/transparency-reports/hrv/2013/",
    "transparency-figures": "/transparency-reports/summary/4/",
    "transparency-template": "/transparency-reports/template/",
    "offices": "/offices/",
    "office": "/offices/coordinator-on-international-cooperation-and-assistance/",
    "letter": "/offices/coordinator-on-victim-assistance/write/",
    "action-plans": "/action-plans/",
    "action-plan": "/action-plans/lap/",
    "decisions": "/decisions/",
    "decision": "/decisions/2rc-lausanne-action-plan/",
    "documents": "/documents/",
    "document": "/documents/EXAMPLE/1/",
    "declarations": "/declarations/",
    "asking": "/about/asking/",
    "sign-in": "/accounts/login/",
    "reset": "/accounts/password/reset/",
    "not-found": "/requests/NOBODY-2000-001/",
}
CHAD = f"TCD-{date.today() - timedelta(days=60):%Y}-001"  # the demonstration submits it sixty days ago
LEBANON = f"LBN-{date.today() - timedelta(days=120):%Y}-001"
LAST_REPORT = date.today().year - (1 if date.today() >= date(date.today().year, 5, 1) else 2)  # that of Lao PDR
OF_A_ROLE = {
    "board-lao": ("lao", "/dashboard/"),
    "board-nor": ("nor", "/dashboard/"),
    "board-npa": ("npa", "/dashboard/"),
    "board-coordinator": ("coordinator", "/dashboard/"),
    "board-president": ("president", "/dashboard/"),
    "board-isu": ("isu", "/dashboard/"),
    "board-observer": ("observer", "/dashboard/"),
    "needs-form": ("lao", "/requests/new/"),
    "needs-form-whole": ("lao", "/requests/new/?all"),
    "state-lao": ("lao", "/states/lao/"),
    "calendar-feeds": ("lao", "/my/calendar/"),
    "follow-ups": ("coordinator", "/follow-ups/"),
    "transparency-reminders": ("isu", "/transparency-reports/reminders/"),
    "transparency-advice": ("lao", f"/transparency-reports/lao/{LAST_REPORT}/"),
    "help": ("lao", "/help/"),
    "help-ticket": ("isu", "/help/1/"),
    "help-new": ("lao", f"/help/new/?about=/transparency-reports/lao/{LAST_REPORT}/"),
    "record-need": ("isu", "/requests/record/"),
    "data-quality": ("isu", "/reports/data-quality/"),
    "request-owner": ("tcd", f"/requests/{CHAD}/"),
    "request-supporter": ("nor", f"/requests/{CHAD}/"),
    "request-coordinator": ("coordinator", f"/requests/{CHAD}/"),
    "visibility": ("tcd", f"/requests/{CHAD}/visibility/"),
    "who-could-help": ("coordinator", f"/requests/{CHAD}/matches/"),
    "matching-coordinator": ("coordinator", "/matching/"),
    "matching-nor": ("nor", "/matching/"),
    "offer-form": ("nor", "/offers/new/"),
    "market": ("coordinator", "/market/"),
    "market-nor": ("nor", "/market/"),
    "priorities": ("coordinator", "/priorities/"),
    "channels": ("isu", "/channels/"),
    "channels-request": ("tcd", f"/requests/{CHAD}/channels/"),
    "form-as-file": ("lao", "/request-forms/"),
    "needs-import": ("isu", "/needs-import/"),
    "coalition-form": ("tcd", f"/coalitions/new/?request={CHAD}"),
    "coalition-member": ("nor", "/coalitions/lbn-victim-assistance-in-the-south-example/"),
    "commitment-form": ("nor", "/coalitions/lbn-victim-assistance-in-the-south-example/commitments/new/"),
    "share": ("lbn", f"/requests/{LEBANON}/shares/1/"),
    "share-form": ("usa", f"/requests/{LEBANON}/shares/new/"),
    "share-commit": ("npa", f"/requests/{LEBANON}/shares/3/commit/"),
    "share-delivery": ("nor", f"/requests/{LEBANON}/shares/1/deliver/"),
    "share-outcome": ("lbn", f"/requests/{LEBANON}/outcome/"),
    "request-shares": ("lbn", f"/requests/{LEBANON}/"),
    "board-author": ("health.lao", "/dashboard/"),
    "mail-choices": ("nor", "/accounts/mail/"),
    "supporter-form": ("nor", "/supporters/NOR/edit/"),
    "weights": ("isu", "/matching/weights/"),
    "coverage": ("coordinator", "/requests/coverage/"),
    "relays": ("coordinator", "/requests/relays/"),
    "waiting": ("coordinator", "/requests/waiting/"),
    "time-limits": ("isu", "/requests/waiting/limits/"),
    "silence": ("tcd", f"/requests/{CHAD}/silence/"),
    "texts": ("tcd", f"/requests/{CHAD}/texts/"),
    "seen-by-relayed": ("tcd", f"/requests/{CHAD}/as/relayed/"),
    "releases": ("tcd", f"/requests/{CHAD}/releases/"),
    "authors": ("tcd", f"/requests/{CHAD}/authors/"),
    "split": ("tcd", f"/requests/{CHAD}/split/"),
    "join": ("tcd", f"/requests/{CHAD}/join/"),
    "country-request-form": ("tcd", f"/country-requests/new/?request={CHAD}"),
    "discussion": ("tcd", f"/requests/{CHAD}/discussion/"),
    "coalition-proposal": ("lao", "/coalitions/propose/lao/"),
    "refused": ("observer", "/requests/new/"),
}
#: Pages of a draft of Lao PDR, under its address: the steps of the needs form and what belongs to them.
DRAFT = "Rehabilitation close to the villages"
OF_A_DRAFT = {
    "draft": "",
    "step-need": "edit/need/",
    "step-visit": "edit/visit/",
    "step-costs-by-year": "edit/cost_years/",
    "step-evidence": "edit/evidence/",
    "step-victims": "edit/victims/",
    "step-texts": "edit/texts/",
    "review": "edit/review/",
    "draft-authors": "authors/",
    "writing-help": "writing-help/",
}
CORE = {
    "home", "states", "state", "deadlines", "requests", "request", "offers", "coalitions", "sign-in", "board-lao",
    "needs-form",
}  # fmt: skip
ALLOWED_STATUS = {"not-found": 404, "requests-bad-filter": 200, "refused": 403}
FROM_RIGHT_TO_LEFT = [
    "home", "states", "state", "deadlines", "forecast", "why", "membership",
    "requests", "request", "supporter", "coalition", "work-plan", "statistics", "provided", "sign-in",
]  # fmt: skip
ROLES_FROM_RIGHT_TO_LEFT = ["needs-form", "request-owner", "request-shares", "waiting", "coverage", "matching-nor"]


def look_at(
    page: Page, url: str, name: str, *, status: int = 200, widths: tuple[int, ...] = (PHONE, WIDE)
) -> list[str]:
    """Open a page for the first time and list all that is wrong with it; `widths` are those that axe looks at."""
    watch = Watch(page)
    answer = page.goto(url, wait_until="load")
    wrong = [f"status {answer.status}"] if answer and answer.status != status else []
    wrong += [text for text in watch.complaints if not (status >= 400 and f"status of {status}" in text)]
    wrong += [f"first visit {watch.total} bytes"] if watch.total >= FIRST_VISIT else []
    wrong += [f"HTML, CSS and JavaScript {watch.text} bytes"] if name in CORE and watch.text >= CORE_TEXT else []
    for width in (*OTHER_WIDTHS, PHONE, WIDE):
        wrong += overflow(page, width)
        if width in widths:
            wrong += [f"{width} px: {finding}" for finding in axe_findings(page)]
        if width in (PHONE, WIDE):
            keep_picture(page, f"{name}-{width}")
    return wrong


@pytest.mark.parametrize("name", PUBLIC)
def test_public_page(enter: Enter, name: str) -> None:
    visitor = enter()
    wrong = look_at(visitor.page, visitor.portal + PUBLIC[name], name, status=ALLOWED_STATUS.get(name, 200))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", OF_A_ROLE)
def test_page_of_a_role(portal: str, enter: Enter, new_page: NewPage, signed_in: SignedIn, name: str) -> None:
    account, path = OF_A_ROLE[name]
    if account not in signed_in:
        enter(account)
    wrong = look_at(
        new_page(storage_state=signed_in[account]), portal + path, name, status=ALLOWED_STATUS.get(name, 200)
    )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FROM_RIGHT_TO_LEFT)
def test_page_from_right_to_left(arabic_portal: str, new_page: NewPage, name: str) -> None:
    page = new_page(locale="ar")
    wrong = look_at(page, arabic_portal + PUBLIC[name], f"{name}-rtl", widths=(PHONE,))
    wrong += read_backwards(page)
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session")
def drafts() -> dict[str, str]:
    """Addresses of drafts that were looked up on a board: their references are made by chance."""
    return {}


def address_of_draft(enter: Enter, drafts: dict[str, str]) -> str:
    if DRAFT not in drafts:
        entry = enter("lao").main.get_by_role("listitem").filter(has_text=DRAFT)
        drafts[DRAFT] = entry.locator("a[href^='/requests/']").first.get_attribute("href") or ""
    return drafts[DRAFT]


@pytest.mark.parametrize("name", OF_A_DRAFT)
def test_page_of_a_draft(
    portal: str, enter: Enter, new_page: NewPage, signed_in: SignedIn, drafts: dict[str, str], name: str
) -> None:
    address = portal + address_of_draft(enter, drafts) + OF_A_DRAFT[name]
    wrong = look_at(new_page(storage_state=signed_in["lao"]), address, name)
    assert not wrong, "\n".join(wrong)


def test_page_of_a_country_request(
    portal: str, enter: Enter, new_page: NewPage, signed_in: SignedIn, drafts: dict[str, str]
) -> None:
    address = address_of_draft(enter, drafts)
    lao = enter("lao")
    lao.go(f"{address}edit/review/")
    group = lao.main.locator("a[href^='/country-requests/']").first.get_attribute("href")
    wrong = look_at(new_page(storage_state=signed_in["lao"]), f"{portal}{group}", "country-request")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ROLES_FROM_RIGHT_TO_LEFT)
def test_page_of_a_role_from_right_to_left(
    arabic_portal: str, enter: Enter, new_page: NewPage, signed_in: SignedIn, name: str
) -> None:
    account, path = OF_A_ROLE[name]
    if account not in signed_in:
        enter(account)
    page = new_page(locale="ar", storage_state=signed_in[account])
    wrong = look_at(page, arabic_portal + path, f"{name}-rtl", widths=(PHONE,))
    wrong += read_backwards(page)
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/", "/requests/", "/accounts/login/"])
def test_tab_reaches_the_skip_link_first(enter: Enter, path: str) -> None:
    visitor = enter()
    visitor.go(path)
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator(":focus")
    expect(skip).to_have_attribute("href", "#main")
    expect(skip).to_be_in_viewport()
    box = skip.bounding_box()
    assert box is not None
    assert box["height"] > 20, "the skip link stays hidden when it has the focus"
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile("#main$"))  # the browser may still be on its way


def test_sign_in_offers_one_way_back(enter: Enter) -> None:
    visitor = enter()
    visitor.go("/accounts/login/")
    expect(visitor.main.get_by_role("link", name="Forgot your password?")).to_have_count(1, timeout=500)


def test_errors_are_announced_and_lead_to_their_field(enter: Enter) -> None:
    lao = enter("lao")
    watch = Watch(lao.page)
    lao.go("/requests/new/?all")
    lao.click("Submit")
    alert = lao.page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert not axe_findings(lao.page)
    alert.get_by_role("link", name="What do you require?").click()
    expect(lao.page).to_have_url(re.compile(r"#id_requirement$"))
    keep_picture(lao.page, "needs-form-errors")
    assert not [text for text in watch.complaints if "422" not in text]


def test_print_leaves_out_the_frame(enter: Enter) -> None:
    visitor = enter()
    visitor.go("/states/LAO/")
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
