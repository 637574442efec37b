"""The only writers of risk flags and extension requests. Each is one transaction with its audit entry and mails."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import HANDLERS, PRESIDENT, focal_points_of
from ccm_portal.register.clocks import formal_meetings
from ccm_portal.register.enums import OutcomeChoices
from ccm_portal.register.known import known_register
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation, State
from ccm_portal.treaty.extensions import deciding_meeting
from requests_app.actions import EditedMeanwhile, Refused
from requests_app.extensions import queries
from requests_app.extensions.enums import DraftStatus
from requests_app.extensions.models import ExtensionDraft, FundingLine, RiskFlag, StockLine
from requests_app.extensions.permissions import owns


@transaction.atomic
def raise_flag(
    obligation: Obligation, *, reason: str, by: User, today: date, is_example: bool = False
) -> ExtensionDraft:
    """Record that the State may not complete in time, and open its guided request for more time."""
    Obligation.objects.select_for_update().get(pk=obligation.pk)
    if RiskFlag.objects.filter(obligation=obligation, withdrawn_on__isnull=True).exists():
        raise Refused(_("This clock is marked as at risk already."))
    on_behalf = not owns(by.access, obligation.state_id)
    RiskFlag.objects.create(
        obligation=obligation,
        raised_on=today,
        raised_by=by,
        on_behalf=on_behalf,
        reason=reason,
        is_example=is_example,
    )
    record_event("risk flag raised", by=by, subject=obligation, on_behalf=on_behalf)
    told = [focal_points_of(obligation.state_id)] if on_behalf else HANDLERS
    queue_mails(
        User.objects.holding(today, *told),
        subject=lambda: _("%(state)s may need more time") % {"state": obligation.state.name},
        body=lambda: _("A note on one of its deadlines was recorded. Open the State's page to read it."),
        path=obligation.state.get_absolute_url(),
        kind=MailKind.OBLIGATIONS if on_behalf else MailKind.HANDLING,
    )
    return start_draft(obligation, by=by, is_example=is_example)


@transaction.atomic
def withdraw_flag(flag: RiskFlag, *, by: User, today: date) -> None:
    """The State expects to complete in time after all."""
    if RiskFlag.objects.filter(pk=flag.pk, withdrawn_on__isnull=True).update(withdrawn_on=today):
        record_event("risk flag withdrawn", by=by, subject=flag.obligation)


@transaction.atomic
def publish_flag(flag: RiskFlag, *, by: User, today: date) -> None:
    """The State's recorded act of letting everybody know."""
    if RiskFlag.objects.filter(pk=flag.pk, public_on__isnull=True).update(public_on=today):
        record_event("risk flag made public", by=by, subject=flag.obligation)


@transaction.atomic
def start_draft(obligation: Obligation, *, by: User, is_example: bool = False) -> ExtensionDraft:
    """The draft that is being written for a clock, or a new one under the State's next number."""
    State.objects.select_for_update().only("pk").get(pk=obligation.state_id)
    existing = ExtensionDraft.objects.filter(obligation=obligation, status=DraftStatus.DRAFT).first()
    if existing is not None:
        return existing
    number = ExtensionDraft.objects.filter(obligation__state=obligation.state_id).count() + 1
    draft = ExtensionDraft.objects.create(
        reference=f"{obligation.state_id}-ER-{number}", obligation=obligation, created_by=by, is_example=is_example
    )
    record_event("extension draft opened", by=by, subject=draft.reference)
    return draft


