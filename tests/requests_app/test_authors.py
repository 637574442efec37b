"""Several authors, their remarks, and the sign-off before a request goes out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import Appointment, AuditEvent, OutboxMail, User
from requests_app import actions
from requests_app.actions import Refused, save_request, submit_request, take_step
from requests_app.authors.actions import ask_sign_off, end_authorship, give_sign_off, invite_author, write_remark
from requests_app.authors.enums import SignOffStatus
from requests_app.authors.models import Author, Remark, SignOff
from requests_app.enums import Action, Status, Visibility
from requests_app.help_desk.models import HelpTicket
from requests_app.models import AssistanceRequest
from tests.conftest import person
from tests.requests_app.factories import EvidenceFactory, RequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return RequestFactory(reference="DRAFT-A", draft=True, title="Workshop in Moundou", areas=["victim_assistance"])


def fresh(user):
    return User.objects.get(pk=user.pk)


def invite(draft, user, chad, level="edit", **more):
    return invite_author(draft, email=user.email, level=level, by=chad, now=timezone.now(), **more)


def save(draft, by, **changes):
    asked = AssistanceRequest.objects.get(pk=draft.pk)
    for name, value in changes.items():
        setattr(asked, name, value)
    areas = list(asked.areas.values_list("pk", flat=True))
    return save_request(asked, by=by, areas=areas, evidence=[], expected_version=asked.version)


def submit(draft, by):
    return submit_request(AssistanceRequest.objects.get(pk=draft.pk), by=by, today=timezone.localdate())


# --- who reads -------------------------------------------------------------------------------------------------------


def test_R010_an_author_knows_of_the_drafts_it_was_invited_to_and_of_no_other(draft, chad, health, as_user):
    other = RequestFactory(reference="DRAFT-B", draft=True)
    sent = RequestFactory(reference="SENT-B")
    invite(draft, health, chad)
    client = as_user(health)
    assert client.get(draft.get_absolute_url()).status_code == 200
    for hidden in (other, sent):
        for page in ("", "edit/", "authors/", "matches/", "discussion/", "split/", "join/"):
            assert client.get(f"{hidden.get_absolute_url()}{page}").status_code == 404, page
    assert set(AssistanceRequest.objects.visible_to(health).filter(state="TCD", source_id=None)) == {draft}
    board = client.get("/dashboard/").content.decode()
    assert "DRAFT-A" in board
    assert "DRAFT-B" not in board
    assert client.get("/requests/new/").status_code == 403


def test_R026_an_author_of_another_state_finds_nothing(draft, chad, health, as_user):
    """404 everywhere, and an invitation of one State opens nothing of another."""
    foreign = person("army@test.org", Role.AUTHOR, state="LAO")
    for method, page in (
        ("get", ""), ("get", "edit/"), ("post", "edit/"), ("get", "authors/"), ("post", "authors/invite/"),
        ("post", "authors/remark/"), ("post", "authors/sign-off/"), ("post", "authors/1/end/"), ("get", "split/"),
        ("get", "join/"), ("get", "visibility/"), ("post", "withdraw/"),
    ):  # fmt: skip
        assert getattr(as_user(foreign), method)(f"/requests/DRAFT-A/{page}").status_code == 404, page
    with pytest.raises(Refused):
        invite(draft, foreign, chad)
    invite(draft, health, chad)
    Appointment.objects.filter(user=health).update(state="LAO")  # the person moves to another State's service
    assert as_user(fresh(health)).get("/requests/DRAFT-A/").status_code == 404


def test_R026_evidence_of_a_draft_opens_for_its_authors_only(draft, chad, health, as_user):
    item = EvidenceFactory(request=draft)
    foreign = person("army@test.org", Role.AUTHOR, state="TCD")
    invite(draft, health, chad)
    assert item.claim in as_user(health).get("/requests/DRAFT-A/").content.decode()
    assert as_user(foreign).get("/requests/DRAFT-A/").status_code == 404


def test_R026_an_invitation_ends_at_once_and_on_its_day(draft, chad, health, as_user):
    author = invite(draft, health, chad)
    end_authorship(author, by=chad, now=timezone.now())
    assert as_user(health).get("/requests/DRAFT-A/").status_code == 404
    again = invite(draft, health, chad, until=timezone.now() + timedelta(days=3))
    assert as_user(health).get("/requests/DRAFT-A/").status_code == 200
    Author.objects.filter(pk=again.pk).update(
        since=timezone.now() - timedelta(days=5), until=timezone.now() - timedelta(minutes=1)
    )
    assert as_user(health).get("/requests/DRAFT-A/").status_code == 404


def test_R026_the_appointment_ends_and_the_invitation_opens_nothing_more(draft, chad, health, as_user):
    invite(draft, health, chad)
    Appointment.objects.filter(user=health).update(ends=timezone.localdate() - timedelta(days=1))
    assert as_user(fresh(health)).get("/requests/DRAFT-A/").status_code == 404


def test_R026_an_author_finds_by_words_what_it_writes_and_nothing_else(chad, health, as_user):
    """Also where others read less of it, so that each audience has words of its own."""
    asked, other = (
        RequestFactory(reference=f"TCD-{n}", states_parties=True, challenge="Xylophone", locks=["challenge"])
        for n in (1, 2)
    )
    invite(asked, health, chad)
    client = as_user(fresh(health))
    found = [row["reference"] for row in client.get("/requests/?q=xylophone&format=json").json()]
    assert (asked.reference in found, other.reference in found) == (True, False)
    assert asked.reference in client.get("/search/?q=xylophone").content.decode()


def test_R010_the_board_of_the_post_says_what_waits_for_its_sign_off(draft, chad, health, as_user):
    invite(draft, health, chad, level="edit", may_sign_off=True)
    waits = "Waits for your sign-off"
    assert waits not in as_user(fresh(health)).get("/dashboard/").content.decode()
    asked = ask_sign_off(draft, health, by=chad, now=timezone.now())
    assert waits in as_user(fresh(health)).get("/dashboard/").content.decode()
    draft.refresh_from_db()
    give_sign_off(asked, version=draft.version, by=health, now=timezone.now())
    assert waits not in as_user(fresh(health)).get("/dashboard/").content.decode()
    AssistanceRequest.objects.filter(pk=draft.pk).update(version=draft.version + 1)  # a later save voids it
    assert waits in as_user(fresh(health)).get("/dashboard/").content.decode()


# --- what an author may do -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "edits", "remarks"), [("view", 403, 403), ("comment", 403, 302), ("edit", 200, 302)])
def test_R010_levels_of_authors(draft, chad, health, as_user, level, edits, remarks):
    invite(draft, health, chad, level=level)
    client = as_user(health)
    assert client.get("/requests/DRAFT-A/edit/").status_code == edits
    assert client.post("/requests/DRAFT-A/authors/remark/", {"text": "Check the figures."}).status_code == remarks
    for page in ("invite/", "1/end/"):
        assert client.post(f"/requests/DRAFT-A/authors/{page}").status_code == 403
    assert client.post("/requests/DRAFT-A/authors/sign-off/", {"post": chad.pk}).status_code == 403
    assert client.get("/requests/DRAFT-A/split/").status_code == 403
    assert client.get("/requests/DRAFT-A/visibility/").status_code == 403


def test_R010_an_author_edits_and_does_not_submit(draft, chad, health):
    invite(draft, health, chad)
    assert save(draft, health, challenge="No workshop within 300 km.").version == draft.version + 1
    with pytest.raises(Refused, match="Only the focal point"):
        submit(draft, health)
    asked = AssistanceRequest.objects.get(pk=draft.pk)
    with pytest.raises(Refused, match="Only the focal point"):
        save_request(asked, by=health, areas=[], evidence=[], submit_on=timezone.localdate())
    draft.refresh_from_db()
    assert draft.is_draft


def test_R026_an_author_widens_nothing(draft, chad, health):
    """During a clarification an author still edits the text, but not who may read it."""
    invite(draft, health, chad)
    AssistanceRequest.objects.filter(pk=draft.pk).update(status=Status.CLARIFICATION, submitted_on="2026-01-01")
    for changes in ({"visibility": Visibility.PUBLIC}, {"channel": "isu"}, {"inform_coordinators": False}):
        with pytest.raises(Refused, match="who may know"):
            save(draft, health, **changes)
    draft.refresh_from_db()
    assert draft.visibility == Visibility.COORDINATORS_ISU
    save(draft, health, requirement="Three technicians.")


def test_R010_inviting_an_address_without_account_says_what_to_do(draft, chad, lao, isu, as_user):
    """No open sign-up, and the answer does not tell whether somebody else has the address."""
    client = as_user(chad)
    invitation = {"email": "new@defence.td", "level": "edit"}
    unknown = client.post("/requests/DRAFT-A/authors/invite/", invitation)
    taken = client.post("/requests/DRAFT-A/authors/invite/", {**invitation, "email": lao.email})
    assert (unknown.status_code, taken.status_code) == (422, 422)
    for page in (unknown, taken):
        assert "Ask the ISU for this account" in page.content.decode()
    assert not User.objects.filter(email="new@defence.td").exists()
    client.post("/requests/DRAFT-A/authors/invite/", {**invitation, "ask_isu": "1"})
    ticket = HelpTicket.objects.get(state="TCD")
    text = ticket.messages.get().text
    assert "new@defence.td" in text
    assert "DRAFT-A" not in text + ticket.subject + ticket.page
    assert Author.objects.count() == 0


def test_authors_form_keeps_what_was_typed(draft, chad, as_user):
    page = as_user(chad).post("/requests/DRAFT-A/authors/invite/", {"email": "no address", "level": "comment"})
    assert page.status_code == 422
    assert 'value="no address"' in page.content.decode()
    past = {"email": "a@b.org", "level": "edit", "last_day": "2020-01-01"}
    assert "This day is past" in as_user(chad).post("/requests/DRAFT-A/authors/invite/", past).content.decode()


def test_authors_are_told_by_a_link_and_another_invitation_replaces_the_first(draft, chad, health, as_user):
    invite(draft, health, chad, level="view")
    invite(draft, health, chad, level="edit")
    assert [author.level for author in Author.objects.current()] == ["edit"]
    assert Author.objects.count() == 2
    mail = OutboxMail.objects.filter(to=health.email).last()
    assert "/requests/DRAFT-A/authors/" in mail.body
    assert draft.title not in mail.body
    assert AuditEvent.objects.filter(action="author: invited", actor=chad).count() == 2


# --- remarks stay with the State -------------------------------------------------------------------------------------


def test_R026_remarks_never_leave_the_state(draft, chad, health, isu, coordinator, norway, as_user):
    """Neither before the request goes out nor after: no page, no mail, no list."""
    invite(draft, health, chad, level="comment")
    write_remark(draft, text="Our cabinet is split on MARK-17.", by=health, now=timezone.now())
    asked = submit(draft, chad)
    AssistanceRequest.objects.filter(pk=asked.pk).update(visibility=Visibility.PUBLIC)
    for outsider in (isu, coordinator, norway):
        client = as_user(outsider)
        assert client.get(f"{asked.get_absolute_url()}authors/").status_code == 404
        for page in (asked.get_absolute_url(), "/dashboard/", "/requests/"):
            assert "MARK-17" not in client.get(page).content.decode()
        assert Remark.objects.visible_to(outsider).count() == 0
    assert not OutboxMail.objects.filter(body__contains="MARK-17").exists()
    assert not AuditEvent.objects.filter(details__icontains="MARK-17").exists()
    assert "MARK-17" in as_user(chad).get(f"{asked.get_absolute_url()}authors/").content.decode()
    end_authorship(Author.objects.get(), by=chad, now=timezone.now())
    assert Remark.objects.visible_to(fresh(health)).count() == 0


# --- the sign-off ----------------------------------------------------------------------------------------------------


def asked_of(draft, post, chad):
    return ask_sign_off(draft, post, by=chad, now=timezone.now())


def test_R010_without_a_sign_off_asked_everything_is_as_before(draft, chad):
    assert submit(draft, chad).status == Status.SUBMITTED


def test_R010_submission_waits_for_the_sign_off_that_was_asked_for(draft, chad, health):
    invite(draft, health, chad, level="view", may_sign_off=True)
    sign_off = asked_of(draft, health, chad)
    with pytest.raises(Refused, match="has yet to sign off"):
        submit(draft, chad)
    asked = AssistanceRequest.objects.get(pk=draft.pk)
    with pytest.raises(Refused, match="has yet to sign off"):
        save_request(asked, by=chad, areas=["clearance"], evidence=[], submit_on=timezone.localdate())
    give_sign_off(sign_off, version=draft.version, by=health, now=timezone.now())
    assert submit(draft, chad).status == Status.SUBMITTED
    sign_off = SignOff.objects.select_related("request").get()
    assert (sign_off.status, sign_off.signed_version) == (SignOffStatus.GIVEN, draft.version)


def test_R010_a_sign_off_asked_for_while_the_submission_waits_for_the_lock_holds_it_up(draft, chad, monkeypatch):
    wait = actions._lock_for_save

    def waits_meanwhile(request):
        stored = wait(request)
        SignOff.objects.create(request=draft, post=chad, asked_by=chad, asked_at=timezone.now())
        return stored

    monkeypatch.setattr(actions, "_lock_for_save", waits_meanwhile)
    with pytest.raises(Refused):
        submit(draft, chad)
    assert AssistanceRequest.objects.get(pk=draft.pk).is_draft


def test_R010_any_later_edit_voids_the_sign_off(draft, chad, health):
    invite(draft, health, chad, may_sign_off=True)
    sign_off = asked_of(draft, health, chad)
    give_sign_off(sign_off, version=draft.version, by=health, now=timezone.now())
    save(draft, chad, requirement="Twice as much.")
    assert SignOff.objects.select_related("request").get().status == SignOffStatus.VOID
    with pytest.raises(Refused, match="has yet to sign off"):
        submit(draft, chad)
    with pytest.raises(Refused, match="read it again"):
        give_sign_off(sign_off, version=draft.version, by=health, now=timezone.now())
    give_sign_off(sign_off, version=draft.version + 1, by=health, now=timezone.now())
    submit(draft, chad)


@pytest.mark.parametrize("change", ["text", "areas", "evidence"])
def test_R010_a_submission_that_changes_the_text_goes_out_unsigned_for_nobody(draft, chad, change):
    """Saving and submitting in one act sends another text than the one that was signed."""
    give_sign_off(asked_of(draft, chad, chad), version=draft.version, by=chad, now=timezone.now())
    asked = AssistanceRequest.objects.get(pk=draft.pk)
    areas, evidence = ["victim_assistance"], []
    if change == "text":
        asked.challenge = "Something else."
    elif change == "areas":
        areas = ["clearance"]
    else:
        evidence = [EvidenceFactory.build(request=asked)]
    with pytest.raises(Refused, match="has yet to sign off"):
        save_request(asked, by=chad, areas=areas, evidence=evidence, submit_on=timezone.localdate())
    unchanged = AssistanceRequest.objects.get(pk=draft.pk)
    save_request(unchanged, by=chad, areas=["victim_assistance"], evidence=[], submit_on=timezone.localdate())
    assert not AssistanceRequest.objects.get(pk=draft.pk).is_draft


def test_R010_a_stale_submission_is_refused_too(draft, chad):
    """Somebody edits between the signature and a submission that still holds the old text."""
    give_sign_off(asked_of(draft, chad, chad), version=draft.version, by=chad, now=timezone.now())
    stale = AssistanceRequest.objects.get(pk=draft.pk)
    save(draft, chad, challenge="New words.")
    with pytest.raises(Refused):
        submit_request(stale, by=chad, today=timezone.localdate())


def test_R010_the_draft_shows_the_sign_off_and_only_its_post_gives_it(draft, chad, health, as_user):
    second = person("second@test.org", Role.FOCAL_POINT, state="TCD")
    invite(draft, health, chad, may_sign_off=True)
    client, page = as_user(chad), "/requests/DRAFT-A/authors/sign-off/"
    client.post(page, {"post": health.pk})
    assert "waits for the signature" in client.get("/requests/DRAFT-A/").content.decode()
    for other in (chad, second):
        assert as_user(other).post(page, {"give": "1", "version": draft.version}).status_code == 403
    as_user(health).post(page, {"give": "1", "version": draft.version})
    assert SignOff.objects.get().signed_version == draft.version
    shown = client.get("/requests/DRAFT-A/").content.decode()
    assert "signed off" in shown
    assert health.name in shown


def test_R010_an_author_who_lost_the_right_does_not_sign(draft, chad, health, as_user):
    author = invite(draft, health, chad, may_sign_off=True)
    asked_of(draft, health, chad)
    end_authorship(author, by=chad, now=timezone.now())
    invite(draft, health, chad)
    page = as_user(health).post("/requests/DRAFT-A/authors/sign-off/", {"give": "1", "version": draft.version})
    assert page.status_code == 403
    with pytest.raises(Refused, match="may sign off"):
        asked_of(draft, health, chad)


def test_R010_calling_off_is_a_recorded_act_of_the_focal_point(draft, chad, health, as_user):
    invite(draft, health, chad, may_sign_off=True)
    asked_of(draft, health, chad)
    page = "/requests/DRAFT-A/authors/sign-off/"
    assert as_user(health).post(page, {"call_off": "1"}).status_code == 403
    as_user(chad).post(page, {"call_off": "1"})
    assert AuditEvent.objects.filter(action="sign-off: called off", actor=chad).exists()
    assert OutboxMail.objects.filter(to=health.email, subject__contains="no longer asked").exists()
    submit(draft, chad)


def test_R010_after_submission_an_author_still_clarifies(draft, chad, health, coordinator):
    invite(draft, health, chad)
    asked = submit(draft, chad)
    take_step(asked, Action.ASK_CLARIFICATION, by=coordinator, today=timezone.localdate(), note="Which villages?")
    save(asked, health, requirement="In twelve villages.")


# --- in the needs form -----------------------------------------------------------------------------------------------


def test_R026_the_form_tells_an_author_of_no_other_request(draft, chad, health, as_user):
    """A step that begins with what the last request said does so for focal points only."""
    submit(RequestFactory(reference="OLD", draft=True, institution="Secret committee", currency="XAF"), chad)
    AssistanceRequest.objects.filter(pk=draft.pk).update(institution="")
    invite(draft, health, chad)
    page = "/requests/DRAFT-A/edit/plan/"
    assert "Secret committee" in as_user(chad).get(page).content.decode()
    assert "Secret committee" not in as_user(health).get(page).content.decode()


def test_R026_the_form_leaves_channel_and_readers_to_the_focal_point(draft, chad, health, as_user):
    invite(draft, health, chad)
    client = as_user(health)
    for step, data in {"visibility": {"visibility": "public"}, "channel": {"channel": "isu"}}.items():
        assert (
            "The focal point of your State decides this."
            in client.get(f"/requests/DRAFT-A/edit/{step}/").content.decode()
        )
        sent = {"step": step, "version": AssistanceRequest.objects.get(pk=draft.pk).version, **data}
        client.post(f"/requests/DRAFT-A/edit/{step}/", sent)
    draft.refresh_from_db()
    assert (draft.visibility, draft.channel) == (Visibility.COORDINATORS_ISU, "coordinators")
    assert client.get("/requests/DRAFT-A/writing-help/").status_code == 403
    assert HelpTicket.objects.count() == 0


def test_R010_the_review_shows_authors_and_sign_off_and_waits_for_it(draft, chad, health, as_user):
    invite(draft, health, chad, may_sign_off=True)
    asked_of(draft, health, chad)
    review = "/requests/DRAFT-A/edit/review/"
    page = as_user(chad).get(review).content.decode()
    assert "has yet to sign off" in page
    assert health.name in page
    assert 'name="submit"' not in page
    assert as_user(chad).post(review, {"submit": "1", "version": draft.version}).status_code == 422
    as_user(health).post("/requests/DRAFT-A/authors/sign-off/", {"give": "1", "version": draft.version})
    as_author = as_user(health).get(review).content.decode()
    assert 'name="submit"' not in as_author
    assert "The focal point of your State submits it." in as_author
    assert as_user(health).post(review, {"submit": "1", "version": draft.version}).status_code == 422
    assert as_user(chad).post(review, {"submit": "1", "version": draft.version}).status_code == 302
    assert AssistanceRequest.objects.get(pk=draft.pk).status == Status.SUBMITTED


def test_R010_an_author_saves_a_step(draft, chad, health, as_user):
    invite(draft, health, chad)
    data = {"step": "need", "version": draft.version, "challenge": "No workshop.", "requirement": "One workshop."}
    assert as_user(health).post("/requests/DRAFT-A/edit/need/", data).status_code == 302
    assert AssistanceRequest.objects.get(pk=draft.pk).challenge == "No workshop."


# --- rows that must never be wrong -----------------------------------------------------------------------------------


def twice_invited(draft, user):
    for _again in range(2):
        Author.objects.create(request=draft, user=user, level="view", invited_by=user)


BREAKERS = {
    "author_once_at_a_time": twice_invited,
    "author_in_order": lambda draft, user: Author.objects.create(
        request=draft, user=user, level="view", invited_by=user, until=timezone.now() - timedelta(days=1)
    ),
    "remark_says_something": lambda draft, user: Remark.objects.create(request=draft, author=user, text=""),
    "sign_off_one_asked": lambda draft, user: [
        SignOff.objects.create(request=draft, post=user, asked_by=user) for _again in range(2)
    ],
    "sign_off_has_its_version": lambda draft, user: SignOff.objects.create(
        request=draft, post=user, asked_by=user, signed_at=timezone.now()
    ),
    "sign_off_called_off_by_somebody": lambda draft, user: SignOff.objects.create(
        request=draft, post=user, asked_by=user, called_off_at=timezone.now()
    ),
}


def test_every_constraint_of_the_authors_has_its_breaker():
    models = (Author, Remark, SignOff)
    assert {one.name for model in models for one in model._meta.constraints} == set(BREAKERS)


@pytest.mark.parametrize("name", BREAKERS)
def test_database_refuses(draft, chad, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        BREAKERS[name](draft, chad)


def test_a_national_author_needs_a_state():
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(user=person("x@test.org"), role=Role.AUTHOR)
