"""People of the demonstration at a browser: they read, type, tick and click, and their clicks are counted."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

PASSWORD = "demo-portal"


@dataclass
class Person:
    """Somebody with a page open. Fields are found by their label and buttons by their word, as people find them."""

    page: Page
    portal: str
    clicks: int = 0

    def go(self, path: str) -> int:
        """Open an address by typing it; returns the HTTP status."""
        answer = self.page.goto(self.portal + path)
        return answer.status if answer else 0

    def click(self, name: str, role: str = "button", inside: Locator | None = None, *, nth: int = 0) -> None:
        """Press a button, or follow a link with role="link"."""
        target = (inside or self.page).get_by_role(role, name=_whole(name)).nth(nth)  # type: ignore[arg-type]
        target.click()
        self.clicks += 1

    def follow(self, name: str, inside: Locator | None = None) -> None:
        self.click(name, "link", inside)

    def label(self, text: str, *, nth: int = 0) -> Locator:
        """The field that a label names, whether or not the label says that it is required."""
        return self.page.get_by_label(_label(text)).nth(nth)

    def type(self, label: str, text: str, *, nth: int = 0) -> None:
        """Type into a field, key by key, after emptying it."""
        box = self.label(label, nth=nth)
        box.clear()
        box.press_sequentially(text)

    def choose_day(self, label: str, day: str, *, nth: int = 0) -> None:
        """Give a date field its day (YYYY-MM-DD)."""
        self.label(label, nth=nth).fill(day)

    def tick(self, label: str, group: str = "") -> None:
        """Tick a box or a radio button, in the group of that name."""
        place = self.page.get_by_role("group", name=_label(group)).last if group else self.page
        place.get_by_label(_label(label)).first.check()
        self.clicks += 1

    def select(self, label: str, option: str, *, nth: int = 0) -> None:
        self.label(label, nth=nth).select_option(label=option)
        self.clicks += 1

    def sees(self, *texts: str) -> None:
        """All of these stand in the page's main part."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def sees_not(self, *texts: str) -> None:
        """None of these stands anywhere on the page that is open, nor in its source."""
        source = self.page.content()
        for text in texts:
            assert text not in source, f"{text!r} shows on {self.page.url}"

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def sign_in(self, account: str) -> None:
        """From the home page, with e-mail and password."""
        self.go("/")
        self.click("Sign in", "link", self.page.get_by_role("banner"))
        self.type("Email", f"{account}@example.org")
        self.type("Password", PASSWORD)
        self.click("Sign in", inside=self.main)
        self.page.wait_for_url("**/dashboard/")


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(name)}\s*$", re.IGNORECASE)


def _label(text: str) -> re.Pattern[str]:
    """A label, perhaps with "(required)" behind it."""
    return re.compile(rf"^\s*{re.escape(text)}\s*(\(.*\))?\s*:?\s*$", re.IGNORECASE)
