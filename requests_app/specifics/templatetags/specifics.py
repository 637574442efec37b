"""The parts of a need on its request's page, which knows nothing of them."""

from typing import Any

from django import template

from ccm_portal.register.models import Document
from requests_app.domain.reading import INSIDERS
from requests_app.models import AssistanceRequest
from requests_app.specifics import queries

register = template.Library()


@register.inclusion_tag("specifics/parts.html", takes_context=True)
def parts(context: dict[str, Any]) -> dict[str, Any]:
    """Those parts that the request has. Those whose request it is, and those who handle it, read figures in full."""
    asked = context["asked"]
    in_full = asked.audience in INSIDERS
    return {"parts": queries.parts_of(asked, in_full=in_full), "asked": asked, "in_full": in_full}


@register.inclusion_tag("specifics/costs.html")
def costs(asked: AssistanceRequest) -> dict[str, Any]:
    """The table of costs by year."""
    return {"costs": queries.costs_of(asked), "currency": asked.currency}


@register.inclusion_tag("specifics/figures.html")
def figures(asked: AssistanceRequest) -> dict[str, Any]:
    """The table of victims in full, for those whose request it is."""
    found = queries.figures_of(list(asked.victim_figures.all()), in_full=True)
    return {"figures": found, "in_full": True, "is_alone": True}


@register.simple_tag
def release_warning(asked: AssistanceRequest) -> str:
    """What does not add up in the area release."""
    return queries.release_warning(getattr(asked, "area_release", None))


@register.simple_tag
def model_laws() -> list[Document]:
    """What the library holds to help with national measures."""
    return queries.model_laws()
