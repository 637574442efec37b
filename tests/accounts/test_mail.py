"""Mail: retries, each person's choices, digests, the one click that stops, the canary; news of requests by area."""

import ast
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ccm_portal.accounts.actions import (
    Letter,
    choose_mail,
    queue_letters,
    queue_mails,
    send_waiting_mails,
    stop_token,
)
from ccm_portal.accounts.enums import Job, MailKind, MailStatus, MailTiming
from ccm_portal.accounts.mail_times import RETRY_PAUSES, digest_closes, next_try
from ccm_portal.accounts.models import JobRun, MailChoice, OutboxMail
from ccm_portal.accounts.queries import timings_of
from ccm_portal.mail_subjects import still_known
from requests_app.enums import Visibility
from requests_app.mailing.actions import queue_new_requests, save_settings
from requests_app.models import AssistanceRequest
from tests.coalitions.factories import CoalitionFactory
from tests.conftest import person
from tests.requests_app.factories import RelayFactory, RequestFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(hours=12)


def queue(*people, subject="Something", path="/requests/", kind=MailKind.REQUESTS, at=SUNDAY):
    queue_mails(people, subject=subject, body="Open it.", path=path, kind=kind)
    OutboxMail.objects.update(created_at=at)


def choose(user, timing, kind=MailKind.REQUESTS):
    choose_mail(user, {kind: timing}, language="")


# --- when -----------------------------------------------------------------------------------------------------------


def test_pauses_grow_and_end():
    assert list(RETRY_PAUSES) == sorted(set(RETRY_PAUSES))
    assert next_try(1, MONDAY) == MONDAY + timedelta(minutes=1)
    assert next_try(len(RETRY_PAUSES) + 1, MONDAY) is None


def test_daily_digest_closes_at_six_and_the_weekly_one_on_mondays():
    before = MONDAY - timedelta(minutes=1)
    assert digest_closes(MailTiming.DAILY, MONDAY) == MONDAY
    assert digest_closes(MailTiming.DAILY, before) == MONDAY - timedelta(days=1)
    assert digest_closes(MailTiming.WEEKLY, MONDAY + timedelta(days=6, hours=17)) == MONDAY
    assert digest_closes(MailTiming.WEEKLY, before) == MONDAY - timedelta(days=7)


# --- choices --------------------------------------------------------------------------------------------------------


def test_R097_who_switched_a_kind_off_gets_none_of_it_and_still_every_reminder_of_own_obligations(chad, norway):
    choose(chad, MailTiming.NEVER)
    queue(chad, norway)
    queue(chad, kind=MailKind.OBLIGATIONS, subject="Your deadline")
    assert send_waiting_mails(now=MONDAY) == (2, 0)
    assert sorted((m.to[0], m.subject) for m in mail.outbox) == [
        (norway.email, "Something"),
        (chad.email, "Your deadline"),
    ]
    assert OutboxMail.objects.get(reader=chad, kind=MailKind.REQUESTS).status == MailStatus.UNWANTED


