"""R26, N6: of a request everybody reads exactly what the State has decided, on every page, in every file and search.

One world holds a request for each visibility and each choice of texts and locks, with a word of its own in every field.
Each role opens every address of the access table, and gets the status that stands there. What it may read stands
below as a table, apart from the code's rule.
"""

import ast
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.utils import timezone

from ccm_portal.accounts.models import OutboxMail, access_of
from requests_app.actions import answer_relay, relay_request, remind_silent, take_step
from requests_app.country_requests.models import CountryRequest, Line
from requests_app.enums import Action, Audience, Part, Status, Visibility
from requests_app.models import AssistanceRequest, SearchText, StatedIn, Supporter
from requests_app.queries import wanted
from requests_app.readings import FIELDS, INSIDE, OPEN, NotForReading, Reading, read_by
from requests_app.shares.models import Outcome
from requests_app.specifics.models import (
    AreaRelease,
    CapacityNeed,
    CostYear,
    LegislationNeed,
    VictimFigure,
    VictimNeed,
    Visit,
)
from tests.conftest import person
from tests.requests_app.factories import EventFactory, EvidenceFactory, RelayFactory, RequestFactory
from tests.test_access import PEOPLE, ROLES, SEES, cast, client_of, lines_of, world  # noqa: F401

pytestmark = pytest.mark.django_db

READER = {
    "owner": "inside", "coordinator": "inside", "isu": "inside", "partner": "relayed",
    "party": "states", "thematic": "states", "president": "states",
    "anonymous": "public", "non_party": "public", "observer": "public",
}  # fmt: skip
#: T full text, A amounts, P period, I institution, N plan, E evidence, F files, O outcome;
#: S version for States Parties, B public summary.
ALL = "TAPINEFO"
LOCK_ALL = [part.value for part in Part]
CHOICES = {
    "plain": ({}, {"inside": ALL, "relayed": ALL, "states": ALL, "public": ALL}),
    "two texts": (
        {"texts": "SB"},
        {"inside": ALL + "SB", "relayed": ALL, "states": "SAPINEFO", "public": "BAPINEFO"},
    ),
    "for states": ({"texts": "S"}, {"inside": ALL + "S", "relayed": ALL, "states": "SAPINEFO", "public": "SAPINEFO"}),
    "for public": ({"texts": "B"}, {"inside": ALL + "B", "relayed": ALL, "states": ALL, "public": "BAPINEFO"}),
    "locked": ({"locks": LOCK_ALL}, {"inside": ALL, "relayed": "", "states": "", "public": ""}),
    "locked, relayed read": (
        {"locks": LOCK_ALL, "relayed_read_locked": True},
        {"inside": ALL, "relayed": ALL, "states": "", "public": ""},
    ),
    "some locked": (
        {"locks": ["amounts", "files"], "texts": "SB"},
        {"inside": ALL + "SB", "relayed": "TPINEO", "states": "SPINEO", "public": "BPINEO"},
    ),
    "evidence locked": (
        {"locks": ["evidence", "challenge"]},
        {"inside": ALL, "relayed": "tAPINO", "states": "tAPINO", "public": "tAPINO"},
    ),
}
#: What the parts of a need say, which are read with the requirement.
OF_THE_NEED = ("skills", "participation", "law", "purpose")
SEARCHED = ("title", "challenge", "requirement", "institution", "claim", "source", "states", "public", *OF_THE_NEED)


