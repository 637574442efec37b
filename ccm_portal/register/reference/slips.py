"""Finds slips in the text of a paper: what contradicts the register, the rest of the paper, or arithmetic (R125).

Pure: text and facts in, findings out. No slip is known beforehand; a corrected text gives no finding.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
ORDINALS += ["eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"]
MONTHS = ["", "January", "February", "March", "April", "May", "June", "July"]
MONTHS += ["August", "September", "October", "November", "December"]
#: An organisation's name is compared word by word only if it is long enough to be told from another.
MIN_NAME_WORDS = 4


@dataclass(frozen=True)
class Facts:
    """What the register says of the things that papers name."""

    states: dict[str, str] = field(default_factory=dict)  # any name of a State -> its UN short name
    coordinators: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)  # theme -> term -> States
    meetings: dict[str, tuple[date, date]] = field(default_factory=dict)  # "7MSP" -> first and last day
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One slip: where, what stands there, what should, and why."""

    line: int
    field: str
    found: str
    expected: str
    reason: str


def find_slips(text: str, facts: Facts) -> list[Finding]:
    """All slips of a paper, in the order of its lines."""
    text = text.replace("’", "'")  # as the register writes it
    found = [
        *_empty_items(text, facts),
        *_coordinators(text, facts),
        *_meeting_dates(text, facts),
        *_organisation_names(text, facts),
        *_shares(text),
        *_sums(text),
    ]
    return sorted(found, key=lambda finding: finding.line)


def states_listed(text: str, facts: Facts) -> list[str]:
    """The States that a list names, in the UN's alphabetical order; empty items are passed over (R85)."""
    joined = " ".join(text.replace("’", "'").split())
    # "and" parts two names unless it stands inside one
    items = re.split(r",|;|\band\b(?! (?:Herzegovina|Principe|Nevis|Barbuda|Tobago|the Grenadines)\b)", joined)
    named = {facts.states[item.strip()] for item in items if item.strip() in facts.states}
    return sorted(named, key=lambda name: unicodedata.normalize("NFKD", name))


def _line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _empty_items(text: str, facts: Facts) -> Iterator[Finding]:
    for match in re.finditer(r"([^\s,;:]+(?: [^\s,;:]+)?)\s*([,;])\s*[,;]\s*([^\s,;.]+)", text):
        start = max(text.rfind(":", 0, match.start()), text.rfind(". ", 0, match.start())) + 1
        end = re.compile(r"\.\s|\Z").search(text, match.end())
        listed = states_listed(text[start : end.start() if end else None], facts)
        count = f"; without it the list has {len(listed)} States" if listed else ""
        before, after = match[1].split()[-1], match[3]
        yield Finding(
            _line_of(text, match.start(2)),
            "empty item in a list",
            f"{before}{match[2]} {match[2]} {after}",
            f"{before}{match[2]} {after}",
            f"An item of the list is empty{count}.",
        )


@dataclass(frozen=True)
class _Mention:
    position: int
    term: str
    states: frozenset[str]


def _coordinators(text: str, facts: Facts) -> Iterator[Finding]:
    """Two pairs of Coordinators in one paper, or a pair that did not hold the office in the years given."""
    for theme, terms in facts.coordinators.items():
        mentions = list(_mentions(text, theme, facts))
        dated = next((m for m in mentions if m.term), None)
        if dated is None:
            continue
        holders = terms.get(dated.term, dated.states)
        for mention in mentions:
            if mention.states != holders:
                since = next((term for term, states in terms.items() if states == mention.states), "")
                yield Finding(
                    _line_of(text, mention.position),
                    f"Coordinators on {theme}",
                    _joined(mention.states),
                    _joined(holders),
                    f"Line {_line_of(text, dated.position)} names the Coordinators of {_span(dated.term)}"
                    + (", as the register does" if dated.term in terms else "")
                    + (f"; this passage names those of {_span(since)}." if since else "."),
                )


def _mentions(text: str, theme: str, facts: Facts) -> Iterator[_Mention]:
    names = "|".join(re.escape(name) for name in sorted(facts.states, key=len, reverse=True))
    words = r"\s+".join(map(re.escape, theme.split()))
    for match in re.finditer(rf"Coordinators on {words}(?:\s*\((\d{{4}})\s*[-–]\s*(\d{{4}})\))?", text, re.IGNORECASE):
        rest = re.split(r"\n|\. ", text[match.end() : match.end() + 160])[0]
        named = (
            frozenset(facts.states[name] for name in re.findall(rf"\b(?:{names})\b", rest)) if names else frozenset()
        )
        if named:
            yield _Mention(match.start(), f"{match[1]}-{match[2]}" if match[1] else "", named)


def _span(term: str) -> str:
    return term.replace("-", "–")


