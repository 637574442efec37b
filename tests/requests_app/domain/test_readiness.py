"""What is missing before donors should see a need."""

from dataclasses import replace
from decimal import Decimal

import pytest

from requests_app.domain.needs import Need, missing_for_donors
from requests_app.enums import Missing
from tests.requests_app.factories import EvidenceFactory, RequestFactory
from tests.test_access import client_of

READY = Need(
    has_areas=True, has_kinds=True, is_financial=True, challenge="Rain", requirement="Two teams", plan="2026–2030",
    institution="Mine action centre", has_evidence=True, total_cost=Decimal(10), national_share=Decimal(0),
    has_period=True,
)  # fmt: skip


def test_R004_ready_need_misses_nothing():
    assert missing_for_donors(READY) == ()
    assert missing_for_donors(replace(READY, plan="in preparation")) == ()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"plan": " "}, Missing.PLAN),
        ({"institution": ""}, Missing.INSTITUTION),
        ({"has_evidence": False}, Missing.EVIDENCE),
        ({"total_cost": None}, Missing.COST),
        ({"national_share": None}, Missing.COST),
        ({"has_period": False}, Missing.PERIOD),
        ({"has_areas": False}, Missing.AREAS),
        ({"has_kinds": False}, Missing.KINDS),
        ({"challenge": ""}, Missing.CHALLENGE),
        ({"requirement": "\n"}, Missing.REQUIREMENT),
    ],
)
def test_R004_need_is_not_ready_without_each(change, missing):
    assert missing_for_donors(replace(READY, **change)) == (missing,)


def test_R004_help_without_money_needs_no_cost():
    assert missing_for_donors(replace(READY, is_financial=False, total_cost=None, national_share=None)) == ()


@pytest.mark.django_db
def test_R004_state_works_through_the_list_on_its_request(chad, norway):
    asked = RequestFactory(public=True, areas=["clearance"], desired_end="2027-12-31")
    EvidenceFactory(request=asked)
    page = client_of(chad).get(asked.get_absolute_url()).content.decode()
    assert str(Missing.PLAN.label) in page
    assert str(Missing.INSTITUTION.label) in page
    assert str(Missing.PERIOD.label) not in page
    assert str(Missing.PLAN.label) not in client_of(norway).get(asked.get_absolute_url()).content.decode()
    asked.national_plan, asked.institution = "in preparation", "Mine action centre"
    asked.save()
    page = client_of(chad).get(asked.get_absolute_url()).content.decode()
    assert "nothing that donors look for is missing" in page
