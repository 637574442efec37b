"""How the costs of the years and the costs of the whole need go together."""

from collections.abc import Iterable
from decimal import Decimal

from requests_app.domain.needs import Resources, in_all

COMPARED = ("total", "national", "external")


def differences(years: Iterable[Resources], whole: Resources | None) -> dict[str, Decimal]:
    """By how much the years are more (or, below zero, less) than what is stated for the whole need; nothing where they
    agree, or where no whole is stated."""
    if whole is None:
        return {}
    together = in_all(years)
    found = {name: together[name] - getattr(whole, name) for name in COMPARED}
    return {name: difference for name, difference in found.items() if difference}
