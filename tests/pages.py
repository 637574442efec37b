"""What a browser would send back of a page."""

from html.parser import HTMLParser

from django.http import HttpResponse


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.is_inside = False
        self.text: tuple[str, list[str]] | None = None
        self.select = ""

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in found}
        name, value = said.get("name", ""), said.get("value", "")
        if tag == "form":
            self.is_inside = "form" in said.get("class", "").split()
        elif not self.is_inside:
            return
        elif tag == "input" and name and said.get("type") not in {"file", "submit"}:
            if said.get("type") not in {"checkbox", "radio"} or "checked" in said:
                self.sent.setdefault(name, []).append(value or ("on" if said.get("type") == "checkbox" else ""))
        elif tag == "textarea":
            self.text = (name, [])
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in said:
            self.sent.setdefault(self.select, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.text:
            self.sent.setdefault(self.text[0], []).append("".join(self.text[1]).removeprefix("\n"))
            self.text = None

    def handle_data(self, data: str) -> None:
        if self.text:
            self.text[1].append(data)


def sent_back(page: HttpResponse) -> dict[str, list[str]]:
    """The fields of a page's main form (`class="form"`) with what stands in them, files left out."""
    fields = _Fields()
    fields.feed(page.content.decode())
    return fields.sent
