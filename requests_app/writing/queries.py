"""What several pages of the form ask of a request."""

from django.db.models import BigIntegerField, CharField

from ccm_portal.accounts.models import Access
from ccm_portal.statements import Slot, made_once
from requests_app.domain.specificity import Said
from requests_app.models import PARTS, TABLES, AssistanceRequest, RequestQuerySet, read_rows

#: The rows of a request that its steps show, and those that a submission looks at.
ROWS: tuple[str, ...] = ("areas", "evidence", *TABLES)
SUBMITTED_ROWS: tuple[str, ...] = ("areas", "evidence")


def as_stored(asked: AssistanceRequest) -> AssistanceRequest:
    """A request as it is in the database, without what a form has changed in memory: five queries."""
    if asked.pk is None:
        return asked
    (stored,) = _stored().ask(pk=asked.pk)
    read_rows(stored, *ROWS)
    stored.author_writes = asked.author_writes
    return stored


@made_once
def _stored() -> RequestQuerySet:
    return with_steps(AssistanceRequest.objects.filter(pk=Slot("pk", BigIntegerField())))


def to_write(access: Access, reference: str, *, rows: tuple[str, ...]) -> AssistanceRequest | None:
    """A request `with_steps`, by its reference or by the one that it was begun under, with those of its rows."""
    found = _to_write(access, "reference").ask(reference=reference)
    if not found and "DRAFT" in reference:
        found = _to_write(access, "writing__draft_reference").ask(reference=reference)
    if not found:
        return None
    read_rows(found[0], *rows)
    return found[0]


@made_once
def _to_write(access: Access, field: str) -> RequestQuerySet:
    visible = AssistanceRequest.objects.visible_to(access)
    return with_steps(visible.filter(**{field: Slot("reference", CharField())}))


def with_steps(requests: RequestQuerySet) -> RequestQuerySet:
    """With what the list of steps asks of each, but its rows (`read_rows`)."""
    return requests.select_related("state", "writing", *PARTS)


def last_request(asked: AssistanceRequest) -> AssistanceRequest | None:
    """The request that the State last submitted here."""
    own = AssistanceRequest.objects.submitted().filter(state=asked.state_id, source_id=None)
    return own.exclude(pk=asked.pk).order_by("-pk").first()


def said_of(asked: AssistanceRequest) -> Said:
    """The request as the check of how specific it is reads it."""
    return Said(
        challenge=asked.challenge,
        requirement=asked.requirement,
        has_kinds=bool(asked.kinds),
        is_financial=asked.is_financial,
        has_cost=asked.total_cost is not None,
        has_end=asked.desired_end is not None,
        has_evidence=bool(asked.evidence.all()),
    )
