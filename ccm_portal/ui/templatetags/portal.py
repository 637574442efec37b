"""Template tags and filters that every page may use (built in, no `load` needed)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

#: status -> tone. The tone gives colour and sign; the word always stands beside it.
TONES = {
    # deadlines
    "overdue": "bad",
    "passed": "warn", "at_risk": "warn", "extension_requested": "warn", "extended": "info", "on_track": "good",
    "completed": "done", "deadline_frozen": "mute", "no_obligation_declared": "mute",
    "not_due": "good", "on_time": "done", "late": "warn", "not_on_record": "mute", "received": "done",
    # requests
    "draft": "mute", "submitted": "info", "clarification_asked": "warn", "relayed": "info", "answered": "info",
    "agreed": "good", "delivering": "good", "delivered": "done", "closed_met": "done", "closed_partly": "warn",
    "closed_unmet": "bad", "withdrawn": "mute",
    # evidence, coalitions, commitments, activities, membership
    "asserted": "mute", "partly": "info", "fully": "good",
    "planned": "info", "proposed": "warn", "active": "good", "closed": "done",
    "pledged": "info", "committed": "good", "under_way": "good", "done": "done", "cancelled": "mute", "unknown": "mute",
    "state_party": "good", "deposited_not_yet_in_force": "info", "withdrawal_notified": "warn", "signatory": "info",
    "former_state_party": "mute", "non_party": "mute",
    "agrees": "good", "differs": "warn",
    "granted": "good", "refused": "bad", "pending": "info", "not_seen": "mute", "lodged": "info",
    # offers, applications to workshops
    "open": "good", "used_up": "mute", "past": "mute", "accepted": "done", "has_place": "good",
    # mails, silence procedures, questions after closing
    "waiting": "info", "held": "info", "sent": "good", "in_digest": "good", "failed": "bad", "unwanted": "mute",
    "dropped": "mute", "running": "info", "carried_out": "done", "stopped": "warn", "not_possible": "mute",
    "yes": "good", "in_part": "warn", "no": "bad",
    "requested": "info", "pressing": "warn", "contacted": "good", "declined": "mute",
    "incomplete": "warn",
    "asked": "info", "taken_back": "mute",
    "sign_off_waiting": "warn", "sign_off_given": "done", "sign_off_void": "bad",
    # steps of the needs form
    "empty": "mute", "not_saved": "bad", "needed": "warn", "advised": "info", "to_do": "mute",
}  # fmt: skip


class Words(Node):
    """Words of a template in the language of the page, looked up once in each language."""

    child_nodelists = ()

    def __init__(self, words: TranslateNode) -> None:
        self.words, self.name = words, words.asvar
        words.asvar = None
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.said:
            self.said[language] = self.words.render(context)
        if not self.name:
            return self.said[language]
        context[self.name] = self.said[language]
        return ""


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Django's tag. Most of what it translates are words that stand in the template, some seventy on a page: each
    look-up costs more than all else that a tag does."""
    node = do_translate(parser, token)
    words = node.filter_expression
    stands_there = words.var.literal is not None and not words.filters and node.message_context is None
    return Words(node) if stands_there else node


@register.simple_tag
def badge(code: str, label: Any) -> SafeString:
    """A status in its word and tone."""
    return _badge(TONES[str(code)], str(label))


@lru_cache(maxsize=1024, typed=True)  # what is marked safe is not what is escaped
def _badge(tone: str, label: str) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, label)


@register.filter
def tone(code: str) -> str:
    """The tone of a status, for pictures that draw its sign."""
    return TONES[str(code)]


@register.filter
def day(value: date | None, precision: str = "day") -> str:
    """A date as exactly as its source gives it: "1 August 2010", "May 2022", "2011", "by 27 June 2018"."""
    return _day(value, precision, get_language() or "") if value else ""


@lru_cache(maxsize=4096)
def _day(value: date, precision: str, language: str) -> str:
    if precision == "month":
        return date_format(value, "F Y")
    if precision == "year":
        return str(value.year)
    text = date_format(value, "j F Y")
    return _("by %(day)s") % {"day": text} if precision == "not_later" else text


@register.filter
def deadline(row: Any) -> str:
    """The deadline of a clock row, to the month where the source gives no day."""
    return day(row.deadline, "month" if row.month_precision else "day")


@register.filter
def article(clock: str) -> SafeString:
    """The provision of a clock, kept together and left to right: "Article 4.1(a)"."""
    return format_html('<span class="nowrap">{} <bdi dir="ltr">{}</bdi></span>', _("Article"), clock)


@register.filter
def money(value: Decimal | float | None, currency: str = "") -> str:
    """An amount with its currency; whole numbers without decimals."""
    return "" if value is None else f"{currency} {_grouped(value, get_language() or '')}".strip()


@lru_cache(maxsize=4096)
def _grouped(value: Decimal | float, language: str) -> str:
    return number_format(value, 0 if value == int(value) else 2, force_grouping=True)


@register.filter
def names(values: Iterable[Any]) -> str:
    """Items in one line, by their label where they have one."""
    return ", ".join(str(getattr(value, "label", value)) for value in values)


@register.filter
@lru_cache(maxsize=1024, typed=True)
def linked(text: str) -> SafeString:
    """Source text with its addresses as links that tell nothing to the other site."""
    return SafeString(
        urlize(text, nofollow=True, autoescape=True).replace('rel="nofollow"', 'rel="nofollow noreferrer"')
    )


@register.filter
def span(target: date, today: date) -> str:
    """How far off a day is, in words: "in 5 months", "3 days ago"."""
    days = (target - today).days
    if days == 0:
        return _("today")
    amount = abs(days)
    if amount < 61:
        text = ngettext("%(n)s day", "%(n)s days", amount) % {"n": amount}
    elif amount < 730:
        text = ngettext("%(n)s month", "%(n)s months", amount // 30) % {"n": amount // 30}
    else:
        text = ngettext("%(n)s year", "%(n)s years", amount // 365) % {"n": amount // 365}
    return _("in %(span)s") % {"span": text} if days > 0 else _("%(span)s ago") % {"span": text}


@register.simple_tag(takes_context=True)
def as_of_query(context: dict[str, Any]) -> str:
    """What keeps the day of this page on the next one; nothing where no day was asked for."""
    asked = context["request"].GET.get("as_of", "").strip()
    return f"?{urlencode({'as_of': asked})}" if asked else ""


@register.simple_tag(takes_context=True)
def feed_query(context: dict[str, Any]) -> str:
    """The filters of this list for its calendar feed, which always speaks of today."""
    query = context["request"].GET.copy()
    for name in ("page", "per_page", "format", "as_of"):
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changed: str) -> str:
    """The address of this page with some of its parameters set."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def export_query(context: dict[str, Any], form: str) -> str:
    """The address of this list as a file: the same filters, no page."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["format"] = form
    return f"?{query.urlencode()}"
