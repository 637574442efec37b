"""What happens to a request: one transaction each, with its audit entry and its mails."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from ccm_portal.accounts import actions as account_actions
from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.models import State
from requests_app import actions
from requests_app.actions import (
    EditedMeanwhile,
    Refused,
    answer_relay,
    change_visibility,
    mark_opened,
    relay_request,
    save_request,
    start_request,
    submit_request,
    take_step,
)
from requests_app.domain.lifecycle import NotAllowed
from requests_app.enums import Action, AnswerKind, Channel, EvidenceLevel, Status, Visibility
from requests_app.models import Answer, AssistanceRequest, EvidenceItem, Relay, RequestEvent, Supporter
from requests_app.queries import wanted
from tests.requests_app.factories import EvidenceFactory, RelayFactory, RequestFactory

pytestmark = pytest.mark.django_db

WORD = "Zubrowka"


def draft(chad, **values):
    asked = start_request(State.objects.get(pk="TCD"), by=chad)
    for name, value in {"challenge": "No survey teams", "requirement": "Two teams", **values}.items():
        setattr(asked, name, value)
    return save_request(asked, by=chad, areas=["clearance"], evidence=[])


def supporters(*codes):
    return list(Supporter.objects.filter(code__in=codes).select_related("state", "organisation"))


def audit(action):
    return AuditEvent.objects.filter(action=action)


def stored(asked):
    return AssistanceRequest.objects.get(pk=asked.pk)


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_R005_draft_may_be_incomplete(chad):
    asked = draft(chad, challenge="", requirement="", title="")
    assert asked.is_draft
    assert asked.reference.startswith("DRAFT-")
    assert asked.submitted_on is None
    assert asked.visibility == Visibility.COORDINATORS_ISU
    assert audit("request saved").get().details["new"] is True


def test_R002_one_request_for_two_areas_shows_in_both_and_once_in_the_list(chad):
    asked = draft(chad)
    save_request(asked, by=chad, areas=["clearance", "victim_assistance"], evidence=[], expected_version=1)
    for area in ("clearance", "victim_assistance"):
        assert list(AssistanceRequest.objects.filter(state="TCD", areas=area, status="draft")) == [asked]
    assert AssistanceRequest.objects.filter(state="TCD", status="draft").count() == 1


def test_R003_evidence_badge_follows_the_items_at_once(chad):
    asked = draft(chad)
    assert stored(asked).evidence_level == EvidenceLevel.ASSERTED
    complete = EvidenceFactory.build(request=None)
    save_request(asked, by=chad, areas=[], evidence=[complete])
    assert stored(asked).evidence_level == EvidenceLevel.FULLY
    save_request(asked, by=chad, areas=[], evidence=[EvidenceFactory.build(request=None, bare=True)])
    assert stored(asked).evidence_level == EvidenceLevel.PARTLY
    save_request(asked, by=chad, areas=[], evidence=[], removed_evidence=list(asked.evidence.all()))
    assert stored(asked).evidence_level == EvidenceLevel.ASSERTED


def test_R003_removing_the_only_evidence_turns_fully_into_asserted(chad):
    asked = draft(chad)
    save_request(asked, by=chad, areas=[], evidence=[EvidenceFactory.build(request=None)])
    save_request(asked, by=chad, areas=[], evidence=[], removed_evidence=[asked.evidence.get()])
    assert stored(asked).evidence_level == EvidenceLevel.ASSERTED


@pytest.mark.parametrize("missing", ["figure", "unit", "source", "method"])
def test_R003_an_item_without_one_of_its_parts_is_not_full_evidence(missing):
    item = EvidenceItem(figure=1, unit="m²", source="x", dated=date(2026, 1, 1), method="survey")
    assert item.is_complete
    setattr(item, missing, None if missing == "figure" else "")
    assert not item.is_complete


def test_figure_of_zero_is_a_figure():
    assert EvidenceItem(figure=Decimal(0), unit="m²", source="x", dated=date(2026, 1, 1), method="survey").is_complete


# --- two people editing ----------------------------------------------------------------------------------------------


def test_second_of_two_editors_is_told_and_nothing_is_overwritten(chad):
    asked = draft(chad, title="First")
    one, two = stored(asked), stored(asked)
    one.title = "By the first"
    save_request(one, by=chad, areas=["clearance"], evidence=[], expected_version=1)
    two.title = "By the second"
    with pytest.raises(EditedMeanwhile), transaction.atomic():
        save_request(two, by=chad, areas=[], evidence=[EvidenceFactory.build(request=None)], expected_version=1)
    after = stored(asked)
    assert (after.title, after.version, after.evidence.count()) == ("By the first", 2, 0)
    assert [area.pk for area in after.areas.all()] == ["clearance"]


def test_every_change_makes_a_new_version(chad, coordinator, today):
    asked = draft(chad)
    asked = save_request(asked, by=chad, areas=[], evidence=[], expected_version=1)
    submit_request(asked, by=chad, today=today)
    after = take_step(asked, Action.ASK_CLARIFICATION, by=coordinator, today=today, note="Which areas?")
    change_visibility(after, Visibility.PUBLIC, by=chad)
    assert stored(asked).version >= 4


def test_half_saved_is_not_saved(chad, monkeypatch):
    """Everything or nothing: the request, its areas and its evidence."""
    asked = draft(chad, title="Before")

    def fails(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(actions, "audit_event", fails)
    asked.title = "After"
    with pytest.raises(OSError, match="disk full"), transaction.atomic():
        save_request(asked, by=chad, areas=["other"], evidence=[EvidenceFactory.build(request=None)])
    after = stored(asked)
    assert (after.title, after.evidence.count()) == ("Before", 0)
    assert [area.pk for area in after.areas.all()] == ["clearance"]


# --- submitting ------------------------------------------------------------------------------------------------------


def test_references_count_per_state_and_year(chad, lao):
    first = submit_request(draft(chad), by=chad, today=date(2027, 1, 5))
    second = submit_request(draft(chad), by=chad, today=date(2027, 12, 31))
    other_year = submit_request(draft(chad), by=chad, today=date(2028, 1, 1))
    mine = save_request(start_request(lao.access.state, by=lao), by=lao, areas=[], evidence=[])
    mine.challenge = mine.requirement = "x"
    other_state = submit_request(mine, by=lao, today=date(2027, 1, 5))
    assert [r.reference for r in (first, second, other_year, other_state)] == [
        "TCD-2027-001",
        "TCD-2027-002",
        "TCD-2028-001",
        "LAO-2027-001",
    ]


def test_references_go_on_after_those_of_the_register(chad):
    """Chad's published request of 2018 keeps its number."""
    assert AssistanceRequest.objects.filter(reference="TCD-2018-001").exists()
    assert submit_request(draft(chad), by=chad, today=date(2018, 12, 1)).reference == "TCD-2018-002"


