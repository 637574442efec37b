"""What is measured, as whom, and the targets. Nothing here needs Django: the client must stay thin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FLOOR, LIST = "floor", "list"
GROWTH = 1.2  # a page at 10,000 requests beside the same page at 1,000
PAGE_SIZES = (10, 25, 50)
CSRF = "benchbenchbenchbenchbenchbench00"
BOUNDARY = "----bench"


@dataclass(frozen=True)
class Page:
    """One page as one person asks for it. `times` is the target as a multiple of the page named by `against`."""

    key: str
    title: str
    person: str
    path: str
    times: float | None = None
    sql: int | None = None
    against: str = FLOOR
    grows: bool = False  # whether its growth with the number of requests is measured
    form: Callable[[], list[tuple[str, str]]] | None = None  # what is posted, where something is

    @property
    def is_form(self) -> bool:
        return self.form is not None

    @property
    def uses_up_draft(self) -> bool:
        return "{draft}" in self.path


def whole_form() -> list[tuple[str, str]]:
    """The needs form on one page, submitted: all parts filled, one row of evidence filled and one left empty."""
    day = datetime.now(UTC).date()
    return [
        *step_form(),
        ("title", "Survey teams for the northern provinces"),
        ("areas", "clearance"),
        ("areas", "risk_education"),
        ("obligation", ""),
        ("kinds", "technical"),
        ("kinds", "financial"),
        ("total_cost", "3200000"),
        ("national_share", "600000"),
        ("external_secured", "400000"),
        ("currency", "USD"),
        ("desired_start", str(day + timedelta(days=90))),
        ("desired_end", str(day + timedelta(days=640))),
        ("consequence", "The next extension request would again rest on estimates."),
        ("institution", "National mine action authority"),
        ("national_plan", "National mine action plan"),
        ("languages", "fr"),
        ("partners", "Those who trained the first teams"),
        ("channel", "coordinators"),
        ("inform_coordinators", "on"),
        ("visibility", "match_parties"),
        ("evidence-TOTAL_FORMS", "2"),
        ("evidence-INITIAL_FORMS", "0"),
        ("evidence-MIN_NUM_FORMS", "0"),
        ("evidence-MAX_NUM_FORMS", "40"),
        ("evidence-0-claim", "Area suspected to be contaminated"),
        ("evidence-0-figure", "2400000"),
        ("evidence-0-unit", "m²"),
        ("evidence-0-dated", str(day - timedelta(days=300))),
        ("evidence-0-source", "National survey records"),
        ("evidence-0-method", "non-technical survey"),
        *((f"evidence-1-{name}", "") for name in ("claim", "figure", "unit", "dated", "source", "method")),
        ("submit", "1"),
    ]


def step_form() -> list[tuple[str, str]]:
    """The step of the form that holds most text."""
    return [
        ("csrfmiddlewaretoken", CSRF),
        ("version", "1"),
        ("challenge", "The last survey teams stood down when their funding ended. " * 8),
        ("requirement", "Two survey teams with vehicles for eighteen months, and training of surveyors. " * 6),
    ]


def review_form() -> list[tuple[str, str]]:
    """The last page of the needs form, once all of its steps are saved."""
    return [("csrfmiddlewaretoken", CSRF), ("version", "1"), ("submit", "1")]


def answer_form() -> list[tuple[str, str]]:
    """A supporter's answer: a small form that writes a record, a step of the history, an audit entry and mails."""
    return [
        ("csrfmiddlewaretoken", CSRF),
        ("kind", "interested"),
        ("text", "We could field one team next spring, after a talk with the authority. " * 3),
    ]


FILTERED, RARE = "area=clearance&status=open&q=survey+detectors", "q=orthopaedic+northern+boats"
PAGES = (
    Page(FLOOR, "floor", "coordinator", "/floor/"),
    Page(LIST, "list, 25 rows", "coordinator", "/requests/", 4.0, 8, grows=True),
    Page("filtered", "list, two filters and words", "coordinator", f"/requests/?{FILTERED}", 1.2, 10, LIST, grows=True),
    Page("rare", "list, words that none has", "coordinator", f"/requests/?{RARE}", None, 10, LIST, grows=True),
    Page("board", "board of the Coordinator", "coordinator", "/dashboard/", 3.5, 10, grows=True),
    Page("focal", "board of a focal point", "lao", "/dashboard/", 3.5, 10, grows=True),
    Page("state", "State page", "coordinator", "/states/lao/", 2.5, grows=True),
    Page("detail", "request with its history", "coordinator", "/requests/{detail}/", 2.5, 10, grows=True),
    Page("step", "step of the form saved", "tcd", "/requests/{draft}/edit/need/", 2.0, 12, form=step_form),
    Page("answer", "answer to a relayed request", "nor", "/requests/{relayed}/answer/", 2.0, 12, form=answer_form),
    Page("review", "needs submitted, step by step", "tcd", "/requests/{draft}/edit/review/", 2.0, 12, form=review_form),
    Page("save", "needs submitted, on one page", "tcd", "/requests/{draft}/edit/", 2.0, 12, form=whole_form),
)
BY_KEY = {page.key: page for page in PAGES}


@dataclass(frozen=True)
class Ask:
    """One HTTP request, and the status that the answer must have."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    status: int = 200


@dataclass
class Site:
    """What the filled database offers: session keys by person, the request to read, those relayed to Norway, the
    drafts to submit."""

    sessions: dict[str, str]
    detail: str
    relayed: list[str]
    drafts: list[str] = field(default_factory=list)

    def ask(self, page: Page) -> Ask:
        """The next request for a page. Each save of the needs form uses up one draft; answers go to each of the relayed
        requests in turn."""
        cookie = f"sessionid={self.sessions[page.person]}; csrftoken={CSRF}"
        headers = {"Cookie": cookie, "Connection": "close"}
        if page.form is None:
            return Ask("GET", page.path.format(detail=self.detail), headers)
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        if page.uses_up_draft:
            path = page.path.format(draft=self.drafts.pop())
        else:
            self.relayed.append(self.relayed.pop(0))
            path = page.path.format(relayed=self.relayed[-1])
        return Ask("POST", path, headers, encoded(page.form()), 302)


def encoded(values: list[tuple[str, str]]) -> bytes:
    """A form as a browser posts it."""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in values
    )
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()
