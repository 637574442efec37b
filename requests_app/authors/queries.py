"""What a national author was invited to."""

from typing import Any

from django.db.models import QuerySet

from ccm_portal.accounts.models import User
from requests_app.authors.models import Author


def invited_to(user: User) -> "QuerySet[Author, Any]":
    """The keys of the requests that the person writes with the State today."""
    return Author.objects.current().filter(user=user).values("request")