@pytest.mark.parametrize("last", [9, 99, 998])
def test_references_grow_in_number_not_in_text(chad, last):
    RequestFactory(reference=f"TCD-2027-{last:03d}")
    assert submit_request(draft(chad), by=chad, today=date(2027, 1, 5)).reference == f"TCD-2027-{last + 1:03d}"


def test_references_go_on_beyond_three_digits(chad):
    RequestFactory(reference="TCD-2027-999")
    RequestFactory(reference="TCD-2027-1000")
    assert submit_request(draft(chad), by=chad, today=date(2027, 1, 5)).reference == "TCD-2027-1001"


def test_R005_submission_without_a_requirement_is_refused(chad, today):
    for missing in ("challenge", "requirement"):
        asked = draft(chad, **{missing: ""})
        with pytest.raises(Refused):
            submit_request(asked, by=chad, today=today)
        assert stored(asked).is_draft
    assert OutboxMail.objects.count() == 0


def test_R005_a_blank_is_no_requirement(chad, today):
    with pytest.raises(Refused):
        submit_request(draft(chad, requirement=" \n"), by=chad, today=today)


def test_R005_submitted_once_only(chad, today):
    asked = submit_request(draft(chad), by=chad, today=today)
    with pytest.raises(NotAllowed):
        submit_request(asked, by=chad, today=today)


def test_R008_submission_tells_the_coordinators_in_office(chad, coordinator, isu, today):
    asked = submit_request(draft(chad), by=chad, today=today)
    (mail,) = OutboxMail.objects.all()
    assert mail.to == coordinator.email
    assert asked.reference in mail.subject
    assert asked.get_absolute_url() in mail.body


