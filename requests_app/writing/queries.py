"""What several pages of the form ask of a request."""

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