def test_R097_reminders_of_own_obligations_cannot_be_switched_off(chad):
    with pytest.raises(IntegrityError, match="mail_choice_not_of_obligations"), transaction.atomic():
        MailChoice.objects.create(user=chad, kind=MailKind.OBLIGATIONS, timing=MailTiming.NEVER)
    page = client_of(chad).get("/accounts/mail/").content.decode()
    assert 'name="obligations"' not in page


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"status": MailStatus.SENT}, "mail_sent_has_its_time"),
        ({"status": MailStatus.WAITING, "sent_at": MONDAY}, "mail_sent_has_its_time"),
        ({"status": MailStatus.IN_DIGEST}, "mail_in_digest_names_it"),
    ],
)
def test_states_of_a_mail_that_cannot_be(chad, values, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        OutboxMail.objects.create(to=chad.email, subject="x", body="x", **values)


def test_choice_applies_to_what_waits_already(chad):
    choose(chad, MailTiming.DAILY)
    queue(chad)
    choose(chad, MailTiming.AT_ONCE)
    assert send_waiting_mails(now=SUNDAY + timedelta(minutes=1)) == (1, 0)


def test_settings_page_keeps_what_was_chosen(chad):
    client = client_of(chad)
    form = client.get("/accounts/mail/").context["form"]
    data = {field.name: field.initial for field in form.timing_fields} | {
        "discussions": "weekly",
        "areas": ["clearance"],
    }
    assert client.post("/accounts/mail/", data).status_code == 302
    assert timings_of(chad)[MailKind.DISCUSSIONS] == MailTiming.WEEKLY
    assert [s.area_id for s in chad.area_subscriptions.all()] == ["clearance"]
    again = client.get("/accounts/mail/").context["form"]
    assert (again["discussions"].value(), again["areas"].value()) == ("weekly", ["clearance"])


def test_settings_that_are_none_are_refused_and_keep_what_was_typed(chad):
    answer = client_of(chad).post("/accounts/mail/", {"discussions": "hourly", "coalitions": "weekly"})
    assert answer.status_code == 422
    assert answer.context["form"]["coalitions"].value() == "weekly"
    assert not MailChoice.objects.exists()


# --- digests --------------------------------------------------------------------------------------------------------


def test_digest_gathers_lines_with_links_once(chad):
    choose(chad, MailTiming.DAILY)
    first, second = (RequestFactory(state_id="TCD") for _number in range(2))
    for request in (first, second):
        queue(chad, subject=f"About {request.reference}", path=request.get_absolute_url())
    assert send_waiting_mails(now=MONDAY - timedelta(minutes=1), still_known=still_known) == (0, 0)
    assert send_waiting_mails(now=MONDAY, still_known=still_known) == (1, 0)
    (sent,) = mail.outbox
    assert sent.subject == "2 messages of the day"
    for request in (first, second):
        assert f"About {request.reference}\n  http://127.0.0.1:8000{request.get_absolute_url()}" in sent.body
    assert send_waiting_mails(now=MONDAY + timedelta(days=1), still_known=still_known) == (0, 0)
    assert set(OutboxMail.objects.filter(digest__isnull=False).values_list("status", flat=True)) == {"in_digest"}


def test_digest_drops_what_the_reader_may_no_longer_know_of_also_from_its_count(norway):
    choose(norway, MailTiming.WEEKLY)
    shown, narrowed = RequestFactory(public=True), RequestFactory(public=True)
    for request in (shown, narrowed):
        queue(norway, subject=request.reference, path=f"{request.get_absolute_url()}discussion/")
    AssistanceRequest.objects.filter(pk=narrowed.pk).update(visibility=Visibility.COORDINATORS_ISU)
    send_waiting_mails(now=MONDAY, still_known=still_known)
    (sent,) = mail.outbox
    assert sent.subject == "1 message of the week"
    assert narrowed.reference not in sent.body
    assert OutboxMail.objects.get(subject=narrowed.reference).status == MailStatus.DROPPED


def test_digest_of_nothing_that_is_left_is_not_sent(norway):
    choose(norway, MailTiming.DAILY)
    queue(norway, path=RequestFactory().get_absolute_url())
    assert send_waiting_mails(now=MONDAY, still_known=still_known) == (0, 0)


def test_each_kind_of_thing_is_asked_for_with_its_own_rule_of_visibility(norway, coordinator):
    hidden = f"/requests/{RequestFactory().reference}/"
    proposed = CoalitionFactory(slug="waits", proposed=True).get_absolute_url()
    things = {hidden, proposed, "/requests/waiting/", "/states/lao/", "/help/1/"}
    assert still_known(norway, things) == {"/states/lao/"}
    assert still_known(coordinator, things) == things - {"/help/1/"}


def test_words_are_in_the_readers_language(chad, norway, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "Français")]
    chad.language = "fr"
    chad.save()
    queue_letters(
        [
            Letter(reader, gettext_lazy("Monday"), lambda: str(gettext_lazy("January")), "/")
            for reader in (chad, norway)
        ],
        kind=MailKind.REQUESTS,
    )
    assert dict(OutboxMail.objects.values_list("reader", "subject")) == {chad.pk: "lundi", norway.pk: "Monday"}
    assert OutboxMail.objects.get(reader=chad).body.startswith("janvier")
    settings.LANGUAGES = [("en", "English")]
    queue_mails([chad], subject=gettext_lazy("Monday"), body="x", path="/x/")
    assert OutboxMail.objects.get(path="/x/").subject == "Monday", "a language that is not released falls back"


def test_many_letters_cost_as_many_queries_as_few(chad, django_assert_num_queries):
    for number in (1, 30):
        letters = [Letter(chad, "x", "y", f"/{number}/{n}/") for n in range(number)]
        with django_assert_num_queries(2):
            queue_letters(letters, kind=MailKind.REQUESTS)


# --- sending --------------------------------------------------------------------------------------------------------