def test_R009_channel_isu_tells_both_unless_the_state_objects(chad, coordinator, isu, today):
    submit_request(draft(chad, channel=Channel.ISU), by=chad, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {coordinator.email, isu.email}
    OutboxMail.objects.all().delete()
    submit_request(draft(chad, channel=Channel.ISU, inform_coordinators=False), by=chad, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {isu.email}


def test_submission_is_found_by_its_words_without_accents(chad, today):
    asked = submit_request(draft(chad, title="Évaluation des zones"), by=chad, today=today)
    for typed in ("EVALUATION tchad clearance", asked.reference, "zone"):
        assert list(AssistanceRequest.objects.search(wanted(typed), chad.access)) == [asked], typed
    assert not AssistanceRequest.objects.search(wanted("évaluation Chile"), chad.access)


# --- the life cycle --------------------------------------------------------------------------------------------------


def test_R010_history_lists_actor_day_and_note_of_each_change(chad, coordinator, norway, today):
    asked = submit_request(draft(chad, visibility=Visibility.PUBLIC), by=chad, today=today)
    take_step(asked, Action.ASK_CLARIFICATION, by=coordinator, today=today, note="Which areas?")
    take_step(asked, Action.CLARIFY, by=chad, today=today + timedelta(1), note="The north.")
    (relay,) = relay_request(stored(asked), supporters("NOR"), by=coordinator, today=today + timedelta(2))
    answer_relay(relay, kind=AnswerKind.OFFER, text="Yes", by=norway, today=today + timedelta(3))
    take_step(asked, Action.AGREE, by=chad, today=today + timedelta(4))
    take_step(asked, Action.START_DELIVERY, by=chad, today=today + timedelta(5))
    take_step(asked, Action.COMPLETE_DELIVERY, by=chad, today=today + timedelta(6))
    take_step(asked, Action.CLOSE_MET, by=chad, today=today + timedelta(7), note="Both teams worked a year.")
    history = [(e.action, e.from_status, e.to_status, e.actor, (e.on - today).days) for e in asked.events.all()]
    assert history == [
        ("submit", "draft", "submitted", chad, 0),
        ("ask_clarification", "submitted", "clarification_asked", coordinator, 0),
        ("clarify", "clarification_asked", "submitted", chad, 1),
        ("relay", "submitted", "relayed", coordinator, 2),
        ("answer", "relayed", "answered", norway, 3),
        ("agree", "answered", "agreed", chad, 4),
        ("start_delivery", "agreed", "delivering", chad, 5),
        ("complete_delivery", "delivering", "delivered", chad, 6),
        ("close_met", "delivered", "closed_met", chad, 7),
    ]
    assert stored(asked).outcome == "Both teams worked a year."
    assert audit("request: close_met").get().actor == chad


def test_R010_jump_from_submitted_to_delivered_is_refused(chad, today):
    asked = RequestFactory()
    with pytest.raises(NotAllowed):
        take_step(asked, Action.COMPLETE_DELIVERY, by=chad, today=today)
    assert stored(asked).status == Status.SUBMITTED
    assert RequestEvent.objects.filter(request=asked).count() == 0


@pytest.mark.parametrize("note", ["", "  \n"])
def test_R024_closing_as_met_without_an_outcome_is_refused(chad, today, note):
    asked = RequestFactory(status=Status.DELIVERED)
    with pytest.raises(Refused):
        take_step(asked, Action.CLOSE_MET, by=chad, today=today, note=note)
    assert stored(asked).status == Status.DELIVERED


def test_status_on_a_past_day_is_what_it_was_then(chad, coordinator, today):
    asked = submit_request(draft(chad), by=chad, today=today)
    take_step(asked, Action.WITHDRAW, by=chad, today=today + timedelta(30))

    def status_on(day):
        return AssistanceRequest.objects.filter(pk=asked.pk).with_status_on(day).values_list("status_on", flat=True)

    assert list(status_on(today - timedelta(1))) == []
    assert list(status_on(today + timedelta(29))) == [Status.SUBMITTED]
    assert list(status_on(today + timedelta(30))) == [Status.WITHDRAWN]


# --- visibility ------------------------------------------------------------------------------------------------------


def test_R026_change_of_visibility_is_logged_with_before_and_after(chad):
    asked = RequestFactory()
    change_visibility(asked, Visibility.PUBLIC, by=chad)
    change_visibility(asked, Visibility.STATES_PARTIES, by=chad)
    entries = [(e.details["before"], e.details["after"], e.actor) for e in audit("request visibility").order_by("pk")]
    assert entries == [("coordinators_isu", "public", chad), ("public", "states_parties", chad)]
    assert stored(asked).visibility == Visibility.STATES_PARTIES


def test_R026_unknown_level_is_refused(chad):
    with pytest.raises(ValueError, match="everybody"):
        change_visibility(RequestFactory(), "everybody", by=chad)


def test_R026_visibility_changed_in_the_form_is_logged_too(chad):
    asked = stored(RequestFactory(status=Status.CLARIFICATION))
    asked.visibility = Visibility.PUBLIC
    save_request(asked, by=chad, areas=[], evidence=[], expected_version=1)
    assert audit("request visibility").exists()


# --- relays and answers ----------------------------------------------------------------------------------------------


def test_R012_one_request_to_three_recipients_makes_three_tracked_relays(coordinator, today):
    asked = RequestFactory(match_parties=True)
    relays = relay_request(asked, supporters("NOR", "CHE", "NPA"), by=coordinator, today=today, note="Please look.")
    assert {relay.supporter.code for relay in relays} == {"NOR", "CHE", "NPA"}
    assert {(r.sent_on, r.sent_by, r.note, r.opened_at) for r in relays} == {(today, coordinator, "Please look.", None)}
    assert stored(asked).status == Status.RELAYED


def test_R012_second_relay_to_the_same_recipient_asks_for_confirmation(coordinator, today):
    asked = RequestFactory(match_parties=True)
    relay_request(asked, supporters("NOR"), by=coordinator, today=today)
    with pytest.raises(Refused, match="Norway"):
        relay_request(asked, supporters("NOR", "CHE"), by=coordinator, today=today)
    assert Relay.objects.filter(request=asked).count() == 1
    relay_request(asked, supporters("NOR", "CHE"), by=coordinator, today=today, again=True)
    assert Relay.objects.filter(request=asked).count() == 3


def test_R012_opening_is_tracked_once(norway):
    relay = RelayFactory()
    first = timezone.now()
    mark_opened(relay, by=norway, at=first)
    mark_opened(relay, by=norway, at=first + timedelta(days=3))
    relay.refresh_from_db()
    assert relay.opened_at == first
    assert audit("relay opened").count() == 1


@pytest.mark.parametrize(
    ("level", "refused"),
    [
        (Visibility.COORDINATORS_ISU, {"NOR", "USA", "NPA"}),
        (Visibility.STATES_PARTIES, {"USA", "NPA"}),
        (Visibility.MATCH_PARTIES, set()),
        (Visibility.PUBLIC, set()),
    ],
)
def test_R026_relay_goes_only_to_whom_the_state_has_released_it(coordinator, today, level, refused):
    for code in ("NOR", "USA", "NPA"):
        asked = RequestFactory(visibility=level)
        if code in refused:
            with pytest.raises(Refused, match="not released"):
                relay_request(asked, supporters(code), by=coordinator, today=today)
            assert stored(asked).status == Status.SUBMITTED
        else:
            relay_request(asked, supporters(code), by=coordinator, today=today)
    assert Relay.objects.count() == 3 - len(refused)


def test_R026_one_unreleased_recipient_stops_the_whole_relay(coordinator, today):
    asked = RequestFactory(states_parties=True)
    with pytest.raises(Refused, match="United States"):
        relay_request(asked, supporters("NOR", "USA"), by=coordinator, today=today)
    assert Relay.objects.count() == OutboxMail.objects.count() == 0


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CLARIFICATION, Status.DELIVERED, Status.WITHDRAWN, Status.MET])
def test_R012_drafts_and_ended_requests_are_not_relayed(coordinator, today, status):
    extra = {"draft": True} if status == Status.DRAFT else {"status": status, "outcome": "x"}
    asked = RequestFactory(public=True, **extra)
    with pytest.raises(NotAllowed):
        relay_request(asked, supporters("NOR"), by=coordinator, today=today)
    assert Relay.objects.count() == 0


