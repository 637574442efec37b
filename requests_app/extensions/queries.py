"""Answers that pages ask of risk flags and extension requests."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import CharField, DateField, Q, QuerySet
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import Access
from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import OutcomeChoices
from ccm_portal.register.models import ExtensionDecision, Obligation
from ccm_portal.statements import Slot, made_once
from ccm_portal.treaty import extensions as rules
from ccm_portal.treaty.deadlines import Status
from requests_app.domain.needs import in_all
from requests_app.extensions.domain.risk import FLAGGED
from requests_app.extensions.enums import OTHER_NAMES, PROMPTS
from requests_app.extensions.models import ExtensionDraft, RiskFlag
from requests_app.wording import unbalanced


def flags_on(user: object, on: date) -> dict[int, RiskFlag]:
    """The risk flags that stood on a day and that the visitor may know of, by obligation: one query."""
    return {flag.obligation_id: flag for flag in RiskFlag.objects.visible_to(user).raised_on(on)}


@made_once
def _flags_of_state(access: Access) -> "QuerySet[RiskFlag]":
    standing = RiskFlag.objects.visible_to(access).raised_on(Slot("on", DateField()))  # type: ignore[arg-type]
    return standing.filter(obligation__state=Slot("state", CharField()))


def flags_of_state(access: Access, iso3: str, on: date) -> dict[int, RiskFlag]:
    """As `flags_on`, for the clocks of one State."""
    return {flag.obligation_id: flag for flag in _flags_of_state(access).ask(state=iso3, on=on)}


def with_flags(rows: Iterable[Row], flags: dict[int, RiskFlag]) -> list[Row]:
    """The clocks as somebody sees them who knows of these flags."""
    return [
        replace(row, status=FLAGGED[Status(row.status)]) if row.obligation and row.obligation.pk in flags else row
        for row in rows
    ]


def as_seen_by(user: object, rows: list[Row], on: date) -> list[Row]:
    """The clocks as a visitor sees them on a day."""
    return with_flags(rows, flags_on(user, on))


def clock_of(obligation: Obligation, on: date) -> Row | None:
    """Where the clock stands on a day; needs `with_facts()`."""
    return next(iter(clocks.current_rows([obligation], on, clocks.formal_meetings())), None)


@dataclass(frozen=True)
class Check:
    """What a request still lacks, by name, and what does not add up in it."""

    missing: list[str]
    warnings: list[str]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def missing_of(draft: ExtensionDraft) -> tuple[str, ...]:
    """The codes of what the draft lacks; needs `for_detail()`."""
    figures = set("def") if draft.stocks.all() else set()
    figures |= {letter for letter, name in zip("def", ("initial", "cleared", "remaining"), strict=True)
                if getattr(draft, name) is not None}  # fmt: skip
    return rules.missing_items(
        draft.obligation.article,
        months=draft.months,
        texts=draft.texts(),
        figures=frozenset(figures),
        has_funding=bool(draft.funding.all()),
        is_further=is_further(draft.obligation),
    )


def is_further(obligation: Obligation) -> bool:
    """Whether the clock was extended before."""
    return any(extension.outcome == OutcomeChoices.GRANTED for extension in obligation.extensions.all())


def check(draft: ExtensionDraft) -> Check:
    """The completeness and the sums of a draft, in words."""
    return Check([item_name(draft.obligation.article, code) for code in missing_of(draft)], _sums(draft))


def items_of(draft: ExtensionDraft) -> list[tuple[str, str]]:
    """The items of the treaty that have a text, by name."""
    article, texts = draft.obligation.article, draft.texts()
    return [(item_name(article, code), texts[code]) for code in PROMPTS[article] if texts[code]]


def item_name(article: int, code: str) -> str:
    """“(b) Reasons”, “Funding table”."""
    if code in OTHER_NAMES:
        return str(OTHER_NAMES[code])
    name = str(PROMPTS[article][code][0])
    return f"({code}) {name}" if len(code) == 1 else name


def _sums(draft: ExtensionDraft) -> list[str]:
    """Warnings only: areas are surveyed again, and stocks are found."""
    warnings = [
        unbalanced(f"{line.kind} ({line.get_unit_display()})", Decimal(line.as_rule.difference), "")
        for line in draft.stocks.all()
        if line.as_rule.difference
    ]
    if difference := draft.land.difference:
        warnings.append(unbalanced(_("Areas"), difference, " m²"))
    return warnings


def funding_total(draft: ExtensionDraft) -> dict[str, Decimal] | None:
    """The sums of the funding table's columns, where there is a table."""
    lines = [line.resources for line in draft.funding.all()]
    return in_all(lines) if lines else None


def lodged_or_considered(on: date) -> list[ExtensionDecision]:
    """Extension requests known on a day, newest first, each with the outcome that it had by then as `outcome_on`."""
    rows = ExtensionDecision.objects.filter(Q(meeting__first_day__lte=on) | Q(requested_on__lte=on))
    found = list(rows.select_related("obligation__state", "meeting", "draft").prefetch_related("meeting__schedules"))
    for row in found:
        is_considered = row.meeting is None or row.meeting.first_day <= on
        row.outcome_on = OutcomeChoices(row.outcome if is_considered else OutcomeChoices.PENDING)  # type: ignore[attr-defined]
        row.lodged = getattr(row, "draft", None)  # type: ignore[attr-defined]
        # the last day to lodge is kept with what was lodged; a later meeting must not turn it into another
        row.came_late = row.lodged.is_late if row.lodged else row.is_late  # type: ignore[attr-defined]
        row.granted_on = row.granted_until if is_considered else None  # type: ignore[attr-defined]
    found.sort(key=lambda row: row.obligation.state.name)
    found.sort(key=lambda row: row.requested_on or (row.meeting.first_day if row.meeting else date.min), reverse=True)
    return found
