"""Reads the real coalitions, work plans and case studies from the reference files: what the sources say and no more."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from ccm_portal.register.enums import Precision
from ccm_portal.register.models import Action, ActionPlan, Decision, Meeting, Obligation, Office, State
from ccm_portal.register.reference import (
    BadReference,
    Row,
    Shelf,
    Tally,
    by_key,
    choose,
    optional_rows,
    partial_date,
    read_rows,
)
from coalitions.enums import CoalitionStatus, Label, MemberRole
from coalitions.models import Activity, CaseStudy, Coalition, Member, PlanStep, WorkPlan
from requests_app.models import Supporter


def load_coalitions(assistance: Path, portal: Path, tally: Tally) -> None:
    """Coalitions, their members and the work plans. Run inside a transaction, after register and assistance."""
    states = State.objects.in_bulk()
    obligations = {(o.state_id, o.article): o for o in Obligation.objects.exclude(limb="4.1(b)")}
    shelf = Shelf(tally, Coalition, "source_id")
    for row in by_key(read_rows(assistance / "coalitions.csv"), "id").values():
        with tally.noting_errors():
            _put_coalition(row, shelf, row.state(states, "affected_state_iso3"), obligations)
    _load_members(portal / "coalition_members.csv", shelf, tally)
    _load_work_plans(portal / "work_plans.json", tally)
    _load_case_studies(portal / "case_studies.csv", tally)


def _put_coalition(row: Row, shelf: Shelf, state: State, obligations: dict[tuple[str, int], Obligation]) -> None:
    called = row.text("status_label")
    label = Label.COALITION if re.match(r"(planned )?country coalition", called) else Label.PARTNERSHIP
    ended = partial_date(row, "end")
    started, started_precision = _start(row, ended.day)
    planned = row.text("start").startswith("planned")
    status = CoalitionStatus.PLANNED if planned else CoalitionStatus.CLOSED if ended.day else CoalitionStatus.ACTIVE
    kind = "Country Coalition" if label == Label.COALITION else "partnership"
    articles = sorted({int(n) for n in re.findall(r"Art (\d)", row.text("obligations"))})
    named = " and ".join(str(article) for article in articles)
    coalition = shelf.put(
        row,
        source_id=row.text("id"),
        slug=slugify(f"{state.iso3}-article-{named}"),
        name=f"{state.name}: {kind} on Article {named}",
        lead=state,
        label=label,
        status=status,
        started_on=None if planned else started,
        started_precision=started_precision,
        ended_on=ended.day,
        ended_precision=ended.precision,
        purpose=row.text("how_it_worked"),
        outcome=row.text("outcome"),
        partners_as_published=row.text("partners"),
        source="; ".join(part for part in (row.text("source"), row.text("second_source")) if part),
        note="; ".join(part for part in (called, row.text("note")) if part),
        is_verified=row.text("confidence") == "high",
    )
    theirs = {obligations[state.iso3, article] for article in articles if (state.iso3, article) in obligations}
    shelf.link(row, coalition, "obligations", theirs)


def _start(row: Row, ended: date | None) -> tuple[date | None, str]:
    """ "2018 or before" is a day it had started by, never later than its end."""
    text = row.text("start")
    if match := re.fullmatch(r"(\d{4}) or before", text):
        last = date(int(match[1]), 12, 31)
        return min(last, ended or last), Precision.NOT_LATER
    if text.startswith("planned"):
        return None, Precision.UNKNOWN
    when = partial_date(row, "start")
    return when.day, when.precision


def _load_members(path: Path, coalitions: Shelf, tally: Tally) -> None:
    shelf = Shelf(tally, Member, "coalition", "supporter", "role")
    supporters = {supporter.code: supporter for supporter in Supporter.objects.all()}
    for row in optional_rows(path):
        with tally.noting_errors():
            if row.text("supporter") not in supporters:
                raise row.unknown(f"unknown supporter {row.text('supporter')!r}", row.text("supporter"))
            if (row.text("coalition"),) in coalitions.rows:
                shelf.put(
                    row,
                    coalition=coalitions.rows[row.text("coalition"),],
                    supporter=supporters[row.text("supporter")],
                    role=choose(row, "role", {role.value: role for role in MemberRole}),
                )


def _load_work_plans(path: Path, tally: Tally) -> None:
    if not path.exists():
        return
    try:
        plans = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadReference(f"{path.name} line {error.lineno}: {error.msg}") from None
    for number, plan in enumerate(plans, start=1):
        row = Row(path.name, number, {})
        with tally.noting_errors():
            try:
                _put_work_plan(row, plan, tally)
            except KeyError as error:
                raise row.fail(f"plan number {number} lacks {error}") from None
            except (ValueError, TypeError) as error:
                raise row.fail(f"plan number {number}: {error}") from None


def _put_work_plan(row: Row, data: dict[str, Any], tally: Tally) -> None:
    plan = Shelf(tally, WorkPlan, "slug").put(
        row,
        slug=data["slug"],
        name=data["name"],
        office=Office.objects.filter(code=data["office"]).first(),
        action_plan=ActionPlan.objects.filter(code=data["action_plan"]).first(),
        up_to=Meeting.objects.filter(code=data["up_to"]).first(),
        starts=date.fromisoformat(data["starts"]),
        ends=date.fromisoformat(data["ends"]),
        background=data["background"],
        budget=data["budget"],
        outputs=data["outputs"],
        implementers=data["implementers"],
        partners=data["partners"],
        source=data["source"],
        note=data["note"],
    )
    activities = Shelf(tally, Activity, "plan", "code")
    decisions = list(Decision.objects.filter(code__in=data.get("decisions", [])))
    actions = {action.number: action for action in Action.objects.filter(plan__code=data["action_plan"])}
    for order, item in enumerate(data["activities"]):
        with tally.noting_errors():
            activity = activities.put(
                row, plan=plan, code=item["code"], title=item["title"], order=order, source=data["source"]
            )
            activities.link(row, activity, "actions", [actions[n] for n in item["actions"] if n in actions])
            activity.decisions.add(*decisions)  # a link that somebody set by hand stays
    steps = Shelf(tally, PlanStep, "plan", "quarter_start", "order")
    for order, item in enumerate(data["steps"]):
        activity = activities.rows.get((plan.pk, item["activity"]))
        with tally.noting_errors():
            steps.put(
                row,
                plan=plan,
                activity=activity,
                quarter_start=date.fromisoformat(item["quarter"]),
                title=item["title"],
                order=order,
                source=data["source"],
            )


def _load_case_studies(path: Path, tally: Tally) -> None:
    shelf = Shelf(tally, CaseStudy, "code")
    for row in optional_rows(path):
        with tally.noting_errors():
            if not row.text("source"):
                raise row.fail("source is empty: a case study says where it comes from")
            shelf.put(
                row,
                code=row.text("code"),
                name=row.text("name"),
                actors="; ".join(row.items("actors")),
                year=row.number("year"),
                link=row.text("link"),
                text=row.text("text"),
                source=row.text("source"),
                note=row.text("note"),
                is_verified=row.text("confidence") == "high",
            )
