"""Resources and evidence of one need."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.needs import Resources, evidence_level
from requests_app.enums import EvidenceLevel

law = settings(max_examples=100)
amounts = st.decimals(0, 10**10, places=2)


def test_R011_total_ten_national_three_external_four_leaves_three():
    need = Resources(Decimal(10), Decimal(3), Decimal(4))
    assert need.gap == 3
    assert not need.is_sufficient


def test_R011_national_six_is_sufficient():
    need = Resources(Decimal(10), Decimal(6), Decimal(4))
    assert need.gap == 0
    assert need.is_sufficient


def test_R011_nothing_secured_leaves_all():
    assert Resources(Decimal(10)).gap == 10


@law
@given(amounts, amounts, amounts)
def test_R011_gap_is_never_below_zero_nor_above_the_total(total, national, external):
    need = Resources(total, national, external)
    assert 0 <= need.gap <= total
    assert need.is_sufficient == (national + external >= total)


def test_R003_no_evidence_is_asserted():
    assert evidence_level([]) == EvidenceLevel.ASSERTED


@law
@given(st.lists(st.booleans(), min_size=1))
def test_R003_fully_evidenced_only_if_every_item_is_complete(items):
    expected = EvidenceLevel.FULLY if all(items) else EvidenceLevel.PARTLY
    assert evidence_level(items) == expected
