"""A demonstration of its own and Debian's Chromium, both started once for all browser tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from e2e.people import Person
from e2e.server import demonstration

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 10_000  # milliseconds for a page or an element to appear

NewPage = Callable[..., Page]
Enter = Callable[..., Person]
SignedIn = dict[str, StorageState]


@pytest.fixture(scope="session")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the demonstration keeps its data; removed afterwards."""
    folder = tmp_path_factory.mktemp("portal")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def portal(var_dir: Path, browser: Browser) -> Iterator[str]:
    """The address of a fresh demonstration."""
    with demonstration(var_dir) as url:
        yield url


@pytest.fixture(scope="session")
def arabic_portal(var_dir: Path, portal: str) -> Iterator[str]:
    """The same records with Arabic released, to look at the layout from right to left."""
    with demonstration(var_dir, serve_only=True, RELEASED_LANGUAGES="en,ar") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without it these tests are skipped."""
    if not CHROMIUM.exists():
        pytest.skip(f"No Chromium at {CHROMIUM} (Debian: apt-get install chromium; elsewhere set CHROMIUM).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(**context options)` gives a page in a browser of its own: no cookies, nothing cached."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in() -> SignedIn:
    """The cookies of everybody who has signed in so far."""
    return {}


@pytest.fixture
def enter(portal: str, new_page: NewPage, signed_in: SignedIn) -> Enter:
    """`enter("lao")` is that account at its board, already signed in, its clicks counted from here; `enter()` is a
    visitor. Each has a browser of its own."""

    def person(account: str = "", **options: object) -> Person:
        if account in signed_in:
            who = Person(new_page(storage_state=signed_in[account], **options), portal)
            who.go("/dashboard/")
            return who
        who = Person(new_page(**options), portal)
        if account:
            who.sign_in(account)
            signed_in[account] = who.page.context.storage_state()
        who.clicks = 0
        return who

    return person