@dataclass(frozen=True)
class Case:
    """One request of the sweep: its number makes every word of it its own."""

    number: int
    level: str
    choice: str

    @property
    def reference(self):
        return f"MRT-2031-{self.number:03d}"

    @property
    def year_costs(self):
        return 8000555 + self.number * 1000

    @property
    def victims(self):
        return 9000111 + self.number * 1000

    def word(self, field):
        return f"zq{field}{self.number:03d}"

    def sees(self, role):
        return role in SEES[self.level]

    def marks(self, file_pk):
        """letter of the group -> the texts that would show it."""
        n = self.number
        return {
            "T": [self.word(name) for name in ("challenge", "requirement", "consequence", "quote", *OF_THE_NEED)],
            "A": [
                *(str(7000777 + n * 1000), str(2000333 + n * 1000), str(1000222 + n * 1000), str(4000222 - n * 1000)),
                str(self.year_costs),
            ],
            "P": [f"3 March {2041 + n}", f"3 March {2141 + n}", f"{2041 + n}-03-03", f"{2141 + n}-03-03"],
            "I": [self.word("institution")],
            "N": [self.word("plan")],
            "E": [*(self.word(name) for name in ("claim", "source", "method", "unit", "release")), str(self.victims)],
            "F": [f"{self.reference}/evidence/{file_pk}/"],
            "O": [self.word("outcome"), *([] if self.level == "draft" else [self.word("result")])],
            "S": [self.word("states")],
            "B": [self.word("public")],
            "R": [self.word("title"), self.reference],
            "W": [self.word("partners")],  # with whom the State would like to work: for inside, whatever it chooses
        }

    def allowed(self, role, file_pk):
        """Every text that a role may read."""
        if not self.sees(role):
            return set()
        marks = self.marks(file_pk)
        letters = CHOICES[self.choice][1][READER[role]] + ("RW" if READER[role] == "inside" else "R")
        texts = {mark for letter in letters if letter != "t" for mark in marks[letter]}
        return texts | ({*marks["T"]} - {self.word("challenge")} if "t" in letters else set())


CASES = [
    Case(number, level, choice)
    for number, (level, choice) in enumerate(((level, choice) for level in SEES for choice in CHOICES), start=1)
]
#: Shown once on the request's own page; ISO dates are for exports only.
NOT_ON_A_PAGE = re.compile(r"\d{4}-03-03")


def make(case):
    n, is_draft = case.number, case.level == "draft"
    chosen, _expected = CHOICES[case.choice]
    texts = chosen.get("texts", "")
    asked = RequestFactory(
        reference=case.reference,
        state_id="MRT",
        title=case.word("title"),
        areas=["clearance"],
        visibility=Visibility.PUBLIC if is_draft else case.level,
        draft=is_draft,
        **{name: case.word(name) for name in ("challenge", "requirement", "consequence", "institution", "outcome")},
        national_plan=case.word("plan"),
        partners=case.word("partners"),
        is_financial=True,
        total_cost=7000777 + n * 1000,
        national_share=2000333 + n * 1000,
        external_secured=1000222 + n * 1000,
        currency="CHF",
        desired_start=date(2041 + n, 3, 3),
        desired_end=date(2141 + n, 3, 3),
        states_parties_text=case.word("states") if "S" in texts else "",
        public_summary=case.word("public") if "B" in texts else "",
        locks=chosen.get("locks", []),
        relayed_read_locked=chosen.get("relayed_read_locked", False),
    )
    StatedIn.objects.create(request=asked, quote=case.word("quote"))
    item = EvidenceFactory(
        request=asked,
        claim=case.word("claim"),
        unit=case.word("unit"),
        source=case.word("source"),
        method=case.word("method"),
        file=ContentFile(b"1;2", "x.csv"),
        file_name="x.csv",
    )
    add_parts(asked, case)
    if not is_draft:
        SearchText.objects.store(asked.build_search_rows())
        EventFactory(request=asked, on=timezone.localdate())
        AssistanceRequest.objects.filter(pk=asked.pk).update(status=Status.RELAYED)
        RelayFactory(request=asked, code="NPA")
    return asked, item.pk


def add_parts(asked, case):
    """The parts that depend on the area, and what came of it, which the State has released."""
    day = date(2030, 1, 31)
    CapacityNeed.objects.create(request=asked, institution="Centre", skills=case.word("skills"))
    VictimNeed.objects.create(request=asked, participation=case.word("participation"))
    LegislationNeed.objects.create(request=asked, status="drafting", law_title=case.word("law"))
    Visit.objects.create(
        request=asked, kind="technical", visitors="Two", purpose=case.word("purpose"), place="Here", starts=day
    )
    CostYear.objects.create(request=asked, year=2031, total=case.year_costs)
    AreaRelease.objects.create(request=asked, starts=day, ends=day, source=case.word("release"))
    VictimFigure.objects.create(request=asked, sex="female", age="adult", disability="unknown", number=case.victims)
    if not asked.is_draft:
        Outcome.objects.create(
            request=asked,
            partner="Two",
            result=case.word("result"),
            evidence="Report",
            recorded_on=day,
            consented_on=day,
        )