def test_R012_a_state_is_not_asked_to_help_itself(norway, coordinator, today):
    asked = RequestFactory(state_id="NOR", public=True)
    with pytest.raises(Refused):
        relay_request(asked, supporters("NOR"), by=coordinator, today=today)


def test_R012_a_relay_needs_a_recipient(coordinator, today):
    asked = RequestFactory(public=True)
    with pytest.raises(Refused):
        relay_request(asked, [], by=coordinator, today=today)


def test_R012_relay_mails_the_people_of_each_recipient(coordinator, norway, npa, today):
    asked = RequestFactory(match_parties=True)
    relay_request(asked, supporters("NOR", "NPA", "CHE"), by=coordinator, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {norway.email, npa.email}


@pytest.mark.parametrize("kind", AnswerKind)
def test_R013_every_kind_of_answer_counts_also_unable(norway, chad, coordinator, today, kind):
    relay = RelayFactory()
    answer_relay(relay, kind=kind, text="Our reasons", by=norway, today=today)
    answer = Answer.objects.get()
    assert (answer.kind, answer.text, answer.answered_on, answer.answered_by) == (kind, "Our reasons", today, norway)
    assert Relay.objects.unanswered().count() == 0
    assert stored(relay.request).status == Status.ANSWERED
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {chad.email, coordinator.email}


def test_R013_silence_is_no_answer(norway, today):
    asked = RequestFactory(match_parties=True, status=Status.RELAYED)
    relays = [RelayFactory(request=asked, code=code) for code in ("NOR", "CHE", "NPA", "USA")]
    for relay in relays[:3]:
        answer_relay(relay, kind=AnswerKind.UNABLE, text="Not this year", by=norway, today=today)
    assert [relay.supporter.code for relay in Relay.objects.unanswered()] == ["USA"]


def test_R013_closed_request_takes_no_answer(norway, today):
    relay = RelayFactory(request__status=Status.WITHDRAWN)
    with pytest.raises(NotAllowed):
        answer_relay(relay, kind=AnswerKind.OFFER, text="", by=norway, today=today)
    assert Answer.objects.count() == 0


def test_R013_unknown_kind_of_answer_is_refused(norway, today):
    with pytest.raises(ValueError, match="perhaps"), transaction.atomic():
        answer_relay(RelayFactory(), kind="perhaps", text="", by=norway, today=today)
    assert Answer.objects.count() == 0


# --- mails -----------------------------------------------------------------------------------------------------------


def everything(chad, coordinator, norway, today):
    """A whole life with the word in every text that somebody types."""
    asked = draft(
        chad, title=f"{WORD} 1", challenge=f"{WORD} 2", requirement=f"{WORD} 3", visibility=Visibility.MATCH_PARTIES
    )
    submit_request(asked, by=chad, today=today)
    take_step(asked, Action.ASK_CLARIFICATION, by=coordinator, today=today, note=f"{WORD} 4")
    take_step(asked, Action.CLARIFY, by=chad, today=today, note=f"{WORD} 5")
    return stored(asked)


def test_mails_carry_no_confidential_text(chad, coordinator, norway, today):
    asked = everything(chad, coordinator, norway, today)
    (relay,) = relay_request(asked, supporters("NOR"), by=coordinator, today=today)
    answer_relay(relay, kind=AnswerKind.OFFER, text=f"{WORD} 6", by=norway, today=today)
    take_step(asked, Action.CLOSE_UNMET, by=chad, today=today, note=f"{WORD} 7")
    mails = OutboxMail.objects.all()
    assert len(mails) >= 6
    assert not [mail for mail in mails if WORD in mail.subject + mail.body]
    assert all(asked.get_absolute_url() in mail.body for mail in mails)


def test_covering_note_is_read_in_the_portal_not_in_the_mail(coordinator, norway, today):
    relay_request(
        RequestFactory(match_parties=True), supporters("NOR"), by=coordinator, today=today, note=f"About {WORD}"
    )
    assert WORD not in OutboxMail.objects.get().body


def test_mails_are_queued_in_the_transaction_of_the_change(chad, coordinator, today):
    asked = draft(chad)
    with transaction.atomic():
        submit_request(asked, by=chad, today=today)
        assert OutboxMail.objects.count() == 1
        transaction.set_rollback(True)
    assert OutboxMail.objects.count() == 0
    assert stored(asked).is_draft
    assert audit("request: submit").count() == 0


def test_change_is_undone_when_its_mails_cannot_be_queued(chad, coordinator, today, monkeypatch):
    asked = draft(chad)

    def fails(*args, **kwargs):
        raise RuntimeError("no outbox")

    monkeypatch.setattr(actions, "queue_mails", fails)
    with pytest.raises(RuntimeError, match="no outbox"):
        submit_request(asked, by=chad, today=today)
    assert stored(asked).is_draft
    assert stored(asked).reference.startswith("DRAFT-")


def test_nobody_is_mailed_about_their_own_step(chad, coordinator, today):
    asked = submit_request(draft(chad), by=chad, today=today)
    OutboxMail.objects.all().delete()
    take_step(asked, Action.WITHDRAW, by=chad, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {coordinator.email}


def test_waiting_mails_are_sent_once(chad, coordinator, today, mailoutbox):
    submit_request(draft(chad), by=chad, today=today)
    now = timezone.make_aware(datetime(2026, 11, 21))
    assert account_actions.send_waiting_mails(now=now) == (1, 0)
    assert account_actions.send_waiting_mails(now=now) == (0, 0)
    assert [mail.to for mail in mailoutbox] == [[coordinator.email]]
