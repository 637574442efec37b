"""What several pages of the form ask of a request."""

from requests_app.models import PARTS, TABLES, AssistanceRequest, RequestQuerySet


def as_stored(asked: AssistanceRequest) -> AssistanceRequest:
    """A request as it is in the database, without what a form has changed in memory: five queries."""
    if asked.pk is None:
        return asked
    return with_steps(AssistanceRequest.objects.all()).get(pk=asked.pk)


def with_steps(rows: RequestQuerySet, *, lists: bool = True) -> RequestQuerySet:
    """With everything that the list of steps asks of a request; a page that is posted asks little of its `lists`."""
    rows = rows.select_related("state", "writing", *PARTS)
    return rows.prefetch_related("areas", "evidence", *TABLES) if lists else rows


def last_request(asked: AssistanceRequest) -> AssistanceRequest | None:
    """The State's request before this one, as somebody wrote it here."""
    others = AssistanceRequest.objects.filter(state=asked.state_id, source_id=None).exclude(pk=asked.pk)
    return others.order_by("-pk").first()
