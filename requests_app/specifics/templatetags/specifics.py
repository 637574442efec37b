"""The parts of a need on its request's page, which knows nothing of them."""

from typing import Any

from django import template

from requests_app.permissions import can_see_relays
from requests_app.specifics.queries import parts_of

register = template.Library()


@register.inclusion_tag("specifics/parts.html", takes_context=True)
def parts(context: dict[str, Any]) -> dict[str, Any]:
    """Those parts that the request has. Those whose request it is, and those who handle it, read figures in full."""
    asked = context["asked"]
    in_full = can_see_relays(context["request"].user, asked)
    return {"parts": parts_of(asked, in_full=in_full), "asked": asked, "in_full": in_full}
