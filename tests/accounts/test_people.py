"""Posts and rights, and the audit trail."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ccm_portal.accounts.actions import queue_mails, record_event, send_waiting_mails
from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import PUBLIC, AppendOnly, Appointment, AuditEvent, OutboxMail, User, access_of
from ccm_portal.accounts.posts import COOPERATION_COORDINATORS, ISU, focal_points_of, readers_of
from ccm_portal.register.models import Office, OfficeTerm
from requests_app.models import Supporter
from tests.conftest import person
from tests.test_access import CLEARANCE, COOPERATION

pytestmark = pytest.mark.django_db


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_address_is_unique_whatever_its_case():
    User.objects.create_user("Focal.Point@Test.ORG", "pw", name="x")
    assert User.objects.get().email == "focal.point@test.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("FOCAL.POINT@test.org", "pw", name="y")


def test_person_without_a_post_has_the_rights_of_the_public():
    assert access_of(person("new@test.org")) == PUBLIC


def test_focal_point_acts_for_its_state(lao, usa):
    assert (lao.access.state.pk, lao.access.is_state_party) == ("LAO", True)
    assert (usa.access.state.pk, usa.access.is_state_party) == ("USA", False)
    assert not lao.access.sees_all_requests


def test_coordinator_reads_as_a_state_party_and_does_not_act_for_the_capital(coordinator):
    assert coordinator.access.state is None
    assert coordinator.access.is_state_party
    assert coordinator.access.sees_all_requests


def test_coordinator_of_another_theme_does_not_handle_requests():
    other = person("theme@test.org", Role.COORDINATOR, office=CLEARANCE, state="ITA")
    assert other.access.themes == {"clearance"}
    assert not other.access.sees_all_requests


def test_R008_office_term_gives_and_takes_the_rights_by_day(coordinator):
    term = OfficeTerm.objects.get(office__code=COOPERATION, state="CHE", ends=None)
    assert coordinator.access.is_coordinator
    term.ends = timezone.localdate()
    term.save()
    assert fresh(coordinator).access.is_coordinator  # the last day is a day in office
    term.ends = timezone.localdate() - timedelta(days=1)
    term.save()
    assert not fresh(coordinator).access.is_coordinator
    assert not fresh(coordinator).access.is_state_party
    term.starts = timezone.localdate() + timedelta(days=1)
    term.ends = None
    term.save()
    assert not fresh(coordinator).access.is_coordinator


def test_R008_the_term_must_be_that_of_the_persons_own_state_and_office(coordinator):
    OfficeTerm.objects.filter(office__code=COOPERATION, ends=None).update(state="LBN")
    assert not fresh(coordinator).access.is_coordinator


def test_R062_office_outlasts_the_person(coordinator):
    successor = person("successor@test.org", Role.COORDINATOR, office=COOPERATION, state="CHE")
    Appointment.objects.filter(user=coordinator).update(ends=timezone.localdate() - timedelta(days=1))
    today = timezone.localdate()
    assert list(User.objects.holding(today, COOPERATION_COORDINATORS)) == [successor]


def test_appointment_begins_and_ends_by_day(chad):
    today = timezone.localdate()
    for starts, ends, holds in (
        (today, today, True),
        (today + timedelta(1), None, False),
        (today - timedelta(9), today - timedelta(1), False),
    ):
        Appointment.objects.filter(user=chad).update(starts=starts, ends=ends)
        assert (fresh(chad).access.state is not None) == holds


def test_one_person_may_hold_two_posts(chad):
    office = Office.objects.get(code=COOPERATION)
    OfficeTerm.objects.create(office=office, state_id="TCD", starts=date(2024, 9, 14))
    Appointment.objects.create(
        user=chad, role=Role.COORDINATOR, office=office, state_id="TCD", starts=date(2024, 9, 14)
    )
    access = fresh(chad).access
    assert access.state.pk == "TCD"
    assert access.is_coordinator


@pytest.mark.parametrize(
    "post",
    [
        {"role": Role.FOCAL_POINT},
        {"role": Role.COORDINATOR, "state_id": "CHE"},
        {"role": Role.PRESIDENT},
        {"role": Role.PARTNER},
        {"role": Role.PARTNER, "state_id": "NOR"},
    ],
)
def test_post_names_what_it_is_for(post):
    with pytest.raises(IntegrityError, match="appointment_names_its_post"), transaction.atomic():
        Appointment.objects.create(user=person("x@test.org"), **post)


def test_inactive_people_hold_nothing(chad):
    User.objects.filter(pk=chad.pk).update(is_active=False)
    assert list(User.objects.focal_points("TCD", timezone.localdate())) == []


def test_who_holds_one_of_several_posts_is_one_query(chad, norway, coordinator, isu, npa, django_assert_num_queries):
    today, organisation = timezone.localdate(), npa.access.organisation
    posts = [focal_points_of("TCD"), focal_points_of("NOR"), focal_points_of(None), COOPERATION_COORDINATORS]
    with django_assert_num_queries(1):
        assert set(User.objects.holding(today, *posts)) == {chad, norway, coordinator}
    by_organisation = readers_of(Supporter(organisation=organisation))
    assert User.objects.holding(today, by_organisation, by_organisation, ISU) == [isu, npa]
    assert User.objects.holding(today) == []


@pytest.mark.parametrize("role", [Role.PARTNER, Role.OBSERVER, Role.ISU])
def test_R121_only_posts_of_a_state_read_as_a_state_party(role):
    user = person("x@test.org", role, state="NOR", organisation="NPA" if role == Role.PARTNER else "")
    assert not user.access.is_state_party


# --- audit trail ---


def test_audit_entry_is_never_changed_nor_removed(chad):
    entry = record_event("something", by=chad, subject="x" * 100, what=1)
    assert len(entry.subject) == 80
    entry.action = "nothing"
    for attempt in (entry.save, entry.delete):
        with pytest.raises(AppendOnly):
            attempt()
    assert AuditEvent.objects.get(pk=entry.pk).action == "something"


@pytest.mark.parametrize("attempt", [
    lambda rows: rows.update(action="nothing"),
    lambda rows: rows.delete(),
    lambda rows: rows.bulk_update(list(rows), ["action"]),
])  # fmt: skip
def test_audit_trail_is_append_only_in_bulk_too(chad, attempt):
    record_event("something", by=chad)
    with pytest.raises(AppendOnly):
        attempt(AuditEvent.objects.all())


def test_person_on_the_trail_cannot_be_deleted(chad):
    record_event("something", by=chad)
    with pytest.raises(models.ProtectedError):
        chad.delete()


def test_audit_entry_is_undone_with_its_change(chad):
    with transaction.atomic():
        record_event("something", by=chad)
        transaction.set_rollback(True)
    assert AuditEvent.objects.filter(action="something").count() == 0


def test_audit_entry_keeps_who_what_and_when(chad):
    before = timezone.now()
    entry = record_event("request saved", by=chad, subject="TCD-2026-001", version=3)
    assert entry.at >= before
    assert (entry.actor, entry.details) == (chad, {"version": 3})
    assert record_event("sign-in refused", by=None).actor is None


# --- outbox ---


def test_mails_wait_until_they_are_sent(chad, norway, mailoutbox):
    assert queue_mails([chad, norway], subject="s" * 300, body="A step", path="/requests/X/") == 2
    assert mailoutbox == []
    assert len(OutboxMail.objects.first().subject) == 200
    assert send_waiting_mails(now=timezone.now()) == (2, 0)
    assert {mail.to[0] for mail in mailoutbox} == {chad.email, norway.email}


def test_same_person_is_told_once(chad):
    """One act, one mail, also for a person who is concerned twice."""
    assert queue_mails([chad, chad], subject="x", body="x", path="/") == 1


def test_failed_mail_is_tried_again_and_keeps_its_error(chad, monkeypatch):
    queue_mails([chad], subject="x", body="x", path="/")

    def fails(self, fail_silently=False):
        raise OSError("no route")

    monkeypatch.setattr("ccm_portal.accounts.actions.EmailMessage.send", fails)
    now, pauses = timezone.now(), []
    for attempt in range(1, 10):
        assert send_waiting_mails(now=now) == (0, 1)
        mail = OutboxMail.objects.get()
        assert (mail.error, mail.sent_at, mail.attempts) == ("no route", None, attempt)
        assert send_waiting_mails(now=now) == (0, 0), "not before the pause is over"
        pauses.append(mail.next_try_at - now)
        now = mail.next_try_at
    assert pauses[:-1] == sorted(set(pauses[:-1])), "each pause is longer than the one before"
    assert mail.status == "failed"
    assert send_waiting_mails(now=now + timedelta(days=9)) == (0, 0)
