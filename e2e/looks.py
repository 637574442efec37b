"""What is measured of a page: its width, its weight, what the console says, what axe finds."""

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SHOTS = Path("/tmp/shots")  # to look at; not part of the project
SERIOUS = {"serious", "critical"}
TEXTUAL = {"Document", "Stylesheet", "Script"}
#: What sticks out beyond the page's width, named so that it can be found.
STICKING_OUT = """() => {
    const root = document.documentElement, width = root.clientWidth;
    const clips = e => e !== document.body && e !== root && getComputedStyle(e).overflowX !== 'visible';
    const clipped = e => e.parentElement ? clips(e.parentElement) || clipped(e.parentElement) : false;
    const out = e => { const box = e.getBoundingClientRect(); return box.right > width + 1 || box.left < -1 };
    const name = e => `<${e.tagName.toLowerCase()} class="${e.className}"> ${e.textContent.trim().slice(0, 50)}`;
    return [...document.querySelectorAll('body *')].filter(e => out(e) && !clipped(e)).slice(0, 3).map(name) }"""


#: Tables that are cut off at the window's edge: their cells should have become cards or wrapped.
CUT_OFF = """() => [...document.querySelectorAll('.table')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => {
    const cells = [...e.querySelectorAll('tbody th, tbody td')], more = c => c.scrollWidth - c.clientWidth;
    const worst = cells.sort((a, b) => more(b) - more(a))[0];
    const text = `${worst.dataset.label || ''} ${worst.textContent}`.trim().slice(0, 60);
    return `${e.scrollWidth - e.clientWidth} px: "${text}"` })"""
#: References, provisions and ranges that read backwards from right to left, as "(a)4.1" for "4.1(a)".
BACKWARDS = r"""() => {
    const found = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const place = (node, at) => { const range = document.createRange();
        range.setStart(node, at); range.setEnd(node, at + 1); return range.getBoundingClientRect() };
    for (let node; node = walk.nextNode();)
        for (const hit of node.data.matchAll(/\d\.\d\([a-z]\)|\d{4}[–-]\d{4}|[A-Z]{3}-\d{4}-\d{3}/g)) {
            const first = place(node, hit.index), last = place(node, hit.index + hit[0].length - 1);
            if (first.width && first.top === last.top && first.left > last.left) found.push(hit[0]) }
    return [...new Set(found)] }"""


@dataclass
class Watch:
    """Listens to a page from before it is opened: console errors and what the network carried."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._kinds: dict[str, str] = {}
        network = self.page.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", lambda e: self._kinds.update({e["requestId"]: e.get("type", "Other")}))
        network.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict) -> None:  # type: ignore[type-arg]
        kind = self._kinds.get(event["requestId"], "Other")
        self.weight[kind] = self.weight.get(kind, 0) + int(event["encodedDataLength"])

    @property
    def total(self) -> int:
        """Bytes over the wire, headers included."""
        return sum(self.weight.values())

    @property
    def text(self) -> int:
        """Bytes of HTML, CSS and JavaScript as sent, compressed."""
        return sum(number for kind, number in self.weight.items() if kind in TEXTUAL)


def overflow(page: Page, width: int) -> list[str]:
    """What a window of this width cannot show without scrolling sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong = [f"{width} px: {too_wide} px too wide: {page.evaluate(STICKING_OUT)}"] if too_wide > 0 else []
    return wrong + [f"{width} px: a table is cut off: {text}" for text in page.evaluate(CUT_OFF)]


def axe_findings(page: Page) -> list[str]:
    """Serious and critical violations, each with the elements that show it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"axe {rule['id']} ({rule['impact']}): {[' '.join(map(str, node['target'])) for node in rule['nodes'][:4]]}"
        for rule in found
        if rule["impact"] in SERIOUS
    ]


def read_backwards(page: Page) -> list[str]:
    """What a right-to-left page turns round that should not be."""
    return [f"reads backwards: {text}" for text in page.evaluate(BACKWARDS)]


def keep_picture(page: Page, name: str) -> None:
    """A picture of the whole page, for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