@transaction.atomic
def save_draft(
    draft: ExtensionDraft,
    *,
    by: User,
    funding: Iterable[FundingLine],
    stocks: Iterable[StockLine],
    expected_version: int | None = None,
) -> ExtensionDraft:
    """Save what a form changed; the lines given take the place of those stored. Raises EditedMeanwhile where another
    save came first, and Refused where it is a draft no longer."""
    stored = ExtensionDraft.objects.select_for_update().get(pk=draft.pk)
    _refuse_unless_draft(stored)
    if expected_version is not None and stored.version != expected_version:
        message = _(
            "Somebody else has saved this draft since you opened it. Open it in another window to compare; what you "
            "typed is kept below, and saving again puts it in the place of theirs."
        )
        raise EditedMeanwhile(message, stored.version)
    draft.version = stored.version + 1
    draft.save()
    for model, lines in ((FundingLine, funding), (StockLine, stocks)):
        model.objects.filter(draft=draft).delete()
        for line in lines:
            line.draft = draft
            line.save()
    record_event("extension draft saved", by=by, subject=draft.reference, version=draft.version)
    return draft


def _refuse_unless_draft(draft: ExtensionDraft) -> None:
    if not draft.is_draft:
        raise Refused(_("This is no draft any more: it was lodged or withdrawn."))


@transaction.atomic
def lodge_draft(draft: ExtensionDraft, *, by: User, today: date) -> ExtensionDraft:
    """Lodge a complete draft: it becomes public, and the register gets its entry, awaiting decision.

    A late one is lodged and marked late. Raises Refused with the names of what is missing.
    """
    Obligation.objects.select_for_update().get(pk=draft.obligation_id)
    locked = ExtensionDraft.objects.for_detail().get(pk=ExtensionDraft.objects.select_for_update().get(pk=draft.pk).pk)
    _refuse_unless_draft(locked)
    if missing := queries.check(locked).missing:
        raise Refused(_("Not complete yet. Missing: %(items)s.") % {"items": "; ".join(missing)})
    entries = ExtensionDecision.objects.filter(obligation=locked.obligation)
    if entries.filter(outcome=OutcomeChoices.PENDING).exists():
        raise Refused(_("A request for this deadline is lodged already and awaits its decision."))
    row = queries.clock_of(locked.obligation, today)
    if row is None or not row.is_running:
        raise Refused(_("This clock does not run any more."))
    meeting = deciding_meeting(row.consideration_meeting, today, formal_meetings())
    locked.meeting = Meeting.objects.get(code=meeting.code) if meeting else None
    locked.due_on, locked.lodged_on, locked.status = row.latest_submission, today, DraftStatus.LODGED
    locked.decision = _enter(locked, (entries.aggregate(last=Max("sequence"))["last"] or 0) + 1, by=by, today=today)
    locked.version += 1
    locked.save()
    record_event("extension request lodged", by=by, subject=locked.reference, late=locked.is_late)
    queue_mails(
        User.objects.holding(today, *HANDLERS, PRESIDENT),
        subject=lambda: _("Extension request lodged: %(reference)s") % {"reference": locked.reference},
        body=lambda: _("%(state)s has lodged a request for more time.") % {"state": locked.obligation.state.name},
        path=locked.get_absolute_url(),
        kind=MailKind.HANDLING,
    )
    return locked


def _enter(draft: ExtensionDraft, sequence: int, *, by: User, today: date) -> ExtensionDecision:
    """The register's entry of a lodged request; the ISU records there what the meeting decides."""
    entry = ExtensionDecision(
        obligation=draft.obligation,
        sequence=sequence,
        meeting=draft.meeting,
        outcome=OutcomeChoices.PENDING,
        requested_on=today,
        source=f"{draft.reference}, lodged through the portal on {today:%Y-%m-%d}",
        note=draft.reference,
        is_example=draft.is_example,
    )
    entry._history_user = by  # type: ignore[attr-defined]  # so that a refresh of the register leaves it
    entry.save()
    known_register.forget()
    return entry


@transaction.atomic
def withdraw_draft(draft: ExtensionDraft, *, by: User) -> ExtensionDraft:
    """Put a draft away unlodged."""
    locked = ExtensionDraft.objects.select_for_update().get(pk=draft.pk)
    _refuse_unless_draft(locked)
    locked.status = DraftStatus.WITHDRAWN
    locked.save()
    record_event("extension draft withdrawn", by=by, subject=locked.reference)
    return locked
