"""Issue 4, point 8: one search over everything that its visitor may know of, on both databases."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ccm_portal.register.models import Document, State
from ccm_portal.register.picking import known_names, pick
from requests_app.queries import known_words
from tests.coalitions.factories import CoalitionFactory
from tests.requests_app.factories import OfferFactory, RequestFactory
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


@pytest.mark.parametrize("role", ["anonymous", "party", "partner", "isu"])
def test_search_asks_twelve_times_at_most_however_much_there_is(role, one_of_each):
    client = client_of(cast(role))
    counts = []
    for _again in range(2):
        known_words(), known_names()
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get("/search/", {"q": "zubrowka"}).context["kinds"]) == 4
        counts.append(len(captured))
        for _row in range(4):
            RequestFactory(title="Zubrowka", public=True)
            OfferFactory(title="Zubrowka")
            CoalitionFactory(name="Zubrowka")
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
