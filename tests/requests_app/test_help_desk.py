"""Help tickets: between a State and the ISU, with the time of the first answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.help_desk import actions
from requests_app.help_desk.models import HelpTicket, first_answer

pytestmark = pytest.mark.django_db

ASKED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRET = "Our store burnt down."


@pytest.fixture
def ticket(lao):
    return actions.open_ticket(
        HelpTicket(state_id="LAO", kind="report", subject="Form F of the report"), text=SECRET, by=lao, now=ASKED
    )


def test_R081_ticket_from_a_form_of_a_report(as_user, lao):
    address = "/help/new/?about=/transparency-reports/lao/2024/%23form-F"
    client = as_user(lao)
    page = client.get(address).content.decode()
    assert "/transparency-reports/lao/2024/#form-F" in page
    assert '<option value="report" selected' in page
    answer = client.post(address, {"kind": "report", "subject": "Form F", "text": SECRET})
    made = HelpTicket.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"/help/{made.pk}/"
    assert (made.state_id, made.page) == ("LAO", "/transparency-reports/lao/2024/#form-F")
    assert made.messages.get().text == SECRET


@pytest.mark.parametrize(
    "about", ["https://evil.example/", "//evil.example/", "/admin/", "javascript:alert(1)", "/requests/<b>/"]
)
def test_R081_only_pages_of_the_portal_are_linked(as_user, lao, about):
    as_user(lao).post("/help/new/", {"kind": "other", "subject": "S", "text": "T"}, query_params={"about": about})
    assert HelpTicket.objects.get().page == ""


@pytest.mark.parametrize("missing", ["kind", "subject", "text"])
def test_R081_bad_question_keeps_what_was_typed_and_saves_nothing(as_user, lao, missing):
    typed = {"kind": "report", "subject": "About Form F", "text": SECRET}
    response = as_user(lao).post("/help/new/", typed | {missing: ""})
    assert response.status_code == 422
    page = response.content.decode()
    assert all(value in page for name, value in typed.items() if name not in {missing, "kind"})
    assert not HelpTicket.objects.exists()


def test_R081_only_its_state_and_the_isu_know_of_a_ticket(as_user, ticket, lao, isu, chad, norway, coordinator):
    for reader, status in ((lao, 200), (isu, 200), (chad, 404), (norway, 404), (coordinator, 404), (None, 302)):
        assert as_user(reader).get(ticket.get_absolute_url()).status_code == status
    assert "Form F of the report" in as_user(lao).get("/help/").content.decode()
    assert "Form F of the report" not in as_user(chad).get("/help/").content.decode()
    for step in ("reply", "close"):
        assert as_user(chad).post(f"/help/{ticket.pk}/{step}/", {"text": "x"}).status_code == 404
    assert ticket.messages.count() == 1


def test_R081_first_answer_is_the_isus_first_message(as_user, ticket, lao, isu):
    actions.reply(ticket, text="One more thing.", by=lao, now=ASKED + timedelta(hours=1))
    assert first_answer(list(ticket.messages.all())) is None
    assert "not yet" in as_user(lao).get(ticket.get_absolute_url()).content.decode()
    actions.reply(ticket, text="Write the areas.", by=isu, now=ASKED + timedelta(hours=5))
    actions.reply(ticket, text="And the maps.", by=isu, now=ASKED + timedelta(days=3))
    assert first_answer(list(ticket.messages.all())) == ASKED + timedelta(hours=5)
    assert HelpTicket.objects.for_list().get().first_answer_at == ASKED + timedelta(hours=5)
    page = as_user(lao).get(ticket.get_absolute_url()).content.decode()
    assert "20 November 2026 14:00 UTC" in page
    assert "5 hours" in page.replace("\xa0", " ")


def test_R081_mails_carry_a_link_and_nothing_of_the_thread(ticket, lao, isu):
    OutboxMail.objects.all().delete()
    actions.reply(ticket, text=SECRET, by=lao, now=ASKED)
    actions.reply(ticket, text=f"About: {SECRET}", by=isu, now=ASKED)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {isu.email, lao.email}
    for mail in OutboxMail.objects.all():
        assert SECRET not in mail.body
        assert ticket.subject not in mail.subject + mail.body
        assert ticket.get_absolute_url() in mail.body


def test_R081_assigned_adviser_is_told_and_is_of_the_isu(as_user, ticket, isu, norway):
    client = as_user(isu)
    client.post(f"/help/{ticket.pk}/assign/", {"to": norway.pk})
    ticket.refresh_from_db()
    assert ticket.assigned_to is None
    client.post(f"/help/{ticket.pk}/assign/", {"to": isu.pk})
    ticket.refresh_from_db()
    assert ticket.assigned_to == isu


def test_R081_closed_ticket_opens_again_with_a_message(ticket, lao, isu):
    actions.close(ticket, by=isu, now=ASKED + timedelta(days=1))
    ticket.refresh_from_db()
    assert not ticket.is_open
    actions.reply(ticket, text="Still open.", by=lao, now=ASKED + timedelta(days=2))
    ticket.refresh_from_db()
    assert ticket.is_open
    written = AuditEvent.objects.filter(action__startswith="help").order_by("pk")
    assert [event.action for event in written] == ["help: opened", "help: closed", "help: message"]


def test_R081_ticket_is_closed_by_somebody_after_it_was_opened(ticket, isu):
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpTicket.objects.filter(pk=ticket.pk).update(closed_at=ASKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpTicket.objects.filter(pk=ticket.pk).update(closed_at=ASKED - timedelta(days=1), closed_by=isu)


def test_R081_isu_opens_a_ticket_for_a_state_which_is_told(as_user, isu, lao):
    as_user(isu).post("/help/new/", {"state": "LAO", "kind": "extension", "subject": "By phone", "text": SECRET})
    assert HelpTicket.objects.get().state_id == "LAO"
    assert OutboxMail.objects.get().to == lao.email


def test_R095_help_is_asked_from_an_extension_request(as_user, lao):
    page = as_user(lao).get("/help/new/?about=/extension-requests/LAO-1/").content.decode()
    assert '<option value="extension" selected' in page


def test_R081_lists_and_threads_take_the_same_queries(as_user, ticket, isu, lao, django_assert_max_num_queries):
    client = as_user(isu)
    for number in range(12):
        other = actions.open_ticket(
            HelpTicket(state_id="LAO", kind="other", subject=f"S{number}"), text="T", by=lao, now=ASKED
        )
        actions.assign(other, to=isu, by=isu)
        actions.reply(ticket, text="More.", by=lao, now=ASKED)
    for address in ("/help/", ticket.get_absolute_url()):
        with django_assert_max_num_queries(12):
            client.get(address)