@pytest.fixture(scope="class")
def cases(world):  # noqa: F811
    """The world of the access table with every case in it: case -> key of its evidence."""
    made = {}
    for case in CASES:
        asked, made[case] = make(case)
        asked.coalitions.add(*asked.coalitions.model.objects.filter(slug="works"))
    return made


def text_of(response):
    """What a person could read of an answer, also of a workbook or a Word file; numbers without their separators."""
    body = response.getvalue()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b" ".join(archive.read(name) for name in archive.namelist())
    text = body.decode(errors="replace")
    return re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3})", "", text)


def addresses(role, world):  # noqa: F811
    """Every address of the access table that is read, with the status that the role gets; then the lists in full and
    as files, which everybody gets."""
    day = timezone.localdate()
    lists = [
        f"/requests/{query}"
        for query in (
            "?per_page=100", "?per_page=100&page=2", "?format=csv", "?format=xlsx", "?format=json",
            "?q=zq&per_page=100", "?state=MRT&per_page=100", f"?as_of={day}&per_page=100", f"?as_of={day}&format=json",
        )
    ]  # fmt: skip
    period = f"/reports/progress/?starts={day.replace(day=1, month=1)}&ends={day}"
    files = [f"{period}&format=docx", "/coalitions/?format=csv", "/coalitions/?format=json", "/offers/?format=json"]
    searches = ["/search/?q=MRT-2031", "/search/?q=zq"]
    return [*lines_of("GET", role, world), *((address, 200) for address in (*lists, *searches, period, *files))]


