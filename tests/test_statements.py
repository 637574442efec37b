"""Statements made once give what their querysets give, whatever is put in, in every thread."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.db.models import CharField, DateField, Exists, OuterRef, Q

from ccm_portal.register.models import OfficeTerm, State
from ccm_portal.statements import Keys, Slot, Statement, made_once
from requests_app.models import AssistanceRequest, read_rows
from tests.requests_app.factories import EvidenceFactory, RequestFactory

pytestmark = pytest.mark.django_db


def joined_by(day):
    return State.objects.filter(Q(deposited__lte=day), region="weog").order_by("pk")


def test_a_statement_gives_what_the_queryset_gives_for_each_value():
    statement = Statement(joined_by(Slot("day", DateField())))
    sizes = []
    for day in (date(2009, 1, 1), date(2012, 6, 30), date(2026, 11, 21)):
        found = statement.ask(day=day)
        assert found == list(joined_by(day))
        assert [state.deposited for state in found] == [state.deposited for state in joined_by(day)]
        sizes.append(len(found))
    assert sizes == sorted(set(sizes)), "each day has other States"


def test_related_rows_annotations_and_prefetched_rows_come_along(django_assert_num_queries):
    @made_once
    def terms(on):
        held = OfficeTerm.objects.filter(office=OuterRef("office"), starts__gt=OuterRef("starts"))
        rows = OfficeTerm.objects.in_office(on).filter(state=Slot("state", CharField()))
        return rows.select_related("office").prefetch_related("office__terms").annotate(is_past=Exists(held))

    on = date(2018, 6, 27)
    with django_assert_num_queries(2):
        found = terms(on).ask(state="NLD")
        seen = [(term.office.code, term.is_past, len(term.office.terms.all())) for term in found]
    plain = OfficeTerm.objects.in_office(on).filter(state="NLD")
    assert [code for code, _past, _all in seen] == [term.office.code for term in plain]
    assert seen
    assert any(is_past for _code, is_past, _all in seen)
    assert terms(on) is terms(on), "made once"
    assert terms(date(2019, 1, 1)) is not terms(on)


def test_values_are_converted_and_nothing_is_left_of_the_last_asking():
    statement = Statement(State.objects.filter(pk=Slot("pk", CharField())).values_list("pk", "deposited"))
    assert statement.ask(pk="LAO") == [("LAO", date(2009, 3, 18))]
    assert statement.ask(pk="XXX") == []
    assert statement.ask(pk="'; DROP TABLE register_state; --") == []
    assert statement.ask(pk="LAO") == [("LAO", date(2009, 3, 18))]
    with pytest.raises(KeyError):
        statement.ask(other="LAO")


def test_what_no_row_can_answer_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Statement(State.objects.filter(pk__in=[])).ask() == []


def test_threads_share_a_statement_and_not_a_connection():
    statement = Statement(State.objects.filter(pk=Slot("pk", CharField())).values_list("pk", flat=True))

    def ask(number):
        try:
            return statement.ask(pk="LAO" if number % 2 else "XXX")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(12))) == [[], ["LAO"]] * 6


def test_a_list_is_put_in_at_each_asking():
    @made_once
    def states():
        return State.objects.filter(pk__among=Slot("keys", Keys())).order_by("pk").values_list("pk", flat=True)

    assert states().ask(keys=["TCD", "LAO", "XXX"]) == ["LAO", "TCD"]
    assert states().ask(keys=[]) == []
    assert states().ask(keys=["'); DROP TABLE register_state; --", 'a"b']) == []

    @made_once
    def terms():
        return OfficeTerm.objects.filter(office__pk__among=Slot("offices", Keys())).order_by("pk")

    offices = list(OfficeTerm.objects.order_by("pk").values_list("office", flat=True)[:2])
    assert terms().ask(offices=offices) == list(OfficeTerm.objects.filter(office__in=offices).order_by("pk"))
    assert terms().ask(offices=[]) == []
    assert terms().ask(offices=[2**40]) == []


def test_what_belongs_to_a_request_is_what_prefetching_gives_and_knows_it(django_assert_num_queries):
    item = EvidenceFactory(request=RequestFactory(areas=["risk_education", "clearance"]))
    asked = AssistanceRequest.objects.get(pk=item.request_id)
    with django_assert_num_queries(2):
        read_rows(asked, "areas", "evidence")
    prefetched = AssistanceRequest.objects.prefetch_related("areas", "evidence").get(pk=asked.pk)
    with django_assert_num_queries(0):
        assert [*asked.areas.all()] == [*prefetched.areas.all()]
        assert [*asked.evidence.all()] == [item]
        assert asked.evidence.all()[0].request is asked
