"""Stored text as blocks that a template prints: headings, lists and paragraphs. No markup of the writer's own."""

from dataclasses import dataclass

HEADING, LIST, PARAGRAPH = "heading", "list", "paragraph"


@dataclass(frozen=True)
class Block:
    """A heading (`## …`), a list (each line `- …`) or a paragraph."""

    kind: str
    lines: list[str]


def blocks(text: str) -> list[Block]:
    """Blank lines part blocks; a heading is a block of its own even without one after it."""
    found: list[Block] = []
    for line in [*text.splitlines(), ""]:
        line = line.strip()
        kind = HEADING if line.startswith("## ") else LIST if line.startswith("- ") else PARAGRAPH
        content = line.removeprefix("## ").removeprefix("- ").strip()
        if not line:
            found.append(Block("", []))
        elif found and found[-1].kind == kind and kind != HEADING:
            found[-1].lines.append(content)
        else:
            found.append(Block(kind, [content]))
    return [block for block in found if block.lines]