class TestSweep:
    """Every role, over the same cases."""

    @pytest.mark.parametrize("role", ROLES)
    def test_R026_every_page_list_and_file_holds_only_what_the_role_reads(self, role, world, cases):  # noqa: F811
        client = client_of(cast(role))
        never = {
            mark: case.choice + ": " + case.level
            for case, file in cases.items()
            for marks in case.marks(file).values()
            for mark in marks
            if mark not in case.allowed(role, file)
        }
        pattern = re.compile("|".join(sorted(map(re.escape, never), key=len, reverse=True)) or r"$^")
        wrong = []
        for address, status in addresses(role, world):
            response = client.get(address)
            if response.status_code != status:
                wrong.append(f"GET {address}: {response.status_code}, not {status}")
            found = set(pattern.findall(text_of(response)))
            wrong += [f"{address}: {mark} ({never[mark]})" for mark in sorted(found)]
        assert wrong == []

    @pytest.mark.parametrize("role", ROLES)
    def test_R026_the_requests_own_page_and_its_file_give_exactly_what_the_role_reads(self, role, cases):
        client = client_of(cast(role))
        wrong = []
        for case, file in cases.items():
            response = client.get(f"/requests/{case.reference}/")
            if response.status_code != (200 if case.sees(role) else 404):
                wrong.append(f"{case}: {response.status_code}")
            text = text_of(response)
            allowed = case.allowed(role, file)
            typed = {case.reference}  # by who asks for the address
            for mark in {mark for marks in case.marks(file).values() for mark in marks} - typed:
                if (mark in text) != (mark in allowed) and not NOT_ON_A_PAGE.fullmatch(mark):
                    wrong.append(f"{case}: {mark}")
            (link,) = case.marks(file)["F"]
            download = client.get(f"/requests/{link}")
            download.getvalue()  # read to its end, and closed
            if download.status_code != (200 if link in allowed else 404):
                wrong.append(f"{case}: the file gives {download.status_code}")
        assert wrong == []

    @pytest.mark.parametrize("role", ROLES)
    def test_R026_search_finds_a_request_by_what_the_role_reads_and_by_nothing_else(self, role, cases):
        """The page is asked once for the beginning that the words of a field share in all cases; what it rests on also
        for each whole word, which may be taken for a slip of one near it that anybody may read."""
        user = cast(role)
        client, access = client_of(user), access_of(user)
        visible = AssistanceRequest.objects.visible_to(access).submitted()
        wrong = []
        for field in SEARCHED:
            rows = client.get(f"/requests/?q=zq{field}&format=json").json()  # as the page finds them, and soon told
            on_page = {row["reference"] for row in rows}
            for case, file in cases.items():
                word, allowed = case.word(field), case.allowed(role, file)
                by_word = set(visible.search(wanted(word), access).values_list("reference", flat=True))
                is_beside = field in {"states", "public"} and case.word("challenge") in allowed  # full text is searched
                for where, found in (("the page", case.reference in on_page), ("search", case.reference in by_word)):
                    if found and word not in allowed | case.allowed("anonymous", file):
                        wrong.append(f"{case}: {where} finds it by {word}")
                    if not found and word in allowed and case.level != "draft" and not is_beside:
                        wrong.append(f"{case}: {where} does not find it by {word}")
        assert wrong == []

    def test_R026_mails_hold_no_word_of_a_request(self, cases, today):
        coordinator = person("relays@access.org", **PEOPLE["coordinator"])
        helper = person("helps@access.org", **PEOPLE["partner"])
        norway = person("nor@access.org", **PEOPLE["party"])
        for case in (case for case in cases if case.level in {"public", "states_parties"}):
            asked = AssistanceRequest.objects.get(reference=case.reference)
            (relay,) = relay_request(
                asked, Supporter.objects.filter(code="NOR"), by=coordinator, today=date(2026, 1, 1)
            )
            remind_silent(date(2026, 2, 1))
            answer_relay(relay, kind="interested", text=case.word("answer"), by=norway, today=date(2026, 2, 2))
            take_step(asked, Action.ASK_CLARIFICATION, by=coordinator, today=date(2026, 2, 3), note=case.word("note"))
        mails = " ".join(mail.subject + mail.body for mail in OutboxMail.objects.all())
        assert "Reminder" in mails
        assert re.findall(r"zq\w+", mails) == []
        assert {helper.email, norway.email} & set(OutboxMail.objects.values_list("to", flat=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.level} {case.choice}")
def test_R026_text_that_an_audience_may_search_is_what_it_reads(case):
    asked, file = make(case)
    texts = asked.build_search_texts()
    roles = {Audience.OWNER: "owner", Audience.HANDLERS: "isu", Audience.RELAYED: "partner",
             Audience.STATES_PARTIES: "party", Audience.PUBLIC: "anonymous"}  # fmt: skip
    for audience, role in roles.items():
        reached = case.sees(role) or case.level == "draft"  # a draft is as it would be once it is submitted
        allowed = (Case(case.number, "public", case.choice) if reached else case).allowed(role, file)
        text = texts.get(audience, "")
        outside = {"states", "public"} if role in {"owner", "isu"} else set()
        expected = {case.word(field) for field in SEARCHED if case.word(field) in allowed and field not in outside}
        assert {case.word(field) for field in SEARCHED if case.word(field) in text} == expected, audience
        assert bool(text) == reached, audience


# --- nobody can forget -----------------------------------------------------------------------------------------------

#: Fields that no page shows of a request.
SHOWN_NOWHERE = {
    "id", "created_by", "created_at", "updated_at", "version", "search_text", "locks",
}  # fmt: skip


def test_R026_every_field_of_a_request_says_who_reads_it():
    """A new field stands in `OPEN`, `INSIDE` or `FIELDS` of `readings.py`, or above."""
    fields = {field.name for field in AssistanceRequest._meta.concrete_fields} | {"areas", "evidence", "stated_in"}
    known = OPEN | INSIDE | {name for names in FIELDS.values() for name in names} | SHOWN_NOWHERE
    assert fields - known == set()
    assert set(FIELDS) == set(Part)


def test_R026_a_reading_refuses_what_nobody_has_thought_of():
    with pytest.raises(NotForReading):
        Reading(RequestFactory(), Audience.OWNER).search_text  # noqa: B018


GUARDED = {name for names in FIELDS.values() for name in names} - {
    # words that other records use too; the sweep above finds these
    "currency", "resources", "evidence", "outcome", "institution", "evidence_label",
}  # fmt: skip
#: Where a request is written, computed with, loaded or wrapped; everything else is given a reading.
WRITERS = re.compile(
    r"requests_app/(models|actions|forms|admin|reference|readings|queries|views)\.py|requests_app/(domain|migrations|writing)/.*"
    r"|requests_app/country_requests/(actions|forms)\.py"  # what a split moves, and what a joining sums
    r"|requests_app/extensions/.*"  # a guided request for more time has words of the same names
    r"|coalitions/domain/planning\.py"  # the capacity of a helper
    r"|ccm_portal/demonstration\.py"
)
#: Functions beside those that take a request or a reading, or show the State its own request.
OWN = {
    "requests_app/country_requests/views.py": {"request_join"},
    "requests_app/specifics/queries.py": {"__bool__", "parts_of", "costs_of", "cost_warnings"},
    "requests_app/specifics/templatetags/specifics.py": {"figures"},
}


def test_R026_code_that_shows_requests_reads_them_through_a_reading():
    wrong = []
    for app in ("requests_app", "coalitions", "reports", "ccm_portal"):
        for path in (project.BASE_DIR / app).rglob("*.py"):
            name = path.relative_to(project.BASE_DIR).as_posix()
            if WRITERS.fullmatch(name):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            wrong += [f"{name}:{line} .{attr}" for line, attr in guarded_in(tree, OWN.get(name, set()))]
    assert wrong == []


def guarded_in(tree, own):
    """(line, name) of what is read by name of a request, outside the functions named."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name in own:
            continue
        if isinstance(node, ast.Attribute) and node.attr in GUARDED:
            yield node.lineno, node.attr
        yield from guarded_in(node, own)


@pytest.mark.parametrize("address", ["/requests/{reference}/", "/matching/", "/country-requests/{group}/"])
def test_R026_what_a_page_shows_of_a_need_is_a_reading(address, today):
    """`OWN` above rests on it: the parts of a need are worked out from what the page was given."""
    asked = RequestFactory(public=True, costed=True, locks=["amounts"], state_id="MRT", areas=["clearance"])
    CostYear.objects.create(request=asked, year=2031, total=8000555)
    group = CountryRequest.objects.create(
        reference="MRT-CR-1", state_id="MRT", title="Both", created_by=person("mrt@two.org", **PEOPLE["owner"])
    )
    Line.objects.create(country_request=group, request=asked)
    page = client_of(cast("party")).get(address.format(reference=asked.reference, group=group.reference))
    assert page.status_code == 200
    assert "8,000,555" not in page.content.decode()


def test_R026_pages_of_requests_are_given_readings(client):
    asked = RequestFactory(public=True)
    assert isinstance(client.get(asked.get_absolute_url()).context["asked"], Reading)
    assert all(isinstance(row, Reading) for row in client.get("/requests/").context["page"].object_list)


# --- who reads as whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "relayed_to", "level", "audience"),
    [
        ("owner", "NPA", "public", Audience.OWNER),
        ("party", "NOR", "public", Audience.RELAYED),
        ("party", "NPA", "public", Audience.STATES_PARTIES),
        ("non_party", "USA", "match_parties", Audience.RELAYED),
        ("non_party", "NPA", "public", Audience.PUBLIC),
        ("thematic", "ITA", "public", Audience.STATES_PARTIES),
        ("coordinator", "CHE", "public", Audience.HANDLERS),
        ("isu", "NPA", "public", Audience.HANDLERS),
    ],
)
def test_R026_the_audience_with_most_rights_counts(role, relayed_to, level, audience):
    asked = RequestFactory(state_id="MRT", visibility=level, status=Status.RELAYED)
    RelayFactory(request=asked, code=relayed_to)
    assert read_by(cast(role).access, asked).audience == audience


def test_R009_coordinators_read_a_public_request_kept_to_the_isu_as_states_parties_do():
    asked = RequestFactory(state_id="MRT", public=True, to_isu_alone=True, locks=["challenge"])
    assert read_by(cast("coordinator").access, asked).challenge is None
    assert read_by(cast("isu").access, asked).challenge
