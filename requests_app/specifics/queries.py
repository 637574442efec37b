"""The parts of a need as its page shows them, with what does not add up in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _

from ccm_portal.register.models import Document
from ccm_portal.ui.templatetags.portal import money
from requests_app.domain.needs import in_all
from requests_app.models import AssistanceRequest
from requests_app.readings import Reading
from requests_app.specifics.domain.costs import differences
from requests_app.specifics.domain.figures import publish
from requests_app.specifics.enums import Age, Disability, Hidden, PartCode, Sex
from requests_app.specifics.models import AreaRelease, CostYear, VictimFigure
from requests_app.wording import unbalanced

#: Model legislation and checklist for national measures, by their symbols in the library.
MODEL_LAWS = ("CCM/MSP/2011/WP.6", "CCM/MSP/2011/WP.7")
RECORDS = [code for code in PartCode if code not in {PartCode.COSTS, PartCode.FIGURES}]
GROUPS = [(sex, age, disability) for sex in Sex for age in Age for disability in Disability]


@dataclass(frozen=True)
class Costs:
    """The table of the years, its last line, and where it differs from the totals of the request."""

    years: list[CostYear]
    in_all: dict[str, Decimal]
    warnings: list[str]


@dataclass(frozen=True)
class Figures:
    """The numbers of victims by group: in full, or as anybody may read them."""

    lines: list[tuple[tuple[TextChoices, ...], int | Hidden]]
    total: int | None

    @property
    def hides(self) -> bool:
        return any(isinstance(number, Hidden) for _group, number in self.lines)


@dataclass(frozen=True)
class Parts:
    """Those parts that a need has; None for the others."""

    costs: Costs | None
    release: AreaRelease | None
    release_warning: str
    victims: Model | None
    figures: Figures | None
    legislation: Model | None
    model_laws: list[Document]
    capacity: Model | None
    visit: Model | None

    def __bool__(self) -> bool:
        return any((self.costs, self.release, self.victims, self.figures, self.legislation, self.capacity, self.visit))


def parts_of(request: Reading, *, in_full: bool) -> Parts:
    """What a request's page shows of its parts to whoever reads it; needs `for_detail()`. Numbers of victims stand as
    they may be published unless `in_full`."""
    part = {code: getattr(request, code, None) for code in RECORDS}
    figures = list(request.victim_figures.all()) if request.victim_figures is not None else []
    return Parts(
        costs=costs_of(request) if request.cost_years is not None else None,
        release=part[PartCode.RELEASE],
        release_warning=release_warning(part[PartCode.RELEASE]),
        victims=part[PartCode.VICTIMS],
        figures=figures_of(figures, in_full=in_full) if figures else None,
        legislation=part[PartCode.LEGISLATION],
        model_laws=model_laws() if part[PartCode.LEGISLATION] else [],
        capacity=part[PartCode.CAPACITY],
        visit=part[PartCode.VISIT],
    )


def has_part(request: AssistanceRequest, part: PartCode) -> bool:
    """Whether something is stored of a part; needs `for_detail()` to ask nothing."""
    return hasattr(request, part) if part in RECORDS else bool(getattr(request, part).all())


def model_laws() -> list[Document]:
    """What the library holds to help with national measures."""
    return list(Document.objects.filter(symbol__in=MODEL_LAWS))


def costs_of(request: AssistanceRequest | Reading) -> Costs | None:
    years = list(request.cost_years.all())
    return Costs(years, in_all(year.resources for year in years), cost_warnings(request)) if years else None


def cost_warnings(request: AssistanceRequest | Reading) -> list[str]:
    """Where the sum of the years is not what the request states for the whole, and by how much; nothing where no year
    is stated."""
    years = [year.resources for year in request.cost_years.all()]
    found = differences(years, request.resources) if years else {}
    return [_off_by(name, difference, request.currency) for name, difference in found.items()]


def _off_by(name: str, difference: Decimal, currency: str) -> str:
    facts = {"amount": money(abs(difference), currency)}
    more, less = {
        "total": (
            _("The years cost %(amount)s more than the total cost of the request."),
            _("The years cost %(amount)s less than the total cost of the request."),
        ),
        "national": (
            _("The national shares of the years are %(amount)s more than that of the request."),
            _("The national shares of the years are %(amount)s less than that of the request."),
        ),
        "external": (
            _("What others have secured for the years is %(amount)s more than the request says."),
            _("What others have secured for the years is %(amount)s less than the request says."),
        ),
    }[name]
    return (more if difference > 0 else less) % facts


def release_warnings(request: AssistanceRequest) -> list[str]:
    """As `release_warning`, of a request."""
    warning = release_warning(getattr(request, PartCode.RELEASE, None))
    return [warning] if warning else []


def release_warning(release: AreaRelease | None) -> str:
    """By how much the figures of an area release do not balance; nothing where they do, or where one end is open."""
    difference = release.land.difference if release else None
    return unbalanced(_("Areas"), difference, " m²") if difference else ""


def figures_of(figures: Sequence[VictimFigure], *, in_full: bool) -> Figures:
    """The table of victims in its fixed order."""
    ordered = sorted(figures, key=lambda figure: GROUPS.index(figure.group))
    groups, numbers = [figure.group for figure in ordered], [figure.number for figure in ordered]
    if in_full:
        return Figures(list(zip(groups, numbers, strict=True)), sum(numbers))
    published = publish(numbers)
    return Figures(list(zip(groups, published.numbers, strict=True)), published.total)
