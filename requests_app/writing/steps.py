"""The steps of the needs form, in their order. Each further section of a request plugs in here with one line.

A step shows `form(asked, data, files, today=today)` (a form or a form set; without data it shows what is stored), and
saves what `changes(form)` hands to `actions.save_request`, and what `save(form, by=person)` writes of its own in the
same transaction. `read` is the template that shows the step on the review, given `asked` and its `state`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from requests_app.authors.queries import review_of_authors, unsigned
from requests_app.country_requests.queries import review_of_group
from requests_app.enums import Channel, Missing
from requests_app.forms import ReadingForm
from requests_app.models import AssistanceRequest
from requests_app.readings import OTHERS
from requests_app.specifics.enums import AREA_OF_PART, PartCode
from requests_app.specifics.forms import form_of, save_form
from requests_app.specifics.queries import cost_warnings, has_part, release_warnings
from requests_app.writing.actions import take_over
from requests_app.writing.forms import EvidenceFormSet, NeedsForm

Asked = AssistanceRequest
REVIEW, WHOLE = "review", "all"  # codes of the last page, and of the form on one page
EVIDENCE = "evidence"


def _nothing(form: Any) -> dict[str, Any]:
    return {}


def _no_warning(asked: Asked) -> list[str]:
    return []


def _always(asked: Asked) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One page of the needs form. `fields` are those of the needs form, if it is a part of it."""

    code: str
    title: Any
    form: Callable[..., Any]
    is_filled: Callable[[Asked], bool] | None  # None where a value stands from the start: done once it was saved
    changes: Callable[[Any], dict[str, Any]] = _nothing
    save: Callable[..., object] | None = None
    applies: Callable[[Asked], bool] = _always
    template: str = "writing/fields.html"
    read: str = "writing/read.html"
    intro: Any = ""
    fields: tuple[str, ...] = ()
    prefilled: bool = False  # from the State's last request, until the step is saved
    row_label: Any = ""  # for a form set: what one row is called
    warnings: Callable[[Asked], list[str]] = _no_warning  # what does not add up: told, and nothing is refused
    missing: tuple[Missing, ...] = ()  # what donors look for here


@dataclass(frozen=True)
class ReviewPart:
    """What another section shows on the review. `blocking` gives the reasons why the submission must wait."""

    template: str
    context: Callable[..., Mapping[str, Any]]  # (asked, user) -> what the template needs
    blocking: Callable[[Asked], list[str]] = field(default=lambda asked: [])


def _part(code: str, title: Any, *fields: str, **more: Any) -> Step:
    """A step that is some fields of the needs form."""

    def form(asked: Asked, data: Any = None, files: Any = None, *, today: date) -> NeedsForm:
        return NeedsForm(data, instance=asked, only=fields)

    def changes(form: NeedsForm) -> dict[str, Any]:
        form.save()
        return form.changes()

    more.setdefault("is_filled", lambda asked: any(getattr(asked, name) not in (None, "") for name in fields))
    return Step(code, title, form, changes=changes, fields=fields, **more)


def _evidence(asked: Asked, data: Any = None, files: Any = None, *, today: date) -> Any:
    return EvidenceFormSet(data, files, instance=asked, today=today, prefix="evidence")


def _texts(asked: Asked, data: Any = None, files: Any = None, *, today: date) -> ReadingForm:
    return ReadingForm(data, instance=asked)


def _section(part: PartCode, applies: Callable[[Asked], object], **more: Any) -> Step:
    """A step that is a part of some needs only (`requests_app.specifics`)."""

    def form(asked: Asked, data: Any = None, files: Any = None, *, today: date) -> Any:
        return form_of(part, asked, data, today=today)

    return Step(
        part.value,
        part.label,
        form,
        is_filled=lambda asked: has_part(asked, part),
        save=partial(save_form, part),
        applies=lambda asked: asked.pk is not None and bool(applies(asked)),
        **more,
    )


def _concerns(part: PartCode) -> Callable[[Asked], bool]:
    """Whether the need is of the area of a part; what is there already stays in reach."""
    area = AREA_OF_PART[part]
    return lambda asked: any(one.pk == area for one in asked.areas.all()) or has_part(asked, part)


