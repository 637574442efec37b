"""A signed mark in each form says who opened it and for which request, so that what is posted after a session has
ended can be kept for that person and for nobody else."""

from datetime import timedelta

from django.core import signing

SALT = "writing"
GOOD_FOR = timedelta(days=7)


def make_mark(person: int, reference: str) -> str:
    """For the form that a person opens."""
    return signing.dumps([person, reference], salt=SALT)


def read_mark(mark: str) -> tuple[int, str] | None:
    """(person, reference) of a mark that we signed, while it is good."""
    try:
        person, reference = signing.loads(mark, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    return person, reference
