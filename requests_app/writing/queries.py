"""What several pages of the form ask of a request."""

from requests_app.domain.specificity import Said
from requests_app.models import PARTS, TABLES, AssistanceRequest, RequestQuerySet


def as_stored(asked: AssistanceRequest) -> AssistanceRequest:
    """A request as it is in the database, without what a form has changed in memory: five queries."""
    if asked.pk is None:
        return asked
    stored = with_steps(AssistanceRequest.objects.all()).get(pk=asked.pk)
    stored.author_writes = asked.author_writes
    return stored


def with_steps(rows: RequestQuerySet, *, lists: bool = True) -> RequestQuerySet:
    """With everything that the list of steps asks of a request; a page that is posted asks little of its `lists`."""
    rows = rows.select_related("state", "writing", *PARTS)
    return rows.prefetch_related("areas", "evidence", *TABLES) if lists else rows


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
