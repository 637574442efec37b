"""Acceptance checks of rows whose facts anybody may read: on the page, and by several roles the same."""

import re
from html import unescape

import pytest

from requests_app.models import AssistanceRequest
from tests.requests_app.factories import RequestFactory
from tests.requests_app.test_authors import invite
from tests.requests_app.test_writing import edit, post
from tests.test_access import play

pytestmark = pytest.mark.django_db

#: Row of the requirements -> page, what it says, and what it must not say.
FACTS = {
    "R046 no stockpile declared": ("/deadlines/?q=colombia&status=all", "No obligation declared", "Overdue"),
    "R046 a deadline with its extension": ("/states/lao/deadlines/4-1a/", "1 August 2020 + 60 months", ""),
    "R047 the first deadlines of Article 4": ("/deadlines/?year=2020&as_of=2018-01-15", "1 August 2020", "Article 3"),
    "R055 a State with an open clock": ("/time-bound-obligations/", "Lao People's Democratic Republic", "Norway<"),
    "R056 the last day of a deadline": ("/deadlines/?q=lao&as_of=2018-12-02", "On track", "Overdue"),
    "R056 a granted extension": ("/deadlines/?q=lao&as_of=2020-08-02", "Extended", "Overdue"),
    "R059 the plan on 1 June 2018": ("/action-plans/?as_of=2018-06-01", "Dubrovnik", ""),
    "R060 the plan with its indicators": ("/action-plans/lap/", "indicators</summary>", ""),
    "R080 a report five days late": (
        "/transparency-reports/?covered_year=2013&as_of=2014-06-01&q=croatia", "Received late", "Overdue</span>",
    ),
    "R082 figures by Article": ("/transparency-reports/summary/4/", "the form and the page", ""),
    "R083 a language that is missing": ("/transparency-reports/template/?language=ru&version=2010", "Russian", ""),
    "R091 membership on 1 June 2017": ("/states/membership/?as_of=2017-06-01", "101", ""),
    "R092 the target at its date": ("/states/membership/", "130", ""),
    "R098 a document by its symbol": ("/documents/ccm/msp/2019/12/", "Not held", ""),
    "R103 from a decision to its activities": ("/decisions/9msp-methodology/", "9MSP", ""),
    "R118 the newest version first": ("/documents/", "CCM/MSP/2019/12", ""),
    "R119 office and State": ("/offices/", "President", ""),
    "R123 the filing that counts": ("/transparency-reports/", "United Nations", ""),
    "R125 a corrected slip": ("/library/papers/004_a4193fc03d52ba90/", "18.4 %", ""),
}  # fmt: skip


def main_of(client, address):
    page = client.get(address)
    assert page.status_code == 200, address
    return unescape(page.content.decode().split("<main")[1].split("</main>")[0])


@pytest.mark.parametrize("row", FACTS)
def test_public_facts_read_the_same_for_every_role(row):
    address, said, not_said = FACTS[row]
    for role in ("anonymous", "non_party", "owner", "isu"):
        text = main_of(play(role), address)
        assert said in text, role
        assert not not_said or not_said not in text.split("<table")[-1], role


@pytest.mark.parametrize("role", ["anonymous", "non_party", "observer"])
def test_R119_no_contact_is_shown_to_the_public_and_the_form_is(role):
    text = main_of(play(role), "/offices/president/")
    assert "/offices/president/write/" in text
    assert (role == "anonymous") <= (re.search(r"mailto:", text) is None)


@pytest.mark.parametrize("role", ["chad", "health"])
def test_R001_kinds_without_amount_are_saved_and_money_without_currency_is_refused(
    request, as_user, chad, health, role
):
    """By the focal point and by the author whom the State has invited."""
    draft = RequestFactory(reference="DRAFT-R1", draft=True)
    invite(draft, health, chad)
    client = as_user(request.getfixturevalue(role))
    assert post(client, edit(draft, "kinds"), kinds=["technical", "material"]).status_code == 302
    stored = AssistanceRequest.objects.get(pk=draft.pk)
    assert (stored.is_technical, stored.is_material, stored.is_financial, stored.total_cost) == (
        True,
        True,
        False,
        None,
    )
    response = post(client, edit(draft, "costs"), total_cost="10", currency="")
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"currency"}
    assert AssistanceRequest.objects.get(pk=draft.pk).total_cost is None


def test_R001_another_state_does_not_write_in_it(as_user, lao):
    draft = RequestFactory(reference="DRAFT-R1", draft=True)
    assert as_user(lao).post(edit(draft, "kinds"), {"kinds": ["financial"]}).status_code == 404
