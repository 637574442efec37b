"""The translations of the form: complete, the same in both files, and of no effect on a site that is English."""

import gettext
import re
from ast import literal_eval
from datetime import date

import pytest
from django.conf import settings
from django.utils import translation

from ccm_portal.register.models import Obligation, State
from requests_app.actions import start_request
from requests_app.workbooks import layout
from requests_app.workbooks.enums import Language
from requests_app.workbooks.layout import Paper, paper_of
from tests.test_access import client_of

LOCALES = [translation.to_locale(language) for language in Language.values]
ENTRY = re.compile(r'(?:msgctxt (".*")\n)?msgid (".*")\nmsgstr ((?:".*"\n?)+)')


def folder(locale):
    return settings.BASE_DIR / "locale" / locale / "LC_MESSAGES"


def in_po(locale):
    """What the readable file says: (context, English) -> translation."""
    text = (folder(locale) / "django.po").read_text(encoding="utf-8")
    found = {}
    for context, english, lines in ENTRY.findall(text):
        said = "".join(literal_eval(line) for line in lines.strip().splitlines())
        found[literal_eval(context) if context else "", literal_eval(english)] = said
    assert len(found) == len(re.findall(r"^msgid ", text, re.MULTILINE))  # nothing stands there twice or is not read
    return found


def in_mo(locale):
    """What the portal uses."""
    with (folder(locale) / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    return {tuple(key.split("\x04")) if "\x04" in key else ("", key): said for key, said in catalogue.items()}


def printed(paper: Paper):
    """All that a form prints in two languages."""
    yield from (words for words, _value in paper.heading)
    yield from (words for words, _day in paper.facts)
    texts = (layout.TITLE, *layout.NOTES, layout.UNREAD, layout.FACTS, layout.NO_FACTS, layout.ANSWER)
    yield from (paper.both(text) for text in (*texts, layout.DO_NOT_CHANGE))
    for section in paper.sections:
        yield from (section.title, section.intro)
        for group in section.groups:
            yield from (group.label or section.title, group.help)
        for asked in [*section.lines, *(section.table.columns if section.table else [])]:
            yield from (asked.label, asked.help, *asked.options.values())


@pytest.mark.parametrize("locale", LOCALES)
def test_N10_compiled_translation_says_what_the_readable_one_says(locale):
    """Without gettext's tools on the machine: `msgfmt -o django.mo django.po` after a change."""
    assert in_mo(locale) == in_po(locale)


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_N10_the_form_is_translated_whole(chad, language):
    known = {english for _context, english in in_po(translation.to_locale(language))}
    state = State.objects.get(pk="TCD")
    for limb in ("3.2", "5.1"):
        Obligation.objects.get_or_create(state=state, limb=limb, article=int(limb[0]))
    words = list(printed(paper_of(start_request(state, by=chad), language, today=date(2026, 11, 21))))
    assert len(words) > 200
    missing = {one.english for one in words if one.english and one.english not in known}
    assert {text for text in missing if text[:1].lower() + text[1:] not in known} == set()
    own = {"ar": r"[\u0600-\u06ff]", "zh-hans": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}.get(language, r"\w")
    assert [one.other for one in words if one.english and not re.search(own, one.other)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_N10_translations_keep_what_no_language_changes(locale):
    """Figures, examples of how to write a day and a currency, kinds of files."""
    for (_context, english), said in in_po(locale).items():
        kept = re.findall(r"\b(?:\d{4}-\d\d-\d\d|USD|PDF|XLSX|40)\b", english)
        assert said, english
        assert [one for one in kept if one not in said] == [], english


@pytest.mark.django_db
def test_N10_a_site_that_is_released_in_english_stays_english(chad):
    page = client_of(chad).get("/requests/new/", headers={"accept-language": "fr"})
    assert page["Content-Language"] == "en"
    assert "In one line, what do you need?" in page.content.decode()
