"""Clocks of requests: what waits on whom, alarms, silence procedures, yearly and closing questions, the trust panel."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ccm_portal.accounts.enums import MailKind, MailTiming
from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.actions import Refused, answer_relay, relay_request, take_step
from requests_app.domain.lifecycle import CLOSED
from requests_app.enums import Action, AnswerKind, Status, Visibility
from requests_app.models import AssistanceRequest, Relay, RequestEvent, Supporter
from requests_app.waiting import actions
from requests_app.waiting.actions import run_clocks, start_silence, stop_silence, valid_token
from requests_app.waiting.domain.waiting import alarms
from requests_app.waiting.enums import AlarmReason, Limit, Party, Purpose, SilenceResult
from requests_app.waiting.models import (
    Alarm,
    Holiday,
    NeedMet,
    Opening,
    Silence,
    TimeLimit,
    ValidityCheck,
    known_limits,
)
from requests_app.waiting.queries import calling_for, waits_of, with_facts
from requests_app.waiting.words import awaited_of
from tests.conftest import person
from tests.requests_app.factories import AnswerFactory, EventFactory, RelayFactory, RequestFactory, ShareFactory
from tests.test_access import client_of
from tests.timing import seconds

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)  # a Friday


def ago(days, on=None):
    return (on or timezone.localdate()) - timedelta(days=days)


def mails(**conditions):
    return list(OutboxMail.objects.filter(**conditions).order_by("pk"))


def page(user, address):
    return client_of(user).get(address).content.decode()


def waits(asked):
    return {
        (item.party, item.what): item
        for item in waits_of(with_facts(AssistanceRequest.objects.filter(pk=asked.pk)).get())
    }


# --- what waits on whom ---------------------------------------------------------------------------------------------


def test_N15_waits_follow_the_life_of_a_request(chad, coordinator, norway, today):
    asked = RequestFactory(match_parties=True, submitted_on=ago(50, today))
    EventFactory(request=asked, on=ago(50, today))
    assert waits(asked)[Party.HANDLERS, Limit.FIRST_STEP].since == ago(50, today)
    supporters = Supporter.objects.filter(code__in=["NOR", "CHE"])
    relays = relay_request(asked, supporters, by=coordinator, today=ago(40, today))
    assert waits(asked).keys() == {(Party.SUPPORTERS, Limit.ANSWER)}
    relay = next(relay for relay in relays if relay.supporter.code == "NOR")
    answer_relay(relay, kind=AnswerKind.INTERESTED, text="", by=norway, today=ago(5, today))
    found = waits(asked)
    assert found[Party.OWNER, Limit.AGREE].since == ago(5, today)
    assert found[Party.SUPPORTERS, Limit.ANSWER].since == ago(40, today), "Switzerland is still silent"
    take_step(asked, Action.WITHDRAW, by=chad, today=today)
    assert waits(asked) == {}


def test_N15_since_counts_from_the_change_and_not_from_a_later_relay(coordinator, norway, today):
    asked = RequestFactory(match_parties=True, submitted_on=ago(50, today))
    relay = relay_request(asked, Supporter.objects.filter(code="NOR"), by=coordinator, today=ago(40, today))[0]
    answer_relay(relay, kind=AnswerKind.OFFER, text="", by=norway, today=ago(30, today))
    relay_request(asked, Supporter.objects.filter(code="CHE"), by=coordinator, today=ago(2, today))
    assert waits(asked)[Party.OWNER, Limit.AGREE].since == ago(30, today)


def test_N15_the_owner_and_the_handlers_see_what_waits_and_others_do_not(chad, coordinator, norway, usa):
    asked = RequestFactory(public=True, status=Status.RELAYED)
    RelayFactory(request=asked, code="NOR", sent_on=ago(40))
    for user in (chad, coordinator):
        text = page(user, asked.get_absolute_url())
        assert "What waits on whom" in text
        assert "Norway" in text
    for user in (norway, usa):
        assert "What waits on whom" not in page(user, asked.get_absolute_url())


def test_N15_board_shows_what_waits_on_us(chad):
    RequestFactory(reference="TCD-1", status=Status.CLARIFICATION, submitted_on=ago(60))
    RequestFactory(reference="LBN-1", state_id="LBN", status=Status.CLARIFICATION, submitted_on=ago(60))
    text = page(chad, "/dashboard/")
    assert "Waiting on us" in text
    assert "Send the clarification" in text
    assert "LBN-1" not in text


def test_list_of_what_waits_follows_visibility_and_filters(coordinator, isu):
    late = RequestFactory(submitted_on=ago(30))
    RequestFactory(status=Status.CLARIFICATION)
    kept = RequestFactory(to_isu_alone=True)
    old = RequestFactory(submitted_on=ago(800))

    def listed(user, **query):
        rows = client_of(user).get("/requests/waiting/", query).context["page"].object_list
        return {line.request.reference for line in rows}

    assert kept.reference in listed(isu)
    assert kept.reference not in listed(coordinator)
    assert old.reference not in listed(isu)
    assert old.reference in listed(isu, show="all")
    overdue = listed(coordinator, show="overdue")
    assert late.reference in overdue
    assert len(overdue) < len(listed(coordinator))
    assert late.reference not in listed(coordinator, party="owner")


def test_isu_sets_other_days_with_a_reason_and_the_change_is_kept(isu, coordinator):
    client = client_of(isu)
    assert client.post("/requests/waiting/limits/", {"step": "first_step", "days": 3, "reason": ""}).status_code == 422
    assert known_limits()[Limit.FIRST_STEP] == 14
    client.post("/requests/waiting/limits/", {"step": "first_step", "days": 3, "reason": "Meeting season"})
    client.post("/requests/waiting/limits/", {"step": "first_step", "days": 7, "reason": "Over"})
    assert known_limits()[Limit.FIRST_STEP] == 7
    assert [row.days for row in TimeLimit.history.order_by("history_date")] == [3, 7]
    assert AuditEvent.objects.filter(action="time limit set", actor=isu).count() == 2
    assert "Over" in page(coordinator, "/requests/waiting/limits/")


# --- alarms ---------------------------------------------------------------------------------------------------------


def test_N7_alarm_is_told_once_and_stands_until_somebody_answers(coordinator, isu, norway, today):
    asked = RequestFactory(match_parties=True, status=Status.RELAYED, submitted_on=ago(50, today))
    relay = RelayFactory(request=asked, code="NOR", sent_on=ago(45, today))
    assert run_clocks(ago(1, today)).alarms == 0
    assert run_clocks(today).alarms == 1
    told = {mail.to for mail in mails(kind=MailKind.HANDLING)}
    assert told == {coordinator.email, isu.email}
    assert run_clocks(today + timedelta(days=1)).alarms == 0
    assert len(mails(kind=MailKind.HANDLING)) == 2
    assert "Nobody has answered" in page(coordinator, "/dashboard/")
    answer_relay(relay, kind=AnswerKind.UNABLE, text="", by=norway, today=today)
    run_clocks(today + timedelta(days=1))
    assert Alarm.objects.get().cleared_on == today + timedelta(days=1)


def test_N7_unmatched_request_rings_the_alarm(isu, today):
    RequestFactory(submitted_on=ago(90, today))
    RequestFactory(submitted_on=ago(89, today))
    RequestFactory(submitted_on=ago(90, today), status=Status.AGREED)
    RequestFactory(submitted_on=ago(800, today))
    run_clocks(today)
    assert [alarm.reason for alarm in Alarm.objects.all()] == [AlarmReason.NO_MATCH]


def test_N7_coordinators_hear_and_see_nothing_of_a_request_kept_to_the_isu(coordinator, isu, today):
    asked = RequestFactory(to_isu_alone=True, submitted_on=ago(90, today))
    run_clocks(today)
    assert {mail.to for mail in mails(kind=MailKind.HANDLING)} == {isu.email}
    assert client_of(coordinator).get("/dashboard/").context["board"].watch.unmatched == 0
    assert client_of(isu).get("/dashboard/").context["board"].watch.unmatched == 1
    assert asked.reference not in page(coordinator, "/requests/waiting/")


def test_N7_alarms_in_sql_are_those_of_the_rule(today):
    for status in Status:
        for days in (30, 45, 90):
            draft = {"draft": True} if status == Status.DRAFT else {"submitted_on": ago(days, today)}
            outcome = {"outcome": "x"} if status == Status.MET else {}
            for relayed, is_answered in ((None, False), (days, False), (days, True), (10, False)):
                asked = RequestFactory(**{"status": status, **draft, **outcome})
                if relayed:
                    answered_on = today if is_answered else None
                    RelayFactory(request=asked, sent_on=ago(relayed, today), answered_on=answered_on)
    limits = known_limits()
    rows = AssistanceRequest.objects.filter(reference__startswith="TST").exclude(status=Status.DRAFT)
    for reason in AlarmReason:
        by_sql = set(calling_for(reason, today).filter(reference__startswith="TST").values_list("pk", flat=True))
        by_rule = set()
        for row in rows:
            relays = list(Relay.objects.filter(request=row))
            first = min((relay.sent_on for relay in relays), default=None)
            is_answered = any(relay.answered_on for relay in relays)
            found = alarms(
                Status(row.status), row.submitted_on, first, is_answered=is_answered, on=today, limits=limits
            )
            if reason in found:
                by_rule.add(row.pk)
        assert by_sql == by_rule
        assert by_sql


# --- silence procedures -----------------------------------------------------------------------------------------------


def circulate(asked, coordinator, *codes, on=DAY):
    supporters = Supporter.objects.filter(code__in=codes or ["NOR"])
    return start_silence(asked, Purpose.CIRCULATE, by=coordinator, today=on, supporters=supporters)


def test_N5_circulated_only_after_five_working_days_of_silence(chad, coordinator, norway):
    asked = RequestFactory(match_parties=True, submitted_on=DAY)
    silence = circulate(asked, coordinator, "NOR", "NPA")
    assert silence.ends_on == date(2026, 11, 27)
    assert {mail.to for mail in mails()} == {chad.email}, "the State is asked"
    run_clocks(silence.ends_on)
    assert not Relay.objects.filter(request=asked).exists()
    run_clocks(silence.ends_on + timedelta(days=1))
    assert {relay.supporter.code for relay in Relay.objects.filter(request=asked)} == {"NOR", "NPA"}
    silence.refresh_from_db()
    assert (silence.result, silence.ended_on) == (SilenceResult.CARRIED_OUT, date(2026, 11, 28))
    run_clocks(silence.ends_on + timedelta(days=1))
    assert Relay.objects.filter(request=asked).count() == 2


def test_N5_nothing_is_circulated_once_the_state_has_stopped_it(chad, coordinator):
    asked = RequestFactory(match_parties=True, submitted_on=ago(1))
    silence = circulate(asked, coordinator, on=ago(0))
    client = client_of(chad)
    address = f"/requests/{asked.reference}/silence/"
    assert "Stop it" in client.get(address).content.decode()
    client.post(f"{address}{silence.pk}/stop/", {"reason": ""})
    silence.refresh_from_db()
    assert silence.is_running, "a stop says why"
    client.post(f"{address}{silence.pk}/stop/", {"reason": "Figures are being revised."})
    run_clocks(silence.ends_on + timedelta(days=3))
    silence.refresh_from_db()
    assert (silence.result, silence.stopped_by) == (SilenceResult.STOPPED, chad)
    assert not Relay.objects.filter(request=asked).exists()
    assert "Figures are being revised." in page(coordinator, address)
    with pytest.raises(Refused):
        stop_silence(silence, by=chad, today=DAY, reason="Again")


def test_N5_text_is_released_only_by_its_state_and_only_if_nobody_objects(chad, coordinator, isu, today):
    asked = RequestFactory(match_parties=True)
    address = f"/requests/{asked.reference}/silence/"
    assert client_of(coordinator).post(address, {"visibility": "public"}).status_code == 422, "it may only circulate"
    assert client_of(chad).post(address, {"visibility": "states_parties"}).status_code == 302
    silence = Silence.objects.get()
    assert {mail.to for mail in mails()} == {coordinator.email, isu.email}
    asked.refresh_from_db()
    assert asked.visibility == Visibility.MATCH_PARTIES
    run_clocks(silence.ends_on + timedelta(days=1))
    asked.refresh_from_db()
    assert asked.visibility == Visibility.STATES_PARTIES
    event = AuditEvent.objects.get(action="request visibility")
    assert (event.actor, event.details["after"]) == (chad, "states_parties")


def test_N5_release_stops_at_an_objection(chad, coordinator):
    asked = RequestFactory(match_parties=True)
    silence = start_silence(asked, Purpose.PUBLISH, by=chad, today=DAY, visibility=Visibility.PUBLIC)
    client_of(coordinator).post(f"/requests/{asked.reference}/silence/{silence.pk}/stop/", {"reason": "Not yet."})
    run_clocks(silence.ends_on + timedelta(days=1))
    asked.refresh_from_db()
    assert asked.visibility == Visibility.MATCH_PARTIES


def test_N5_what_became_impossible_is_recorded_and_not_done(chad, coordinator):
    asked = RequestFactory(match_parties=True)
    silence = circulate(asked, coordinator)
    AssistanceRequest.objects.filter(pk=asked.pk).update(visibility=Visibility.COORDINATORS_ISU)
    run_clocks(silence.ends_on + timedelta(days=1))
    silence.refresh_from_db()
    assert silence.result == SilenceResult.NOT_POSSIBLE
    assert "has not released" in silence.reason
    assert not Relay.objects.filter(request=asked).exists()


def test_N5_one_procedure_at_a_time_and_none_to_whom_the_text_is_not_released(coordinator):
    asked = RequestFactory(states_parties=True)
    client, address = client_of(coordinator), f"/requests/{asked.reference}/silence/"
    usa, nor = Supporter.objects.get(code="USA"), Supporter.objects.get(code="NOR")
    refused = client.post(address, {"supporters": [usa.pk], "note": "Please"})
    assert refused.status_code == 422
    assert "Please" in refused.content.decode()
    assert client.post(address, {"supporters": [nor.pk]}).status_code == 302
    assert client.post(address, {"supporters": [nor.pk]}).status_code == 403
    with pytest.raises(Refused):
        circulate(asked, coordinator)


def test_N5_only_a_verified_holiday_counts(coordinator):
    Holiday.objects.create(day=date(2026, 11, 24), name="Perhaps")
    assert actions.last_day_to_stop(DAY) == date(2026, 11, 27)
    Holiday.objects.update(is_verified=True, source="A circular")
    known_limits.forget()
    assert actions.last_day_to_stop(DAY) == date(2026, 11, 30)


# --- still valid? -----------------------------------------------------------------------------------------------------


def asked_check(chad, on=None):
    asked = RequestFactory(submitted_on=ago(366, on), title="Zubrowka")
    run_clocks(on or timezone.localdate())
    return asked, ValidityCheck.objects.get(request=asked)


def test_N7_once_a_year_each_focal_point_gets_a_link_of_its_own(chad, lao, today):
    other = person("second@test.org", "focal_point", state="TCD")
    asked, _check = asked_check(chad, today)
    RequestFactory(submitted_on=ago(364, today))
    RequestFactory(submitted_on=ago(400, today), status=Status.WITHDRAWN)
    run_clocks(today)
    run_clocks(today + timedelta(days=1))
    sent = [mail for mail in mails() if mail.path.startswith("/still-valid/")]
    mine = [mail for mail in sent if mail.thing == asked.get_absolute_url()]
    assert {mail.to for mail in mine} == {chad.email, other.email}
    assert len({mail.path for mail in mine}) == 2
    assert not any("Zubrowka" in mail.subject + mail.body for mail in sent)
    assert ValidityCheck.objects.filter(request=asked).count() == 1


def test_N7_one_click_records_it_and_a_look_does_not(chad):
    asked, check = asked_check(chad)
    link, client = f"/still-valid/{valid_token(check, chad)}/", Client()
    look = client.get(link).content.decode()
    assert asked.reference in look
    assert not {"Zubrowka", asked.state.name, asked.challenge, chad.email, chad.name} & {
        word for word in ("Zubrowka", asked.state.name, asked.challenge, chad.email, chad.name) if f"{word}" in look
    }
    assert not RequestEvent.objects.filter(action=Action.STILL_VALID).exists()
    for _again in range(2):
        assert client.post(link).status_code == 200
    event = RequestEvent.objects.get(action=Action.STILL_VALID)
    assert (event.request, event.actor) == (asked, chad)
    assert waits(asked).keys() == {(Party.HANDLERS, Limit.FIRST_STEP)}


def test_N7_link_expires_and_serves_nothing_else(chad, norway):
    asked, check = asked_check(chad)
    token = valid_token(check, chad)
    assert Client().get(f"/still-valid/{token[:-1]}/").status_code == 404
    assert Client().get(f"/mail/stop/{token}/").status_code == 404
    assert Client().get(f"/still-valid/{valid_token(check, norway)}/").status_code == 404, "not its focal point"
    ValidityCheck.objects.update(asked_on=ago(60), due_on=ago(1))
    assert Client().post(f"/still-valid/{token}/").status_code == 410
    assert not RequestEvent.objects.filter(request=asked, action=Action.STILL_VALID).exists()


def test_N7_who_lost_the_post_answers_no_more(chad):
    _asked, check = asked_check(chad)
    chad.appointments.update(ends=ago(1))
    assert Client().post(f"/still-valid/{valid_token(check, chad)}/").status_code == 404


def test_N7_without_an_answer_stale_for_the_isu_first(chad, isu, coordinator, usa):
    asked, _check = asked_check(chad)
    AssistanceRequest.objects.filter(pk=asked.pk).update(visibility=Visibility.PUBLIC)
    ValidityCheck.objects.exclude(request=asked).delete()  # those of the register
    ValidityCheck.objects.update(asked_on=ago(40), due_on=ago(1))
    word = "Perhaps stale"
    assert word in page(isu, asked.get_absolute_url())
    assert word not in page(coordinator, asked.get_absolute_url())
    assert client_of(isu).get("/dashboard/").context["board"].watch.stale == 1
    assert client_of(coordinator).get("/dashboard/").context["board"].watch.stale == 0
    ValidityCheck.objects.update(asked_on=ago(80), due_on=ago(31))
    assert word in page(coordinator, asked.get_absolute_url())
    assert word not in page(usa, asked.get_absolute_url())
    client_of(chad).post(f"{asked.get_absolute_url()}still-valid/")
    assert word not in page(isu, asked.get_absolute_url())


# --- after closing ----------------------------------------------------------------------------------------------------


def closed(on, status=Status.UNMET, **values):
    asked = RequestFactory(status=status, submitted_on=ago(500), **values)
    EventFactory(request=asked, on=on, action="close_unmet", from_status=Status.RELAYED, to_status=status)
    return asked


def test_N8_both_sides_are_asked_at_three_and_at_twelve_months(chad, norway, npa, usa):
    day = date(2026, 1, 15)
    asked = closed(day, match_parties=True)
    AnswerFactory(relay=RelayFactory(request=asked, code="NOR"), kind=AnswerKind.OFFER)
    AnswerFactory(relay=RelayFactory(request=asked, code="NPA"), kind=AnswerKind.UNABLE)
    assert run_clocks(date(2026, 4, 14)).questions == 0
    for _again in range(2):
        run_clocks(date(2026, 4, 15))
    assert {question.supporter and question.supporter.code for question in NeedMet.objects.all()} == {None, "NOR"}
    assert {mail.to for mail in mails()} == {chad.email, norway.email}
    run_clocks(date(2027, 1, 15))
    assert sorted(NeedMet.objects.values_list("months", flat=True)) == [3, 3, 12, 12]


def test_N8_who_took_on_a_share_is_asked_too(chad, norway, npa):
    asked = closed(date(2026, 1, 15), match_parties=True)
    ShareFactory(request=asked, code="NOR", committed=True)
    ShareFactory(request=asked, code="NPA")  # said by one side alone
    run_clocks(date(2026, 4, 15))
    assert {question.supporter and question.supporter.code for question in NeedMet.objects.all()} == {None, "NOR"}


def test_N8_nothing_is_asked_of_what_was_withdrawn(chad):
    closed(ago(100), status=Status.WITHDRAWN)
    assert run_clocks(timezone.localdate()).questions == 0


def test_N8_answers_are_read_by_the_owner_and_the_handlers_and_their_writer(chad, norway, coordinator, usa, npa):
    asked = closed(ago(100), public=True)
    for code in ("NOR", "NPA"):
        AnswerFactory(relay=RelayFactory(request=asked, code=code), kind=AnswerKind.OFFER)
    run_clocks(timezone.localdate())
    address = f"{asked.get_absolute_url()}need-met/"
    assert client_of(chad).post(address, {"answer": ""}).status_code == 422
    partly = {"answer": "in_part", "text": "Teams came, vehicles did not"}
    assert client_of(chad).post(address, partly).status_code == 302
    assert client_of(norway).post(address, {"answer": "yes", "text": "Two teams"}).status_code == 302
    for user in (chad, coordinator):
        assert "vehicles did not" in page(user, address)
        assert "Two teams" in page(user, address)
    assert "Two teams" in page(norway, address)
    assert "vehicles did not" not in page(norway, address)
    assert "Two teams" not in page(npa, address)
    assert client_of(usa).get(address).status_code == 404
    assert client_of(coordinator).post(address, {"answer": "yes"}).status_code == 403


ONE_CLICK = '<button class="quiet" name="answer" value="yes">'


def test_N8_question_after_closing_stands_on_page_and_board_of_whom_it_waits_on(chad, norway, npa, usa):
    """Norway took on a share and was never asked by a relay; NPA and the United States have no part in it."""
    ShareFactory(request=closed(ago(100), reference="TCD-1", public=True), steps=("supporter", "state"))
    run_clocks(timezone.localdate())
    for user in (norway, chad):
        for address in ("/requests/TCD-1/", "/dashboard/"):
            assert ONE_CLICK in page(user, address), address
    for user in (npa, usa):
        assert ONE_CLICK not in page(user, "/requests/TCD-1/") + page(user, "/dashboard/")
    assert client_of(norway).post("/requests/TCD-1/need-met/", {"answer": "yes"}).status_code == 302
    assert NeedMet.objects.get(supporter__state="NOR").answer == "yes"
    assert ONE_CLICK not in page(norway, "/requests/TCD-1/") + page(norway, "/dashboard/")
    assert "/requests/TCD-1/need-met/" in page(norway, "/requests/TCD-1/")  # what one said can be read and corrected
    assert ONE_CLICK in page(chad, "/dashboard/")


def test_N8_question_that_was_followed_by_a_later_one_waits_no_more(norway, chad):
    asked = RequestFactory(reference="TCD-1", public=True, status=Status.UNMET)
    today = timezone.localdate()
    for supporter in (None, nor()):
        for months, day in ((3, ago(300)), (12, ago(9))):
            NeedMet.objects.create(request=asked, supporter=supporter, months=months, asked_on=day)
    for user in (norway, chad):
        (question,) = awaited_of(user.access, today, 8)
        assert (question.what, question.since) == ("need_met", ago(9))
    client_of(norway).post("/requests/TCD-1/need-met/", {"answer": "no"})
    assert awaited_of(norway.access, today, 8) == []
    assert awaited_of(chad.access, today + timedelta(days=400), 8) == []  # boards do not nag for ever
    assert ONE_CLICK in page(chad, "/requests/TCD-1/")
    AssistanceRequest.objects.update(status=Status.DELIVERING)  # taken up again
    assert awaited_of(chad.access, today, 8) == []


def test_N8_question_of_a_request_that_was_narrowed_does_not_wait(norway):
    asked = RequestFactory(status=Status.UNMET)
    NeedMet.objects.create(request=asked, supporter=nor(), months=3, asked_on=ago(9))
    assert awaited_of(norway.access, timezone.localdate(), 8) == []


# --- the trust panel --------------------------------------------------------------------------------------------------


def test_N15_owner_reads_which_party_opened_its_request_on_which_day_and_no_person(chad, norway, coordinator, usa, isu):
    asked = RequestFactory(public=True, status=Status.RELAYED)
    RelayFactory(request=asked, code="NOR")
    colleague = person("colleague@test.org", "focal_point", state="NOR")
    for user in (norway, colleague, norway, coordinator, usa, chad):
        page(user, asked.get_absolute_url())
    assert sorted(Opening.objects.values_list("reader", flat=True)) == [
        "Coordinator on international cooperation and assistance",
        "Norway",
    ], "once a day, no owner, no reader to whom it was not relayed"
    panel = page(chad, f"{asked.get_absolute_url()}trust/")
    assert "Norway" in panel
    assert "Coordinator on international cooperation and assistance" in panel
    assert "Who opened it" in page(chad, asked.get_absolute_url())
    assert not any(word in panel for word in (norway.email, colleague.email, colleague.name))
    for user in (coordinator, norway, isu):
        assert "Who opened it" not in page(user, asked.get_absolute_url())
        assert client_of(user).get(f"{asked.get_absolute_url()}trust/").status_code == 404


def test_N15_owner_reads_which_mail_reached_which_post_and_no_address(chad, norway, coordinator, today):
    asked = RequestFactory(match_parties=True)
    norway.mail_choices.create(kind=MailKind.REQUESTS, timing=MailTiming.NEVER)
    relay_request(asked, Supporter.objects.filter(code="NOR"), by=coordinator, today=today)
    panel = page(chad, f"{asked.get_absolute_url()}trust/").split("Which mail reached whom", 1)[1]
    assert "Norway: Focal point of a State" in panel
    assert "Switched off by the reader" in panel
    assert norway.email not in panel


# --- the nightly run --------------------------------------------------------------------------------------------------


def crowd(number, on):
    """Requests of every age and status, relayed, answered and closed, of five States."""
    statuses = [*Status]
    statuses.remove(Status.DRAFT)
    start = AssistanceRequest.objects.count()
    rows = AssistanceRequest.objects.bulk_create(
        AssistanceRequest(
            reference=f"BIG-{start + n}",
            state_id=("TCD", "LBN", "LAO", "MRT", "IRQ")[n % 5],
            status=statuses[n % len(statuses)],
            outcome="x",
            submitted_on=ago(30 + n * 37 % 700, on),
            confirmed_on=ago(30 + n * 37 % 700, on),
        )
        for n in range(number)
    )
    norway = Supporter.objects.get(code="NOR")
    Relay.objects.bulk_create(
        Relay(request=row, supporter=norway, sent_on=ago(60, on)) for row in rows if row.status == Status.RELAYED
    )
    RequestEvent.objects.bulk_create(
        RequestEvent(request=row, on=ago(100, on), action="close_unmet", from_status="relayed", to_status=row.status)
        for row in rows
        if row.status in CLOSED
    )


def test_nightly_run_costs_the_same_number_of_queries_at_two_sizes(chad, coordinator, isu, today):
    counted = []
    for number in (44, 132):
        crowd(number, today)
        with CaptureQueriesContext(connection) as captured:
            assert run_clocks(today).number > 0
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 45


def test_nightly_run_twice_changes_nothing(chad, coordinator, isu, today):
    crowd(120, today)
    run_clocks(today)
    before = (OutboxMail.objects.count(), AuditEvent.objects.count(), Alarm.objects.count(), NeedMet.objects.count())
    assert run_clocks(today).number == 0
    after = (OutboxMail.objects.count(), AuditEvent.objects.count(), Alarm.objects.count(), NeedMet.objects.count())
    assert before == after


def test_nightly_run_over_ten_thousand_requests_takes_less_than_ten_seconds(chad, coordinator, isu, today):
    crowd(10_000, today)
    assert seconds(lambda: run_clocks(today), times=1) < 10  # the first run only: it finds the most to do


# --- constraints ------------------------------------------------------------------------------------------------------


BREAKERS = {
    "time_limit_has_days_and_reason": lambda asked, user: TimeLimit.objects.create(step="agree", days=3, reason=""),
    "holiday_verified_by_a_source": lambda asked, user: Holiday.objects.create(day=DAY, name="x", is_verified=True),
    "silence_one_at_a_time": lambda asked, user: [a_silence(asked, user), a_silence(asked, user)],
    "silence_ended_with_result": lambda asked, user: a_silence(asked, user, ended_on=DAY),
    "silence_stopped_by_somebody_with_reason": lambda asked, user: a_silence(
        asked, user, result="stopped", ended_on=DAY, stopped_by=user
    ),
    "silence_release_names_its_readers": lambda asked, user: a_silence(asked, user, purpose="publish"),
    "validity_asked_once_a_day": lambda asked, user: [a_check(asked), a_check(asked)],
    "validity_days_in_order": lambda asked, user: a_check(asked, due_on=ago(1, DAY)),
    "validity_answered_by_somebody": lambda asked, user: a_check(asked, answered_at=timezone.now()),
    "alarm_once_while_it_stands": lambda asked, user: [an_alarm(asked), an_alarm(asked)],
    "alarm_days_in_order": lambda asked, user: an_alarm(asked, cleared_on=ago(1, DAY)),
    "need_met_asked_once_of_supporter": lambda asked, user: [a_question(asked, nor()), a_question(asked, nor())],
    "need_met_asked_once_of_state": lambda asked, user: [a_question(asked), a_question(asked)],
    "need_met_answered_by_somebody": lambda asked, user: a_question(asked, answer="yes"),
    "opening_once_a_day": lambda asked, user: [an_opening(asked), an_opening(asked)],
}


def a_silence(asked, user, **values):
    return Silence.objects.create(
        **{"request": asked, "purpose": "circulate", "started_on": DAY, "started_by": user, "ends_on": DAY} | values
    )


def a_check(asked, **values):
    return ValidityCheck.objects.create(**{"request": asked, "asked_on": DAY, "due_on": DAY} | values)


def an_alarm(asked, **values):
    return Alarm.objects.create(request=asked, reason="no_match", raised_on=DAY, **values)


def a_question(asked, supporter=None, **values):
    return NeedMet.objects.create(request=asked, supporter=supporter, months=3, asked_on=DAY, **values)


def an_opening(asked):
    return Opening.objects.create(request=asked, reader="Norway", on=DAY)


def nor():
    return Supporter.objects.get(code="NOR")


def test_every_constraint_is_broken_here():
    models = (TimeLimit, Holiday, Silence, ValidityCheck, Alarm, NeedMet, Opening)
    assert set(BREAKERS) == {constraint.name for model in models for constraint in model._meta.constraints}


@pytest.mark.parametrize("name", BREAKERS)
def test_constraint(name, chad):
    asked = RequestFactory()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BREAKERS[name](asked, chad)
    assert name in str(refused.value) or "UNIQUE constraint failed" in str(refused.value)
