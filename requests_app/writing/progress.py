"""How far each step of a request has come, and what it still needs: for the list of steps and for the review."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from typing import Any

from requests_app.models import AssistanceRequest
from requests_app.writing.enums import Progress
from requests_app.writing.forms import NeedsForm
from requests_app.writing.steps import EVIDENCE, WHOLE, Step, step_of_field, step_of_missing, steps_of


@dataclass(frozen=True)
class Line:
    """One step in the list of steps."""

    step: Step
    progress: Progress
    is_current: bool


@dataclass(frozen=True)
class Needed:
    """Something that a submission lacks, and the step that mends it."""

    step: Step
    label: Any
    text: str


def needed_to_submit(asked: AssistanceRequest) -> list[Needed]:
    """What the stored request lacks, or has wrong, before it can be submitted: the form's own rules say it."""
    fields = [name for name in NeedsForm.base_fields if name != "obligation"]  # a key: the database has checked it
    form = NeedsForm(instance=copy(asked), submitting=True, only=fields)  # judging writes on its record
    form.data = {name: form[name].value() for name in fields}
    form.is_bound = True
    return [
        Needed(step_of_field(name), form[name].label, str(error))
        for name, errors in form.errors.items()
        for error in errors
    ]


def advised(asked: AssistanceRequest) -> list[Needed]:
    """What donors will look for and the request does not say yet; needs `for_detail()`."""
    return [Needed(step_of_missing(code), code.label, "") for code in asked.missing_for_donors]


def lines_of(asked: AssistanceRequest, unsaved: Collection[str], current: str) -> list[Line]:
    """The list of steps of a request; `unsaved` are the steps in which text waits."""
    writing = getattr(asked, "writing", None)
    saved = writing.saved_steps if writing else []
    needed = {name for name in NeedsForm.required_on_submission if _is_empty(asked, name)}
    wanted = {item.step.code for item in advised(asked)} if asked.pk else set()

    def progress(step: Step) -> Progress:
        if step.code in unsaved:
            return Progress.NOT_SAVED
        if needed.intersection(step.fields):
            return Progress.NEEDED
        if step.code in wanted:
            return Progress.ADVISED
        if asked.pk and step.is_filled and step.is_filled(asked):
            return Progress.DONE
        if step.code not in saved and not (WHOLE in saved and (step.fields or step.code == EVIDENCE)):
            return Progress.OPEN
        return Progress.EMPTY if step.is_filled else Progress.DONE

    return [Line(step, progress(step), step.code == current) for step in steps_of(asked)]


def _is_empty(asked: AssistanceRequest, name: str) -> bool:
    if name == "areas":
        return not (asked.pk and asked.areas.all())
    return not getattr(asked, name)
