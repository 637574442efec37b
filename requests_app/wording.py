"""The sentence for each reason, near miss and caution of a suggestion, and for what does not add up, in words that a
diplomat would accept."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ccm_portal.ui.templatetags.portal import money
from requests_app.domain.matching import Reason, Remark
from requests_app.enums import Action, AreaCode, Caution, Criterion, EvidenceLevel, Kind, MatchReason

MAX_NAMES = 4
#: What to call a step that leaves the status as it is.
STAYS = {
    Action.CONFIRM: gettext_lazy("Confirmed by the State"),
    Action.STILL_VALID: gettext_lazy("Confirmed as still valid"),
    Action.RELAY: gettext_lazy("Relayed to further supporters"),
    Action.ANSWER: pgettext_lazy("step", "Answered"),
    Action.AGREE: gettext_lazy("Agreed with a further supporter"),
    Action.SPLIT: pgettext_lazy("step", "Split"),
    Action.TAKE_IN: gettext_lazy("Took in another request"),
}


def sentence(reason: Reason, state: str, names: Mapping[str, str]) -> str:
    """The reason in words. `state` is the requesting State's name, `names` gives other States' names by ISO code."""
    return SENTENCES[reason.code](reason.facts, state, names)


def _years(facts: Mapping[str, Any]) -> str:
    if facts["first"] == facts["last"]:
        return str(facts["first"])
    return f"{facts['first']}–{facts['last']}"


def _listed(codes: list[str], names: Mapping[str, str]) -> str:
    shown = ", ".join(names.get(code, code) for code in codes[:MAX_NAMES])
    more = len(codes) - MAX_NAMES
    return shown if more <= 0 else _("%(names)s and %(n)s more") % {"names": shown, "n": more}


def _areas(codes: list[str]) -> str:
    return ", ".join(str(AreaCode(code).label).lower() for code in codes)


def _gave_to_state(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    text = ngettext(
        "Supported %(state)s in %(n)s year on record (%(years)s)",
        "Supported %(state)s in %(n)s years on record (%(years)s)",
        facts["count"],
    ) % {"state": state, "n": facts["count"], "years": _years(facts)}
    if facts["usd"]:
        text += _(", with US$ %(usd)s in all") % {"usd": number_format(round(facts["usd"]), force_grouping=True)}
    return f"{text}."


def _gave_in_area(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has supported %(areas)s: %(states)s.") % {
        "areas": _areas(facts["areas"]),
        "states": _listed(facts["states"], names),
    }


def _gave_in_region(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has supported other States of the region: %(states)s.") % {"states": _listed(facts["states"], names)}


def _broad_support(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return ngettext(
        "Has supported %(n)s State on record, last in %(year)s.",
        "Has supported %(n)s States on record, last in %(year)s.",
        facts["count"],
    ) % {"n": facts["count"], "year": facts["last"]}


def _co_donors(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Supports the same States as supporters of %(state)s do: %(names)s.") % {
        "state": state,
        "names": _listed(facts["supporters"], names),
    }


def _similar_states(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Supports States whose supporters are much the same: %(states)s.") % {
        "states": _listed(facts["states"], names)
    }


def _same_region(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Belongs to the same regional group as %(state)s.") % {"state": state}


def _gives_kind(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    kinds = ", ".join(str(Kind(code).label).lower() for code in facts["kinds"])
    return _("Gives the kind of assistance asked for: %(kinds)s.") % {"kinds": kinds}


def _stated_region(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Names the region of %(state)s among those it supports.") % {"state": state}


def _language(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Works in a language of the request.")


def _size_fits(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Its usual contribution, up to %(amount)s, reaches the amount.") % {
        "amount": _amount(facts["largest"], facts["currency"])
    }


def _next_call(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Its next call, on %(day)s, comes before the deadline.") % {"day": _day(facts["call"])}


def _evidence(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("The need is evidenced.") if facts["level"] == EvidenceLevel.FULLY else _("The need is partly evidenced.")


def _readiness(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("The request says all that donors look for.")


def _works_in_state(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Is recorded as working in %(state)s.") % {"state": state}


def _competent(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("States competence or priority in %(areas)s.") % {"areas": _areas(facts["areas"])}


def _offers(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has an open offer that fits: “%(title)s”.") % {"title": facts["title"]}


def _deadline(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    if facts["is_past"]:
        return _("The deadline at stake, %(day)s, has passed.") % {"day": _day(facts["deadline"])}
    return _("The deadline at stake is %(day)s.") % {"day": _day(facts["deadline"])}


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _amount(amount: float, currency: str) -> str:
    return f"{currency} {number_format(round(amount), force_grouping=True)}"


def listed_criteria(criteria: Iterable[Criterion | Caution]) -> str:
    """Criteria in one line: "area, region"."""
    return ", ".join(str(criterion.label).lower() for criterion in criteria)


def miss_sentence(remark: Remark) -> str:
    """What does not fit, in words."""
    return MISSES[Criterion(remark.code)](remark.facts)


def caution_sentence(remark: Remark, state: str) -> str:
    """What to mind, in words."""
    return CAUTIONS[Caution(remark.code)](remark.facts, state)


def _misses_years(facts: Mapping[str, Any]) -> str:
    if facts["first"] and facts["last"]:
        return _("Years: it gives from %(first)s to %(last)s.") % facts
    if facts["last"]:
        return _("Years: it gives until %(last)s.") % facts
    return _("Years: it gives from %(first)s on.") % facts


def _only_donor(facts: Mapping[str, Any], state: str) -> str:
    return _("Was the only donor of %(state)s on record in %(count)s of %(of)s years.") % {"state": state, **facts}


MISSES: dict[Criterion, Callable[[Mapping[str, Any]], str]] = {
    Criterion.AREA: lambda facts: _("Area: it names others."),
    Criterion.KIND: lambda facts: _("Kind: it gives another kind of assistance."),
    Criterion.REGION: lambda facts: _("Region: it names others."),
    Criterion.LANGUAGE: lambda facts: _("Language: it works in others."),
    Criterion.SIZE: lambda facts: (
        _("Amount: above its usual ceiling by %(amount)s.") % {"amount": _amount(facts["by"], facts["currency"])}
    ),
    Criterion.YEARS: _misses_years,
    Criterion.TIMING: lambda facts: (
        _("Timing: its next call, on %(day)s, comes after the deadline.") % {"day": _day(facts["call"])}
    ),
    Criterion.CAPACITY: lambda facts: _("Capacity: its offer is used up."),
}
CAUTIONS: dict[Caution, Callable[[Mapping[str, Any], str], str]] = {
    Caution.ONLY_DONOR: _only_donor,
    Caution.ENDS: lambda facts, state: _("Its support is stated to end in %(year)s.") % facts,
    Caution.LAPSED: lambda facts, state: _("No support by it is on record after %(year)s.") % facts,
}


SENTENCES: dict[MatchReason, Callable[[Mapping[str, Any], str, Mapping[str, str]], str]] = {
    MatchReason.GAVE_TO_STATE: _gave_to_state,
    MatchReason.GAVE_IN_AREA: _gave_in_area,
    MatchReason.GAVE_IN_REGION: _gave_in_region,
    MatchReason.BROAD_SUPPORT: _broad_support,
    MatchReason.WORKS_IN_STATE: _works_in_state,
    MatchReason.COMPETENT: _competent,
    MatchReason.OFFERS: _offers,
    MatchReason.DEADLINE: _deadline,
    MatchReason.CO_DONORS: _co_donors,
    MatchReason.SIMILAR_STATES: _similar_states,
    MatchReason.SAME_REGION: _same_region,
    MatchReason.GIVES_KIND: _gives_kind,
    MatchReason.STATED_REGION: _stated_region,
    MatchReason.LANGUAGE: _language,
    MatchReason.SIZE_FITS: _size_fits,
    MatchReason.NEXT_CALL: _next_call,
    MatchReason.EVIDENCE: _evidence,
    MatchReason.READINESS: _readiness,
}

#: What each line of the table of points rewards.
WEIGHT_LABELS = {
    "recent": gettext_lazy("Has supported this State, the later the more"),
    "regular": gettext_lazy("Has supported this State in many years"),
    "share": gettext_lazy("Was among the largest donors of its last year (only where money is asked for)"),
    "volume": gettext_lazy("Gives much everywhere (only where money is asked for)"),
    "frequency": gettext_lazy("Gives often everywhere"),
    "breadth": gettext_lazy("Supports many States"),
    "active": gettext_lazy("Has given lately to any State"),
    "co_donors": gettext_lazy("Gives where the known supporters of this State give"),
    "similar_states": gettext_lazy("Gives to States that have the same supporters"),
    "region": gettext_lazy("Gives to other States of the region"),
    "same_region": gettext_lazy("Is itself of the region"),
    "presence": gettext_lazy("Works in this State"),
    "offer": gettext_lazy("Has an open offer that fits area and kind"),
    "area_stated": gettext_lazy("Names the areas among its own"),
    "area_given": gettext_lazy("Has supported the areas anywhere"),
    "kind": gettext_lazy("Gives the kind of assistance asked for"),
    "region_stated": gettext_lazy("Names the region among its own"),
    "language": gettext_lazy("Works in a language of the request"),
    "size": gettext_lazy("Its usual contribution reaches the amount"),
    "timing": gettext_lazy("Its next call comes before the deadline"),
    "deadline": gettext_lazy("Shortlist of a supporter: how near the deadline is"),
    "evidence": gettext_lazy("Shortlist of a supporter: how well the need is evidenced"),
    "readiness": gettext_lazy("Shortlist of a supporter: the request says all that donors look for"),
}


def unbalanced(what: str, difference: Decimal, unit: str) -> str:
    """Something of what there was is not accounted for, or (below zero) more is than there was."""
    facts = {"what": what, "number": f"{money(abs(difference))}{unit}"}
    if difference > 0:
        return _("%(what)s: %(number)s of what there was is not accounted for.") % facts
    return _("%(what)s: %(number)s more is accounted for than there was.") % facts


def awaits_sign_off(post: str) -> str:
    """Why a draft is not submitted yet."""
    return _("%(post)s has yet to sign off the text as it stands.") % {"post": post}
