"""What several pages of the form ask of a request."""

from requests_app.models import AssistanceRequest


def as_stored(asked: AssistanceRequest) -> AssistanceRequest:
    """A request as it is in the database, without what a form has changed in memory: three queries."""
    if asked.pk is None:
        return asked
    rows = AssistanceRequest.objects.select_related("state", "writing").prefetch_related("areas", "evidence")
    return rows.get(pk=asked.pk)


def last_request(asked: AssistanceRequest) -> AssistanceRequest | None:
    """The State's request before this one, as somebody wrote it here."""
    others = AssistanceRequest.objects.filter(state=asked.state_id, source_id=None).exclude(pk=asked.pk)
    return others.order_by("-pk").first()
