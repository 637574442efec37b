"""A profile in words, line by line."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ccm_portal.register.enums import Region
from ccm_portal.ui.templatetags.portal import day, money
from requests_app.enums import AreaCode, Form, Language, labels
from requests_app.supporters.enums import StatedBy
from requests_app.supporters.models import LINES, Profile

VOCABULARIES: dict[str, Any] = {"areas": AreaCode, "forms": Form, "regions": Region, "languages": Language}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a profile in words, with the day on which and by whom it was stated."""

    label: str
    value: str
    on: date | None
    by: str


def profile_lines(profile: Profile) -> list[Line]:
    """What is stated, in the order of the form."""
    return [_line(profile, name, value) for name in LINES if (value := _value(profile, name))]


def stated_at_once(lines: list[Line]) -> Line | None:
    """A line that speaks for all, where the same author stated all of them on the same day."""
    return lines[0] if lines and len({(line.on, line.by) for line in lines}) == 1 and lines[0].on else None


def _line(profile: Profile, name: str, value: str) -> Line:
    field: Any = profile._meta.get_field(name)
    label = _("usual contribution") if name == "size_to" else str(field.verbose_name)
    said = profile.stated.get(name)
    if said is None:
        return Line(label, value, None, "")
    return Line(label, value, date.fromisoformat(said["on"]), str(StatedBy(said["by"]).label))


def _value(profile: Profile, name: str) -> str:
    value = getattr(profile, name)
    if name in VOCABULARIES:
        return ", ".join(labels(VOCABULARIES[name], value))
    if name == "size_to":
        return _size(profile)
    if name == "years" and value:
        return ngettext("%(n)s year", "%(n)s years", value) % {"n": value}
    return day(value) if name == "next_call" else str(value or "")


def _size(profile: Profile) -> str:
    low, high = money(profile.size_from, profile.currency), money(profile.size_to, profile.currency)
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("up to %(high)s") % {"high": high} if high else low and _("from %(low)s") % {"low": low}
