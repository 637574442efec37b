"""Issue 4, point 8: one search over everything that its visitor may know of, on both databases."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.register.models import ActionPlan, Document, Paper, State
from ccm_portal.register.picking import known_names, pick
from coalitions.models import Activity, CaseStudy, WorkPlan
from reports.finding import MOST, known_library
from reports.models import Practice
from requests_app.discussions.actions import invite, remove, write_post
from requests_app.help_desk.actions import open_ticket, reply
from requests_app.help_desk.models import HelpTicket
from requests_app.models import Supporter
from requests_app.queries import known_words
from tests.coalitions.factories import CoalitionFactory
from tests.conftest import person
from tests.requests_app.factories import OfferFactory, RelayFactory, RequestFactory
from tests.test_access import ROLES, SEES, WORD, cast, client_of, hidden_again, play

pytestmark = pytest.mark.django_db


def found(client, typed):
    """What the page lists: kind -> titles."""
    kinds = client.get("/search/", {"q": typed}).context["kinds"]
    return {str(one.kind): [hit.title for hit in one.hits] for one in kinds}


@pytest.fixture
def one_of_each():
    """An invented word in something of every kind that is not in the register already."""
    RequestFactory(reference="TCD-1", title="Relevé at Zubrówka", state_id="TCD", public=True)
    OfferFactory(title="Zubrowka training")
    CoalitionFactory(name="Friends of Zubrowka", lead_id="TCD")
    Document.objects.create(symbol="CCM/ZUBROWKA/1", title="Étude", kind="report", source="made up")


def test_R026_search_lists_each_kind_with_a_few_hits(client, one_of_each):
    assert found(client, "zubrowka") == {
        "Requests": ["TCD-1 Relevé at Zubrówka"],
        "Offers of assistance": ["Zubrowka training"],
        "Country Coalitions": ["Friends of Zubrowka"],
        "Documents": ["CCM/ZUBROWKA/1"],
    }
    norway = found(client, "norway")
    assert norway["States"] == norway["Supporters"] == ["Norway"]
    assert any("extension request" in title for title in found(client, "lao extension")["Decisions"])


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("Swaziland", "Eswatini"),  # a former name
        ("Tchad", "Chad"),  # another language
        ("cote d'ivoire", "Côte d'Ivoire"),  # without accents, in small letters
        ("CÔTE", "Côte d'Ivoire"),
        ("Mauretania", "Mauritania"),  # a slip
        ("Mauritnaia", "Mauritania"),  # two letters swapped
        ("mauritan", "Mauritania"),  # the beginning of a word
        ("ພັນ", None),  # a script in which nothing is written here
    ],
)
def test_search_forgives_accents_former_names_and_spelling_everywhere(client, typed, state):
    """The page and every list that is filtered by words take the same words in the same way."""
    iso3 = State.objects.get(name=state or "Chad").pk
    CoalitionFactory(name="Coalition", lead_id=iso3)
    RequestFactory(state_id=iso3, public=True, reference="TST-1")
    for address, expected in (("/states/", state), ("/coalitions/", state and "Coalition"), ("/requests/", "TST-1")):
        page = client.get(address, {"q": typed}).content.decode()
        shown = re.sub("&#x27;", "'", page.split("</form>")[-1])
        assert (f"{expected}<" in shown) is bool(state), address
    assert found(client, typed).get("States", []) == ([state] if state else [])


def test_search_takes_no_state_for_a_slip_of_another(client):
    """Iran has no clock; who looks for it is not shown Iraq."""
    assert client.get("/deadlines/", {"q": "iran", "status": "all", "format": "json"}).json() == []
    assert "Iraq" not in found(client, "iran").get("States", [])
    assert client.get("/deadlines/", {"q": "irak", "status": "all", "format": "json"}).json()


def test_search_leads_to_the_list_with_the_same_words(client):
    for _again in range(7):
        OfferFactory(title="Zubrowka training")
    page = client.get("/search/", {"q": "zubrovka"})
    (offers,) = page.context["kinds"]
    assert len(offers.hits) == 5
    assert offers.more == "/offers/?q=zubrovka"
    assert f'href="{offers.more}"' in page.content.decode()
    assert client.get(offers.more).context["page"].paginator.count == 7


@pytest.mark.parametrize("role", ROLES)
def test_R026_search_page_holds_nothing_that_its_visitor_may_not_know(role):
    """Requests of each level, an offer and a coalition that are not public: seen by those of the table alone."""
    client = play(role)
    for level, seers in SEES.items():
        with hidden_again(level):
            page = client.get("/search/", {"q": WORD}).content.decode()
            assert (f"Survey in {WORD}" in page) is (role in seers and level != "draft"), level
    OfferFactory(title=f"{WORD} offer", code="NPA", restricted=True)
    CoalitionFactory(name=f"{WORD} friends", lead_id="MRT", proposed=True)
    shown = found(client, WORD)
    assert ("Offers of assistance" in shown) is (role in {"partner", "coordinator", "isu"})
    assert ("Country Coalitions" in shown) is (role in {"owner", "coordinator", "isu"})


def test_R026_search_finds_by_what_is_read_only(as_user, lao, usa):
    """A locked challenge finds its request for the State that wrote it, and for nobody else."""
    RequestFactory(state_id="LAO", public=True, title="Survey", challenge="Zubrowka", locks=["challenge"])
    assert found(as_user(lao), "zubrowka")
    assert not found(as_user(usa), "zubrowka")
    assert not found(as_user(None), "zubrowka")


def test_R026_search_finds_the_library_work_plans_and_case_studies(client):
    """Each in its own words; its list takes the same words, and leaves out what does not fit."""
    Practice.objects.create(code="T1", title="Quality at Zubrówka", year=2020, lesson="-")
    ActionPlan.objects.create(
        code="ZAP", name="Action plan", starts=date(2030, 1, 1), ends=date(2031, 1, 1), aim="Zubrowka"
    )
    Paper.objects.create(code="zubrowka", title="A paper", text="On the way to Zubrowka")
    CaseStudy.objects.create(code="z", name="A partnership", actors="Norway", text="Zubrowka", source="made up")
    plan = WorkPlan.objects.get(slug="cooperation-2023-2024")
    Activity.objects.create(plan=plan, code="z", title="Visit Zubrowka", order=99)
    for typed in ("zubrowka", "Zubrówka", "zubrovka", "zubrow"):
        known_library.forget()
        assert found(client, typed) == {
            "Library": ["Quality at Zubrówka", "Action plan", "A paper"],
            "Work plans": [plan.name, "z) Visit Zubrowka"],
            "Case studies": ["A partnership"],
        }
    for hit in (hit for kind in client.get("/search/?q=zubrowka").context["kinds"] for hit in kind.hits):
        page = client.get(hit.address)
        assert page.status_code == 200
        assert hit.title.removeprefix("z) ") in page.content.decode()
    lists = {"/library/": "Action plan<", "/work-plans/": plan.name, "/case-studies/": "A partnership"}
    for address, title in lists.items():
        assert title in client.get(address, {"q": "zubrowka"}).content.decode(), address
        assert title not in client.get(address, {"q": "warszawa"}).content.decode(), address
        assert "Nothing fits these words" in client.get(address, {"q": "warszawa"}).content.decode(), address


def said_about_help(iso3, text, subject="A form"):
    """A ticket of a State."""
    asker = person(f"{iso3}-{HelpTicket.objects.count()}@help.org", "focal_point", state=iso3)
    ticket = HelpTicket(state_id=iso3, kind="other", subject=subject)
    return open_ticket(ticket, text=text, by=asker, now=timezone.now())


@pytest.mark.parametrize("role", ROLES)
def test_R081_search_finds_a_ticket_for_its_state_and_the_isu_only(role):
    """By its subject and by what was said since; the list takes the same words."""
    user = cast(role)
    ticket = said_about_help("MRT", "Our store burnt down", subject="Forme à Zubrówka")
    other = said_about_help("MRT", "Nothing of the kind", subject="Another")
    reply(ticket, text="Try Warszawa", by=ticket.opened_by, now=timezone.now())
    client = client_of(user)
    for typed in ("zubrowka", "zubrovka warszawa", "burnt store"):
        kinds = found(client, typed)
        expected = [f"{ticket.pk}: Forme à Zubrówka"] if role in {"owner", "isu"} else []
        assert kinds.pop("Help desk", []) == expected
        assert not [hit for hits in kinds.values() for hit in hits if "Zubr" in hit]
        if expected:
            listed = client.get("/help/", {"q": typed}).content.decode()
            assert f"/help/{ticket.pk}/" in listed
            assert f"/help/{other.pk}/" not in listed
            assert "1 result<" in listed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kept", [False, True])
def test_R045_search_finds_a_discussion_for_those_who_take_part_only(role, kept):
    """A public request: all know of it, few of what is said. One that the State keeps to the ISU is not discussed with
    the Coordinators either."""
    client, owner = client_of(cast(role)), person("other@mrt.org", "focal_point", state="MRT")
    values = {"channel": "isu", "inform_coordinators": False} if kept else {}
    asked = RequestFactory(reference="TALK-1", state_id="MRT", public=True, **values)
    write_post(asked, text="Meet at Zubrówka", by=owner, now=timezone.now())
    takes_part = {"owner", "isu"} | (set() if kept else {"coordinator"})
    for typed in ("zubrowka", "zubrovka meet"):
        titles = found(client, typed).get("Discussions of requests", [])
        assert titles == (["Discussion of TALK-1"] if role in takes_part else []), typed
    assert client.get("/requests/TALK-1/discussion/").status_code == (
        200 if role in takes_part else 302 if role == "anonymous" else 404
    )


def test_R045_search_finds_for_a_supporter_what_was_said_while_it_took_part(as_user, norway, chad, coordinator):
    asked = RelayFactory(code="NOR", request__visibility="match_parties").request
    now = timezone.now() - timedelta(hours=6)
    write_post(asked, text="Before Zubrowka", by=chad, now=now)
    assert not found(as_user(norway), "zubrowka")
    party = invite(asked, Supporter.objects.get(code="NOR"), by=coordinator, now=now + timedelta(hours=1))
    write_post(asked, text="During Warszawa", by=chad, now=now + timedelta(hours=2))
    remove(party, by=chad, now=now + timedelta(hours=3))
    write_post(asked, text="After Kraków", by=chad, now=now + timedelta(hours=4))
    client = as_user(norway)
    assert found(client, "warszawa") == {"Discussions of requests": [f"Discussion of {asked.reference}"]}
    assert not found(client, "zubrowka")
    assert not found(client, "krakow")
    assert not found(client, "warszawa krakow")


def test_search_says_how_many_discussions_it_does_not_show(as_user, chad):
    for _again in range(MOST + 2):
        write_post(RequestFactory(state_id="TCD"), text="Zubrowka", by=chad, now=timezone.now())
    page = as_user(chad).get("/search/?q=zubrowka")
    (talks,) = page.context["kinds"]
    assert (len(talks.hits), talks.left, talks.more) == (MOST, 2, "")
    assert "2 more fit" in page.content.decode()


@pytest.mark.parametrize(
    "typed", ["", "   ", "***", "\0", '"', "' OR 1=1 --", "%", "-", "<script>alert(1)</script>", "a" * 200]
)
def test_search_takes_anything(client, typed):
    page = client.get("/search/", {"q": typed})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "Traceback" not in page.content.decode()


def test_search_says_that_it_is_too_long_and_keeps_it(client):
    page = client.get("/search/", {"q": "survey " * 40}).content.decode()
    assert "At most 200 letters" in page
    assert "survey survey" in page
    assert 'aria-describedby="words-error"' in page


@pytest.mark.parametrize("role", ["anonymous", "party", "partner", "coordinator", "isu"])
def test_search_asks_twelve_times_at_most_however_much_there_is(role, one_of_each, chad):
    client, one = client_of(cast(role)), RelayFactory(code="NPA", request__visibility="match_parties").request
    counts = []
    for _again in range(2):
        known_words(), known_names(), known_library()
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get("/search/", {"q": "zubrowka"}).context["kinds"]) == 4
        counts.append(len(captured))
        for _row in range(4):
            RequestFactory(title="Zubrowka", public=True)
            OfferFactory(title="Zubrowka")
            CoalitionFactory(name="Zubrowka")
            said_about_help("MRT", "Something else")
            write_post(one, text="Something else", by=chad, now=timezone.now())
    assert counts[0] == counts[1] <= 12


def test_search_box_stands_on_every_page_but_its_own(client):
    assert 'class="find"' in client.get("/").content.decode()
    assert 'class="find"' not in client.get("/search/").content.decode()


def test_pick_forgives_only_what_no_word_begins_with():
    rows = ["survey in the north", "survive", "sure"]
    assert pick(rows, "surv", str) == ["survey in the north", "survive"]
    assert pick(rows, "survei", str) == ["survey in the north"]
    assert pick(rows, "north survey", str) == ["survey in the north"]
    assert pick(rows, "south", str) == []
    assert pick(rows, " ", str) == rows