def test_mail_taken_by_another_run_is_left_alone(chad, monkeypatch):
    queue(chad)
    sent = []

    def send(self, fail_silently=False):
        sent.append(self.to)
        assert send_waiting_mails(now=MONDAY) == (0, 0), "the run beside this one"

    monkeypatch.setattr("ccm_portal.accounts.actions.EmailMessage.send", send)
    assert send_waiting_mails(now=MONDAY) == (1, 0)
    assert len(sent) == 1


def test_mail_that_no_address_can_have_does_not_stop_the_others(chad, norway):
    queue(chad, norway)
    OutboxMail.objects.filter(reader=chad).update(subject="two\nlines")
    assert send_waiting_mails(now=MONDAY) == (1, 1)


def test_isu_sees_what_failed_and_lets_it_be_tried_again(isu, chad):
    queue(chad)
    OutboxMail.objects.update(status=MailStatus.FAILED, attempts=9, error="550 no such user")
    client = client_of(isu)
    assert "status__exact=failed" in client.get("/dashboard/").content.decode()
    address = "/admin/accounts/outboxmail/"
    assert "550 no such user" in client.get(address, {"status__exact": "failed"}).content.decode()
    client.post(address, {"action": "try_again", "_selected_action": [OutboxMail.objects.get().pk]})
    assert send_waiting_mails(now=MONDAY) == (1, 0)


# --- RFC 8058 -------------------------------------------------------------------------------------------------------


def stop_link(message):
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return re.fullmatch(r"<http://127.0.0.1:8000(/mail/stop/\S+/)>", message.extra_headers["List-Unsubscribe"])[1]


def test_one_click_stops_a_kind_of_mail_and_a_look_does_not(chad):
    queue(chad, kind=MailKind.DISCUSSIONS)
    send_waiting_mails(now=MONDAY)
    link, client = stop_link(mail.outbox[0]), Client(enforce_csrf_checks=True)
    assert client.get(link).status_code == 200
    assert timings_of(chad)[MailKind.DISCUSSIONS] == MailTiming.AT_ONCE
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert timings_of(chad)[MailKind.DISCUSSIONS] == MailTiming.NEVER
    assert timings_of(chad)[MailKind.REQUESTS] == MailTiming.AT_ONCE
    assert client.post(link[:-2] + "/").status_code == 404


def test_one_click_on_a_digest_stops_all_that_comes_in_it(chad):
    choose(chad, MailTiming.DAILY)
    choose(chad, MailTiming.DAILY, MailKind.COALITIONS)
    queue(chad)
    send_waiting_mails(now=MONDAY)
    Client().post(stop_link(mail.outbox[0]))
    assert {kind for kind, way in timings_of(chad).items() if way == MailTiming.NEVER} == {"requests", "coalitions"}


def test_reminder_of_own_obligations_offers_no_way_to_stop_it(chad):
    queue(chad, kind=MailKind.OBLIGATIONS)
    send_waiting_mails(now=MONDAY)
    assert mail.outbox[0].extra_headers == {}
    Client().post(f"/mail/stop/{stop_token(chad, MailKind.OBLIGATIONS)}/")
    assert timings_of(chad)[MailKind.OBLIGATIONS] == MailTiming.AT_ONCE


# --- N15: the canary ------------------------------------------------------------------------------------------------


def test_N15_boards_shout_when_mail_stands_still(chad, coordinator, isu):
    call_command("follow_up", stdout=StringIO())
    OutboxMail.objects.all().delete()
    queue(chad, at=timezone.now() - timedelta(minutes=29))
    boards = [client_of(coordinator), client_of(isu)]
    assert all("Mail stands still" not in client.get("/dashboard/").content.decode() for client in boards)
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(minutes=31))
    assert all("Mail stands still" in client.get("/dashboard/").content.decode() for client in boards)
    assert "Mail stands still" not in client_of(chad).get("/dashboard/").content.decode()
    call_command("send_mail", stdout=StringIO())
    assert all("Mail stands still" not in client.get("/dashboard/").content.decode() for client in boards)


def test_N15_boards_shout_when_the_nightly_run_is_missing(coordinator):
    client = client_of(coordinator)
    assert "It has never run" in client.get("/dashboard/").content.decode()
    call_command("follow_up", stdout=StringIO())
    assert "The nightly run is missing" not in client.get("/dashboard/").content.decode()
    JobRun.objects.update(ended_at=timezone.now() - timedelta(hours=27))
    assert "The nightly run is missing" in client.get("/dashboard/").content.decode()