def _joined(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def _meeting_dates(text: str, facts: Facts) -> Iterator[Finding]:
    """A meeting with other days than the register has."""
    heading = r"\b(\w+) (Meeting of (?:the )?States Parties|Review Conference)"
    between = r"(?:(?!Meeting of|Review Conference)[\s\S]){0,120}?"
    days = rf"(\d{{1,2}})\s*[-–]\s*(\d{{1,2}}) ({'|'.join(MONTHS[1:])}) (\d{{4}})"
    for match in re.finditer(heading + between + days, text):
        number = _ordinal(match[1])
        code = f"{number}{'RC' if match[2].startswith('Review') else 'MSP'}"
        if code not in facts.meetings:
            continue
        first, last = facts.meetings[code]
        expected = f"{first.day}–{last.day} {MONTHS[first.month]} {first.year}"
        found = f"{match[3]}–{match[4]} {match[5]} {match[6]}"
        if found != expected and first.month == last.month:
            spelt = expected.replace("–", "[-–]")
            elsewhere = re.search(rf"\b{spelt}", text)
            yield Finding(
                _line_of(text, match.start(3)),
                f"date of the {code}",
                found,
                expected,
                f"The register has the {code} on {expected}"
                + (f", and so has line {_line_of(text, elsewhere.start())}." if elsewhere else "."),
            )


def _ordinal(word: str) -> int:
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word)
    if digits:
        return int(digits[1])
    return ORDINALS.index(word.lower()) if word.lower() in ORDINALS else 0


def _organisation_names(text: str, facts: Facts) -> Iterator[Finding]:
    """The name of an organisation with one word that is another."""
    tokens = list(re.finditer(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", text))
    words = [token[0] for token in tokens]
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    known = {tuple(re.sub(r"\([^)]*\)", "", name).split()) for name in facts.organisations}
    for name in sorted(known):
        if len(name) < MIN_NAME_WORDS:
            continue
        # where one word is another, the first or the second is right
        starts = {*places.get(name[0], ()), *(place - 1 for place in places.get(name[1], ()))}
        for start in sorted(starts & {*range(len(words) - len(name) + 1)}):
            window = tuple(words[start : start + len(name)])
            wrong = [i for i, (a, b) in enumerate(zip(window, name, strict=True)) if a != b]
            if len(wrong) == 1 and window[wrong[0]][:1].isupper() and window not in known:
                position = tokens[start].start()
                yield Finding(
                    _line_of(text, position),
                    "name of an organisation",
                    " ".join(window),
                    " ".join(name),
                    f"No organisation of that name is known; one word differs: “{window[wrong[0]]}” for "
                    f"“{name[wrong[0]]}”.",
                )


@dataclass(frozen=True)
class _BudgetLine:
    line: int
    label: str
    amount: int
    note: str


def _budget(text: str) -> list[_BudgetLine]:
    """The lines of a table "label, amount, note" that carry an amount."""
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        label, *cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in line.split("\t")]
        if label and cells and re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+", cells[0]) and label.lower() != "cost":
            lines.append(_BudgetLine(number, label, int(cells[0].replace(",", "")), " ".join(cells[1:])))
    return lines


def _shares(text: str) -> Iterator[Finding]:
    """A line of a budget that says what share of the salaries it is, and is another."""
    budget = _budget(text)
    salaries = next((line.amount for line in budget if line.label.lower().startswith("salar")), 0)
    for line in budget:
        stated = re.search(r"(\d+(?:\.(\d+))?) ?% of (?:the )?(?:annual )?salar", line.note)
        if stated is None or not salaries:
            continue
        share = 100 * line.amount / salaries
        if round(share, len(stated[2] or "")) != float(stated[1]):
            yield Finding(
                line.line,
                f"share of {line.label.lower()}",
                f"{stated[1]} %",
                f"{share:.1f} %",
                f"{line.amount:,} is {share:.1f} % of the salaries of {salaries:,}; {stated[1]} % would be "
                f"{salaries * float(stated[1]) / 100:,.0f}. {_which_adds_up(budget)}",
            )


def _which_adds_up(budget: list[_BudgetLine]) -> str:
    total = next((line.amount for line in budget if line.label.lower() == "total"), None)
    if total is not None and total == sum(line.amount for line in budget if line.label.lower() != "total"):
        return f"The amounts add up to the total of {total:,}, so the amount is kept."
    return "The amount is kept."


def _sums(text: str) -> Iterator[Finding]:
    """A total that is not the sum of its lines (R112)."""
    parts = 0
    for line in _budget(text):
        if line.label.lower() == "total":
            if line.amount != parts:
                yield Finding(
                    line.line,
                    "total of a budget",
                    f"{line.amount:,}",
                    f"{parts:,}",
                    f"The lines above add up to {parts:,}; the difference is {line.amount - parts:+,}.",
                )
            parts = 0
        else:
            parts += line.amount
