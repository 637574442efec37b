"""Of all the buttons of a page one stands out: what its reader would do next."""

import re

import pytest

from requests_app.enums import Status
from tests.requests_app.factories import AnswerFactory, RelayFactory, RequestFactory

pytestmark = pytest.mark.django_db


def main_of(client, address):
    return client.get(address).content.decode().split("<main")[1]


def standing_out(client, address="/requests/LAO-1/"):
    """The words of the buttons that are not quiet."""
    buttons = re.findall(r'<(?:button|a class="button)([^>]*)>([^<]+)</', main_of(client, address))
    return [words for marks, words in buttons if "quiet" not in marks]


def lao_1(**values):
    return RequestFactory(reference="LAO-1", state_id="LAO", public=True, **values)


def test_coordinators_relay_first_and_record_shares_once_somebody_answered(as_user, coordinator):
    client, asked = as_user(coordinator), lao_1()
    assert standing_out(client) == ["Who could help"]
    relay = RelayFactory(request=asked, code="NOR")
    assert standing_out(client) == ["Who could help"]
    AnswerFactory(relay=relay)
    assert standing_out(client) == ["Record a share"]
    for quiet in ("Who could help", "Form a Country Coalition"):
        assert quiet in main_of(client, "/requests/LAO-1/")


def test_supporters_answer_first_then_take_on_a_share(as_user, norway, usa):
    asked = lao_1(status=Status.RELAYED)
    assert standing_out(as_user(norway)) == ["We are interested"]
    relay = RelayFactory(request=asked, code="NOR")
    assert standing_out(as_user(norway)) == ["Send the answer"]
    AnswerFactory(relay=relay)
    assert standing_out(as_user(norway)) == ["Take on a share"]
    assert standing_out(as_user(usa)) == ["We are interested"]  # it was not asked


def test_the_state_edits_confirms_or_waits(as_user, lao, coordinator):
    client = as_user(lao)
    RequestFactory(reference="LAO-D", state_id="LAO", draft=True)
    assert standing_out(client, "/requests/LAO-D/") == ["Continue the draft"]
    asked = lao_1(status=Status.CLARIFICATION)
    assert standing_out(client) == ["Edit and clarify"]
    asked.confirmed_on = None
    asked.save()
    assert standing_out(client) == ["We confirm this need"]


def test_nothing_stands_out_for_whom_nothing_is_to_do(as_user, observer):
    lao_1()
    assert standing_out(as_user(observer)) == standing_out(as_user(None)) == []


def test_coverage_does_not_say_the_same_twice(client):
    lao_1(costed=True)
    page = main_of(client, "/requests/LAO-1/")
    assert "100 % is still open" in page
    assert "0 % is covered" not in page


def test_in_short_comes_before_the_long_texts(client):
    lao_1()
    page = main_of(client, "/requests/LAO-1/")
    assert page.index(">In short<") < page.index(">Challenge<") < page.index(">History<")


def test_the_board_of_a_supporter_without_a_deadline_puts_helping_first(as_user, norway, lao):
    assert standing_out(as_user(norway), "/dashboard/") == ["Requests that fit us"]
    assert "Request assistance" in main_of(as_user(norway), "/dashboard/")
    assert standing_out(as_user(lao), "/dashboard/") == ["Request assistance"]


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/supporters/", "/offers/"),
        ("/extension-requests/", "/deadlines/"),
        ("/decisions/", "/library/"),
        ("/transparency-reports/", "/reports/"),
        ("/requests/", "/requests/"),
    ],
)
def test_the_menu_shows_where_one_is(client, address, entry):
    menu = client.get(address).content.decode().split('<nav class="menu"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == [entry]
