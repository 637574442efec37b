"""The only writers of what belongs to a request while it is written. A step is saved in one transaction with the
request's version; what cannot be part of the request yet is kept for its writer."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ccm_portal.accounts.models import User
from requests_app.actions import save_request
from requests_app.help_desk.actions import move_page
from requests_app.models import AssistanceRequest
from requests_app.writing.models import Unsaved, Writing

NOT_KEPT = ("csrfmiddlewaretoken", "go", "save", "submit", "mark", "seen", "version", "step")


@transaction.atomic
def save_step(
    request: AssistanceRequest,
    step: str,
    *,
    by: User,
    changes: Mapping[str, Any],
    expected_version: int | None,
    also: Callable[..., object] | None = None,
    submit_on: date | None = None,
) -> AssistanceRequest:
    """Save what one step changed, or the whole form, and what it writes elsewhere (`also`); note how far the writing
    is. With `submit_on`, submit it. Raises what `save_request` raises."""
    begun_as = request.reference
    save_request(request, by=by, expected_version=expected_version, submit_on=submit_on, **changes)
    if also:
        also(by=by)
    _note_progress(request, step, begun_as)
    forget_unsaved(by, begun_as, step)
    if request.reference != begun_as:
        move_page(f"/requests/{begun_as}/", request.get_absolute_url())
    return request


def _note_progress(request: AssistanceRequest, step: str, begun_as: str) -> None:
    writing = getattr(request, "writing", None) or Writing(request=request, draft_reference=begun_as)
    saved = sorted({*writing.saved_steps, step})
    if (writing.last_step, writing.saved_steps) != (step, saved):
        writing.last_step, writing.saved_steps = step, saved
        writing.save()


def keep_unsaved(owner: int, reference: str, step: str, typed: Mapping[str, list[str]], *, at: datetime) -> Unsaved:
    """Keep what a person typed in a step, in the place of what was kept before."""
    data = {
        name: [value.replace("\x00", "") for value in values]  # no database keeps a NUL in JSON
        for name, values in typed.items()
        if name not in NOT_KEPT
    }
    kept, _created = Unsaved.objects.update_or_create(
        owner_id=owner, reference=reference, step=step, defaults={"data": data, "at": at}
    )
    return kept


def forget_unsaved(owner: User, reference: str, step: str) -> None:
    """What was kept is part of the request now, or its writer lets it go."""
    Unsaved.objects.filter(owner=owner, reference=reference, step=step).delete()
