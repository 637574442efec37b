"""The sentence for each reason of a suggestion, in words that a diplomat would accept."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_app.domain.matching import Reason
from requests_app.enums import AreaCode, MatchReason

MAX_NAMES = 4


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
    return _("Has supported %(areas)s elsewhere: %(states)s.") % {
        "areas": _areas(facts["areas"]),
        "states": _listed(facts["states"], names),
    }


def _gave_in_region(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has supported other States of the region: %(states)s.") % {"states": _listed(facts["states"], names)}


def _broad_support(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has supported %(n)s affected States in recent years on record.") % {"n": facts["count"]}


def _works_in_state(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Is recorded as working in %(state)s.") % {"state": state}


def _competent(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("States competence or priority in %(areas)s.") % {"areas": _areas(facts["areas"])}


def _offers(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    return _("Has an open offer that fits: “%(title)s”.") % {"title": facts["title"]}


def _deadline(facts: Mapping[str, Any], state: str, names: Mapping[str, str]) -> str:
    day: date = facts["deadline"]
    return _("The deadline at stake is %(day)s.") % {"day": date_format(day, "j F Y")}


SENTENCES: dict[MatchReason, Callable[[Mapping[str, Any], str, Mapping[str, str]], str]] = {
    MatchReason.GAVE_TO_STATE: _gave_to_state,
    MatchReason.GAVE_IN_AREA: _gave_in_area,
    MatchReason.GAVE_IN_REGION: _gave_in_region,
    MatchReason.BROAD_SUPPORT: _broad_support,
    MatchReason.WORKS_IN_STATE: _works_in_state,
    MatchReason.COMPETENT: _competent,
    MatchReason.OFFERS: _offers,
    MatchReason.DEADLINE: _deadline,
}


def awaits_sign_off(post: str) -> str:
    """Why a draft is not submitted yet."""
    return _("%(post)s has yet to sign off the text as it stands.") % {"post": post}