def test_N15_jobs_write_down_their_runs():
    for _again in range(2):
        call_command("send_mail", stdout=StringIO())
    (run,) = JobRun.objects.filter(job=Job.SEND_MAIL)
    assert (run.runs, run.day) == (2, timezone.localdate())


# --- R14 ------------------------------------------------------------------------------------------------------------


def subscribe(user, *areas, timing=MailTiming.WEEKLY):
    save_settings(user, {MailKind.NEW_REQUESTS: timing}, areas=areas, language="")


def told(user):
    return {m.path.split("/")[2] for m in OutboxMail.objects.filter(reader=user, kind=MailKind.NEW_REQUESTS)}


def test_R014_digest_holds_released_requests_of_the_chosen_areas(norway, usa, npa, today):
    for reader in (norway, usa, npa):
        subscribe(reader, "clearance")
    public = RequestFactory(public=True, areas=["clearance", "other"])
    for_parties = RequestFactory(states_parties=True, areas=["clearance"])
    RequestFactory(public=True, areas=["victim_assistance"])
    RequestFactory(public=True, areas=["clearance"], state_id="NOR")
    queue_new_requests(today)
    own = AssistanceRequest.objects.get(state="NOR").reference
    assert told(norway) == {public.reference, for_parties.reference}
    assert told(usa) == told(npa) == {public.reference, own}, "not a State Party: only what is public"


@pytest.mark.parametrize("level", [Visibility.COORDINATORS_ISU, Visibility.MATCH_PARTIES])
def test_R014_request_without_release_never_appears_also_not_in_the_count(norway, coordinator, today, level):
    for reader in (norway, coordinator):
        subscribe(reader, "clearance")
    RequestFactory(public=True, areas=["clearance"])
    secret = RequestFactory(visibility=level, areas=["clearance"])
    RelayFactory(request=secret, code="NOR")
    RequestFactory(public=True, unconfirmed=True, areas=["clearance"])
    RequestFactory(draft=True, public=True, areas=["clearance"])
    queue_new_requests(today)
    OutboxMail.objects.update(created_at=SUNDAY)
    send_waiting_mails(now=MONDAY, still_known=still_known)
    assert {m.subject for m in mail.outbox} == {"1 message of the week"}
    assert not any(secret.reference in m.body for m in mail.outbox)


def test_R014_request_that_is_narrowed_before_the_digest_is_left_out(norway, today):
    subscribe(norway, "clearance")
    request = RequestFactory(public=True, areas=["clearance"])
    queue_new_requests(today)
    OutboxMail.objects.update(created_at=SUNDAY)
    AssistanceRequest.objects.filter(pk=request.pk).update(visibility=Visibility.COORDINATORS_ISU)
    assert send_waiting_mails(now=MONDAY, still_known=still_known) == (0, 0)


def test_R014_each_request_is_told_once_and_when_it_is_released(norway, today):
    subscribe(norway, "clearance")
    request = RequestFactory(areas=["clearance"])
    assert queue_new_requests(today) == 0
    AssistanceRequest.objects.filter(pk=request.pk).update(visibility=Visibility.PUBLIC)
    assert queue_new_requests(today) == 1
    assert queue_new_requests(today) == 0


def test_R014_who_wants_none_gets_none(norway, today):
    subscribe(norway, "clearance", timing=MailTiming.NEVER)
    RequestFactory(public=True, areas=["clearance"])
    assert queue_new_requests(today) == 0


def test_R014_news_cost_the_same_for_many_requests_and_readers(norway, today, django_assert_max_num_queries):
    for number in range(6):
        subscribe(person(f"reader{number}@test.org"), "clearance")
        RequestFactory.create_batch(5, public=True, areas=["clearance", "other"])
    with django_assert_max_num_queries(13):
        assert queue_new_requests(today) == 6 * 30


def eager_words(path):
    """Where a mail is queued with words that were translated before its reader was known."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("queue_mails", "Letter"):
            for given in node.keywords:
                if given.arg in ("subject", "body") and isinstance(given.value, ast.Call | ast.BinOp | ast.JoinedStr):
                    yield f"{path.name} line {given.value.lineno}"


def test_every_mail_is_written_in_its_readers_language():
    """`queue_mails` says the words once the reader is known; said before, they would be in the writer's language."""
    found = [place for path in settings.BASE_DIR.glob("*/**/actions.py") for place in eager_words(path)]
    assert found == []
