"""Compares the papers with the register and keeps what differs as import warnings (R125)."""

from pathlib import Path

from ccm_portal.register import models as register
from ccm_portal.register.enums import OfficeKind, Theme
from ccm_portal.register.reference.rows import BadReference, Row, by_key, optional_rows
from ccm_portal.register.reference.shelf import Shelf, Tally
from ccm_portal.register.reference.slips import Facts, find_slips

COOPERATION = "international cooperation and assistance"


def load_papers(folder: Path, tally: Tally) -> None:
    """The papers of the list as they came, with the slips of each; a warning whose slip is no longer there goes."""
    shelf, kept = Shelf(tally, register.ImportWarning, "source", "field"), Shelf(tally, register.Paper, "code")
    papers = by_key(optional_rows(folder / "papers.csv"), "file")
    facts = known_facts() if papers else Facts()
    standing = set()
    for name, listed in papers.items():
        with tally.noting_errors():
            text = _text_of(folder, listed, name)
            kept.put(listed, code=Path(name).stem, title=listed.text("title"), text=text)
            for slip in find_slips(text, facts):
                row = Row(name, slip.line, {})
                warning = shelf.put(
                    row,
                    source=f"{name} line {slip.line}",
                    field=slip.field,
                    paper=listed.text("title"),
                    found=slip.found,
                    expected=slip.expected,
                    reason=slip.reason,
                )
                standing.add(warning.pk)
                tally.warnings.append(
                    f"{name} line {slip.line}: {slip.field}: “{slip.found}” should be “{slip.expected}”. {slip.reason}"
                )
    if papers and not tally.given:
        register.ImportWarning.objects.exclude(pk__in=standing).delete()


def _text_of(folder: Path, listed: Row, name: str) -> str:
    if "/" in name or not (folder / name).is_file():
        raise listed.fail(f"{name!r} is not in the folder of papers")
    try:
        return (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadReference(f"{name} is not UTF-8 text") from None


def known_facts() -> Facts:
    """What the register says of the States, offices, meetings and organisations that papers name."""
    names: dict[str, str] = {}
    for state in register.State.objects.all():
        names |= dict.fromkeys([state.name, *filter(None, state.aliases.split("; "))], state.name)
    terms: dict[str, set[str]] = {}
    held = register.OfficeTerm.objects.filter(office__kind=OfficeKind.COORDINATOR, office__theme=Theme.COOPERATION)
    for term in held.select_related("state").exclude(state=None):
        terms.setdefault(term.label, set()).add(term.state.name)  # type: ignore[union-attr]
    return Facts(
        states=names,
        coordinators={COOPERATION: {label: frozenset(states) for label, states in terms.items()}},
        meetings={m.code: (m.first_day, m.last_day) for m in register.Meeting.objects.all()},
        organisations=tuple(register.Organisation.objects.values_list("name", flat=True)),
    )
