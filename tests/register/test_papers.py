"""R125: the five slips of the papers raise exactly their five warnings; a corrected text raises none."""

import html
import re
import shutil

import pytest
from django.conf import settings

from ccm_portal.loading import load_all
from ccm_portal.register import models as register
from ccm_portal.register.models import Meeting, State
from ccm_portal.register.reference import BadReference
from ccm_portal.register.reference.papers import known_facts
from ccm_portal.register.reference.slips import Facts, find_slips, states_listed

pytestmark = pytest.mark.django_db

PAPERS = {path.name[:3]: path for path in (settings.REFERENCE_DIR / "papers").glob("*.txt")}
SLIPS = [
    # paper, line, as published, corrected, what the corrected text has instead
    ("000", 39, "Chad, , Iraq", "Chad, Iraq", ("Chad, , Iraq", "Chad, Iraq")),
    (
        *("001", 37, "Netherlands (Kingdom of the) and Peru", "Montenegro and Netherlands (Kingdom of the)"),
        ("Assistance, the Netherlands and Peru", "Assistance, Montenegro and the Netherlands"),
    ),
    ("004", 10, "4–6 September 2016", "4–6 September 2017", ("4–6 September 2016", "4–6 September 2017")),
    (
        *("004", 236, "Geneva International Centre for Humanitarian Disarmament"),
        "Geneva International Centre for Humanitarian Demining",
        ("Humanitarian Disarmament", "Humanitarian Demining"),
    ),
    ("004", 302, "20 %", "18.4 %", ("At 20% of", "At 18.4% of")),
]


def text_of(paper):
    return PAPERS[paper].read_text(encoding="utf-8")


def slips_of(text):
    return [(slip.line, slip.found, slip.expected) for slip in find_slips(text, known_facts())]


def test_R125_five_papers_raise_five_warnings_and_no_other():
    found = {
        (w.source[:3], int(w.source.split()[-1]), w.found, w.expected) for w in register.ImportWarning.objects.all()
    }
    assert found == {slip[:4] for slip in SLIPS}
    assert len(PAPERS) == 5
    assert all(w.reason and w.paper and w.raised_on for w in register.ImportWarning.objects.all())


def test_R125_corrected_value_and_reason_stand_beside_the_published_text_for_everybody(client):
    library = client.get("/library/").content.decode()
    for paper in register.Paper.objects.all():
        assert f'href="{paper.get_absolute_url()}"' in library
        assert paper.text == PAPERS[paper.code[:3]].read_text(encoding="utf-8")
        page = client.get(paper.get_absolute_url())
        shown = {number: (line, found) for number, line, found in page.context["lines"]}
        for name, line, found, expected, (printed, _right) in SLIPS:
            if paper.code.startswith(name):
                text, (slip,) = shown[line]
                assert printed in text
                assert (slip.found, slip.expected) == (found, expected)
                assert html.escape(slip.reason) in page.content.decode()
        assert sum(len(found) for _line, found in shown.values()) == sum(paper.code[:3] == slip[0] for slip in SLIPS)
    assert "1 correction<" in library
    assert "3 corrections<" in library


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[2])
def test_R125_corrected_text_raises_nothing_and_each_slip_alone_its_own(slip):
    paper, line, found, expected, _texts = slip
    clean = text_of(paper)
    for other, *_rest, (wrong, right) in SLIPS:
        if other == paper:
            assert wrong in clean
            clean = clean.replace(wrong, right)
    assert slips_of(clean) == []
    wrong, right = slip[4]
    assert slips_of(clean.replace(right, wrong, 1) if paper != "004" or line != 10 else _spoil_header(clean)) == [
        (line, found, expected)
    ]


def _spoil_header(clean):
    return clean.replace("4–6 September 2017", "4–6 September 2016", 1)


def test_R125_the_register_decides_not_a_list_of_slips():
    Meeting.objects.filter(code="7MSP").update(first_day="2016-09-04", last_day="2016-09-06")
    assert (85, "4–6 September 2017", "4–6 September 2016") in slips_of(text_of("004"))


def test_R125_other_slips_of_the_kinds_are_found_too():
    text = "Coordinators on International Cooperation and Assistance (2018-2019): Norway and Peru\n"
    assert slips_of(text) == [(1, "Norway and Peru", "Netherlands (Kingdom of the) and Peru")]
    text = "The Eighth Meeting of States Parties (Geneva, 3-5 September 2019); Benin; ; Chad and Togo.\n"
    assert {found for _line, found, _expected in slips_of(text)} == {"3–5 September 2019", "Benin; ; Chad"}


def test_R112_lines_of_the_budget_add_up():
    clean = text_of("004").replace("At 20% of", "At 18.4% of")
    assert "465,440" in clean
    slips = find_slips(clean.replace("Total\t465,440", "Total\t465,400"), Facts())
    assert [(s.field, s.found, s.expected) for s in slips] == [("total of a budget", "465,400", "465,440")]
    assert "-40" in slips[0].reason


def test_R085_list_of_the_paper_gives_twelve_states_in_order():
    text = text_of("000")
    listed = re.search(r"under the Convention: (Afghanistan.*?State of Palestine)\.", text, re.DOTALL)[1]
    names = states_listed(listed, known_facts())
    assert len(names) == 12
    assert (names[0], names[-1]) == ("Afghanistan", "State of Palestine")
    assert State.objects.filter(name__in=names).count() == 12


def test_warnings_are_raised_once_and_go_with_their_slip(tmp_path):
    before = list(register.ImportWarning.objects.values())
    tally = load_all(settings.REFERENCE_DIR)
    assert list(register.ImportWarning.objects.values()) == before
    assert sum("_" in w.split()[0] and ".txt line" in w for w in tally.warnings) == 5
    folder = shutil.copytree(settings.REFERENCE_DIR, tmp_path / "reference")
    paper = folder / "papers" / PAPERS["000"].name
    paper.write_text(text_of("000").replace("Chad, , Iraq", "Chad, Iraq"), encoding="utf-8")
    load_all(folder)
    assert register.ImportWarning.objects.count() == 4


def test_paper_that_is_missing_is_named(tmp_path):
    folder = shutil.copytree(settings.REFERENCE_DIR, tmp_path / "reference")
    (folder / "papers" / PAPERS["001"].name).unlink()
    with pytest.raises(BadReference, match=r"papers\.csv line 3: .* is not in the folder"):
        load_all(folder)


def test_no_address_of_a_person_stands_in_the_papers():
    for paper in PAPERS:
        assert not re.search(r"[\w.]+@[\w.]+\.\w+|\+\d\d ?\d", text_of(paper))
