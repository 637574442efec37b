"""The only writers of returned forms. A form is kept as it came; what it changes, the actions of requests write, in one
transaction with the mark that it was taken over."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import User
from requests_app.actions import Refused, enter_for_state, record_need
from requests_app.domain.files import safe_name
from requests_app.models import AssistanceRequest, StatedIn
from requests_app.workbooks.enums import Way
from requests_app.workbooks.models import ReturnedForm
from requests_app.writing.actions import save_step
from requests_app.writing.models import hidden_name
from requests_app.writing.steps import WHOLE

FORGET_WAITING = timedelta(days=7)
#: What one step of the form writes beside the request itself.
Writer = Callable[..., object]


@transaction.atomic
def keep_returned(
    returned: ReturnedForm, *, content: bytes, name: str, note: tuple[str, bytes] | None = None
) -> ReturnedForm:
    """Keep a form as it came, with its note verbale; both were checked by then."""
    returned.key, returned.file_name = secrets.token_urlsafe(32), safe_name(name)
    returned.file.save(hidden_name(name), ContentFile(content), save=False)
    if note:
        returned.note_name = safe_name(note[0])
        returned.note.save(hidden_name(note[0]), ContentFile(note[1]), save=False)
    returned.save()
    return returned


@transaction.atomic
def accept(
    returned: ReturnedForm,
    asked: AssistanceRequest,
    *,
    changes: Mapping[str, Any],
    writers: Iterable[Writer],
    by: User,
    at: datetime,
    today: date,
    expected_version: int | None,
) -> AssistanceRequest:
    """Take over what the person has chosen: into the State's draft, or for the ISU as a request of the State that has
    sent the form. Raises what `save_step` and `enter_for_state` raise, and Refused if it was taken over already."""
    locked = ReturnedForm.objects.select_for_update().get(pk=returned.pk)
    if locked.accepted_at is not None:
        raise Refused(_("This form was taken over already."))

    def write_more(by: User) -> None:
        for writer in writers:
            writer(by=by)
        _note_accepted(locked, asked, by=by, at=at)

    if locked.way == Way.UPLOAD:
        return save_step(asked, WHOLE, by=by, changes=changes, expected_version=expected_version, also=write_more)
    return enter_for_state(
        asked,
        areas=changes["areas"],
        evidence=changes.get("evidence", ()),
        received_on=locked.received_on,
        is_signed=bool(locked.note),
        by=by,
        today=today,
        also=partial(write_more, by),
    )


def _note_accepted(returned: ReturnedForm, asked: AssistanceRequest, *, by: User, at: datetime) -> None:
    returned.request, returned.accepted_at = asked, at
    returned.save(update_fields=["request", "accepted_at"])
    said = {"way": returned.way, "sender": returned.sender, "file": returned.file_name, "note": returned.note_name}
    record_event("form taken over", by=by, subject=asked.reference, **said)


def drop(returned: ReturnedForm) -> None:
    """Let a form go that was not taken over, with its files."""
    gone, _models = ReturnedForm.objects.filter(pk=returned.pk, accepted_at__isnull=True).delete()
    for file in (returned.file, returned.note):
        if gone and file:
            file.delete(save=False)


def forget_waiting(now: datetime) -> int:
    """Drop forms that nobody has taken over. Returns how many."""
    old = list(ReturnedForm.objects.filter(accepted_at__isnull=True, received_at__lt=now - FORGET_WAITING))
    for returned in old:
        drop(returned)
    return len(old)


@transaction.atomic
def record_needs(
    needs: Iterable[tuple[AssistanceRequest, StatedIn, Mapping[str, Any]]], *, by: User, today: date, name: str
) -> int:
    """Record needs that were read in Article 7 reports, all or none: each as by hand, so that it counts only once its
    State has confirmed it. Returns how many."""
    number = 0
    for request, stated, said in needs:
        record_need(request, stated, areas=said["areas"], said_on=said["said_on"], by=by, today=today)
        number += 1
    record_event("needs imported", by=by, subject=name, number=number)
    return number
