"""Which request a form belongs to."""

import re
from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from ccm_portal.register.models import State
from requests_app.actions import Refused, start_request
from requests_app.models import AssistanceRequest, read_rows
from requests_app.permissions import can_edit, can_request, owns
from requests_app.workbooks.models import ReturnedForm
from requests_app.workbooks.permissions import enters_for_states
from requests_app.writing.queries import ROWS, with_steps

DRAFT_REFERENCE = re.compile(r"DRAFT-[0-9A-F]{10}")


def find(user: User, reference: str, *, rows: tuple[str, ...] = ROWS) -> AssistanceRequest | None:
    """A request that the person may know of, by its reference or the one it was begun under, with all its steps and
    its rows."""
    known = with_steps(AssistanceRequest.objects.visible_to(user))
    found = known.filter(Q(reference=reference) | Q(writing__draft_reference=reference)).first()
    if found is not None:
        read_rows(found, *rows)
        found.author_writes = not owns(user.access, found)
    return found


def request_of(identity: Mapping[str, str], user: User) -> AssistanceRequest:
    """The request that a form is for: the stored one, or a new one under the reference that the form brings. Raises
    Refused, with the reason, where it is not for this person to send."""
    reference, state = identity.get("reference", ""), _state(identity.get("state", ""))
    if enters_for_states(user):
        return _for_state(state, reference, user)
    own = user.access.state or user.access.author_state
    if state is None or state != own:
        raise Refused(_("This form is for %(form)s; you write for %(own)s.") % {"form": state or "?", "own": own})
    found = find(user, reference)
    if found is None:
        return _begun_by(identity, reference, user)
    if not can_edit(user, found):
        status = found.get_status_display()
        raise Refused(
            _("%(reference)s can no longer be changed: %(status)s.") % {"reference": found.reference, "status": status}
        )
    if not identity.get("version", "").isdecimal() or int(identity["version"]) > found.version:
        raise Refused(_("This form speaks of a version of the request that the portal does not know."))
    return found


def _state(code: str) -> State | None:
    return State.objects.joined().filter(pk=code).first()


def _begun_by(identity: Mapping[str, str], reference: str, user: User) -> AssistanceRequest:
    """A form that was taken out blank begins a request. Whether a request of somebody else has the reference is not
    told."""
    is_blank = identity.get("version") == "0" and DRAFT_REFERENCE.fullmatch(reference)
    taken = Q(reference=reference) | Q(writing__draft_reference=reference)
    if not is_blank or not can_request(user) or AssistanceRequest.objects.filter(taken).exists():
        raise Refused(_("Your State has no request %(reference)s that you may write on.") % {"reference": reference})
    asked = start_request(user.access.state, by=user)  # type: ignore[arg-type]
    asked.reference = reference
    return asked


def _for_state(state: State | None, reference: str, user: User) -> AssistanceRequest:
    if state is None:
        raise Refused(_("The State in this form is not one that has joined the Convention."))
    before = ReturnedForm.objects.filter(state=state, reference=reference, accepted_at__isnull=False)
    if entered := before.exclude(request__status="draft").select_related("request").first():
        raise Refused(_("This form was entered already, as %(reference)s.") % {"reference": entered.request})
    if not DRAFT_REFERENCE.fullmatch(reference):
        raise Refused(
            _("%(reference)s is in the portal already: its State changes it, and you enter new requests.")
            % {"reference": reference}
        )
    return start_request(state, by=user)
