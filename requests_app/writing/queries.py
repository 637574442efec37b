"""What several pages of the form ask of a request."""

from requests_app.domain.specificity import Said
from requests_app.models import AssistanceRequest


def as_stored(asked: AssistanceRequest) -> AssistanceRequest:
    """A request as it is in the database, without what a form has changed in memory: three queries."""
    if asked.pk is None:
        return asked
    rows = AssistanceRequest.objects.select_related("state", "writing").prefetch_related("areas", "evidence")
    return rows.get(pk=asked.pk)


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