STEPS: list[Step] = [
    _part(
        "obligation",
        _("The obligation"),
        *("title", "areas", "obligation"),
        template="writing/obligation.html",
        is_filled=lambda asked: bool(asked.title and asked.areas.all()),
        missing=(Missing.AREAS,),
    ),
    _part(
        "need",
        _("The need"),
        *("challenge", "requirement"),
        template="writing/need.html",
        is_filled=lambda asked: bool(asked.challenge and asked.requirement),
        missing=(Missing.CHALLENGE, Missing.REQUIREMENT),
    ),
    _part(
        "kinds",
        _("Kinds of help"),
        "kinds",
        is_filled=lambda asked: bool(asked.kinds),
        missing=(Missing.KINDS,),
        intro=_(
            "Article 6 speaks of technical, material and financial assistance. Several are possible. "
            "If you want people to come and see, tick technical: the next step is the visit."
        ),
    ),
    _section(
        PartCode.VISIT,
        lambda asked: asked.is_technical or has_part(asked, PartCode.VISIT),
        template="specifics/visit_step.html",
        intro=_(
            "Ask for a visit here: of experts who help on the spot, or of people who verify what was done. It needs no "
            "cost. Leave everything empty if nobody is to come."
        ),
    ),
    _section(
        PartCode.CAPACITY,
        lambda asked: asked.is_technical or has_part(asked, PartCode.CAPACITY),
        missing=(Missing.SUSTAINABILITY,),
        intro=_("If skills are to be built: where, which, and how they stay. Leave everything empty if not."),
    ),
    _part(
        "costs",
        _("Quantities and costs"),
        *("total_cost", "national_share", "external_secured", "currency"),
        template="writing/columns.html",
        is_filled=lambda asked: asked.total_cost is not None,
        warnings=cost_warnings,
        prefilled=True,
        missing=(Missing.COST,),
        intro=_("The gap is computed: total less the national share less what others have secured."),
    ),
    _section(
        PartCode.COSTS,
        lambda asked: asked.total_cost is not None,
        warnings=cost_warnings,
        template="specifics/costs_step.html",
        read="specifics/read_costs.html",
        row_label=_("Year"),
        intro=_(
            "If you know what each year costs. Where the sum differs from the totals of the request you are told, and "
            "nothing is refused."
        ),
    ),
    Step(
        EVIDENCE,
        _("The evidence"),
        _evidence,
        is_filled=lambda asked: bool(asked.evidence.all()),
        changes=lambda form: form.changes(),
        save=lambda form, by: take_over(form.kept_files()),
        template="writing/evidence.html",
        read="writing/read_evidence.html",
        row_label=_("Evidence"),
        missing=(Missing.EVIDENCE,),
        intro=_(
            "A claim counts as fully evidenced with figure, unit, source, date and method. "
            "Files: PDF, PNG, JPEG, DOCX, XLSX, CSV, TXT."
        ),
    ),
    _section(
        PartCode.RELEASE,
        _concerns(PartCode.RELEASE),
        warnings=release_warnings,
        template="specifics/release_step.html",
        read="specifics/read_release.html",
        intro=_(
            "What became of contaminated land in one period. Land is cancelled, reduced or cleared; only what was "
            "cleared counts as cleared."
        ),
    ),
    _section(
        PartCode.VICTIMS,
        _concerns(PartCode.VICTIMS),
        missing=(Missing.FOCAL_POINT, Missing.PARTICIPATION),
        intro=_("What the Convention asks of each State with victims, and what donors look for (Article 5.2)."),
    ),
    _section(
        PartCode.FIGURES,
        _concerns(PartCode.VICTIMS),
        template="specifics/lines.html",
        read="specifics/read_figures.html",
        row_label=_("Group"),
        intro=_(
            "One line for each group; numbers only, never names. Others than the Coordinators and the ISU do not see "
            "groups of fewer than five people."
        ),
    ),
    _section(
        PartCode.LEGISLATION,
        _concerns(PartCode.LEGISLATION),
        template="specifics/legislation_step.html",
        intro=_("Where your measures under Article 9 stand, and which help you want with them."),
    ),
    _part(
        "plan",
        _("Plan and institution"),
        *("institution", "national_plan"),
        is_filled=lambda asked: bool(asked.institution and asked.national_plan),
        prefilled=True,
        missing=(Missing.PLAN, Missing.INSTITUTION),
        intro=_("National ownership comes first: donors look for an institution that leads and a plan it belongs to."),
    ),
    _part(
        "timing",
        _("Timing and consequence"),
        *("desired_start", "desired_end", "consequence"),
        template="writing/timing.html",
        missing=(Missing.PERIOD,),
    ),
    _part(
        "channel",
        _("Partners and channel"),
        *("partners", "languages", "channel", "inform_coordinators"),
        is_filled=None,
        applies=lambda asked: asked.channel in (Channel.COORDINATORS, Channel.ISU),
        prefilled=True,
    ),
    _part(
        "visibility",
        _("Visibility and consent"),
        "visibility",
        is_filled=None,
        intro=_("By choosing, your State consents that those named may know of the request."),
    ),
    Step(
        "texts",
        _("Texts for others, and locks"),
        _texts,
        is_filled=lambda asked: bool(asked.states_parties_text or asked.public_summary or asked.locks),
        intro=_(
            "The full text is read by you, the Coordinators, the ISU and the supporters to which the request is "
            "relayed. For others you may write a shorter text, and you may lock parts. All of it may stay as it is."
        ),
    ),
]
REVIEW_PARTS: list[ReviewPart] = [
    ReviewPart("requests_app/review_view_as.html", lambda asked, user: {"others": OTHERS}),
    ReviewPart("authors/review.html", review_of_authors, unsigned),
    ReviewPart("country_requests/review.html", review_of_group),
]


def step_form(step: Step, asked: Asked, data: Any = None, files: Any = None) -> Any:
    """The form of a step as it is stored, or with data."""
    return step.form(asked, data, files, today=timezone.localdate())


def steps_of(asked: Asked) -> list[Step]:
    """The steps that this request has; its areas are read once."""
    if asked.pk:
        prefetch_related_objects([asked], "areas")
    return [step for step in STEPS if step.applies(asked)]


def step_of_field(name: str) -> Step:
    """Where a field of the needs form is filled in."""
    return next(step for step in STEPS if name in step.fields)


def step_of_missing(missing: Missing) -> Step:
    """Where what donors look for is filled in."""
    return next(step for step in STEPS if missing in step.missing)
