"""What each draft of a country request still lacks, in words: the needs form's own rules say it."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from requests_app.authors.queries import open_sign_offs, unsigned
from requests_app.models import AssistanceRequest
from requests_app.writing.models import Unsaved
from requests_app.writing.progress import needed_to_submit


def lacking(drafts: Iterable[AssistanceRequest], *, by: User) -> dict[int, list[str]]:
    """What each draft lacks before this person can submit it; nothing where it is ready. Three queries."""
    drafts = list(drafts)
    prefetch_related_objects(drafts, "areas", open_sign_offs())
    references = [draft.reference for draft in drafts]
    typed = set(Unsaved.objects.filter(owner=by, reference__in=references).values_list("reference", flat=True))
    return {draft.pk: _lacks(draft, draft.reference in typed) for draft in drafts}


def _lacks(draft: AssistanceRequest, has_unsaved: bool) -> list[str]:
    empty = _("This is needed before the request can be submitted.")  # said once, above them all
    needed = [
        str(item.label) if item.text == empty else _("%(field)s %(error)s") % {"field": item.label, "error": item.text}
        for item in needed_to_submit(draft)
    ]
    unsaved = [_("What you typed in one of its steps is not saved yet.")] if has_unsaved else []
    return [*needed, *unsaved, *unsigned(draft)]
