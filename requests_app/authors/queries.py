"""What a national author was invited to, and who writes and signs a request."""

from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from ccm_portal.accounts.models import User
from requests_app.authors.enums import SignOffStatus
from requests_app.authors.models import Author, SignOff
from requests_app.enums import Status
from requests_app.models import AssistanceRequest, sign_off_of
from requests_app.wording import awaits_sign_off


def unsigned_by(user: User) -> "QuerySet[SignOff]":
    """The sign-offs that a person was asked for and has not given to the present text of a draft."""
    signed = Q(signed_version=F("request__version"))
    return SignOff.objects.open().filter(post=user, request__status=Status.DRAFT).exclude(signed)


def invited_to(user: User) -> "QuerySet[Author, Any]":
    """The keys of the requests that the person writes with the State today."""
    return Author.objects.current().filter(user=user).values("request")


def review_of_authors(asked: AssistanceRequest, user: object) -> dict[str, Any]:
    """What the review of the needs form shows of authors and sign-off."""
    sign_off = sign_off_of(asked)
    return {
        "authors": asked.authors.current().select_related("user"),
        "sign_off": sign_off,
        "signs": sign_off is not None and isinstance(user, User) and sign_off.post_id == user.pk and asked.is_draft,
    }


def open_sign_offs() -> "Prefetch[Any]":
    """For many drafts: what `unsigned` asks of each, in one query."""
    return Prefetch("sign_offs", SignOff.objects.open().select_related("post"), to_attr="open_sign_offs")


def unsigned(asked: AssistanceRequest) -> list[str]:
    """Why a draft waits for a signature; nothing where none is asked for, or it is given."""
    if hasattr(asked, "open_sign_offs"):
        found = asked.open_sign_offs
    else:
        found = [sign_off for sign_off in [sign_off_of(asked)] if sign_off]
    for sign_off in found:
        sign_off.request = asked
    return [awaits_sign_off(one.post.name) for one in found if asked.is_draft and one.status != SignOffStatus.GIVEN]
