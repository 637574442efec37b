"""What a reader will still ask of a need, whatever its language."""

import pytest

from requests_app.domain.specificity import Said, open_questions
from requests_app.enums import Aspect

COMPLETE = "Six clearance teams for 40 villages in Xieng Khouang until 2028."


def asked(requirement, **more):
    facts = {"has_kinds": True, "has_evidence": True}
    return set(open_questions(Said(requirement=requirement, **{**facts, **more})))


def test_R005_specific_need_leaves_no_question():
    assert asked(COMPLETE) == set()


def test_R005_nothing_is_asked_of_an_empty_text():
    assert open_questions(Said()) == ()


def test_R005_wish_leaves_every_question():
    assert open_questions(Said(requirement="help", is_financial=True)) == tuple(Aspect)


@pytest.mark.parametrize(
    "text",
    [
        "ຕ້ອງການ ໖ ທີມ ໃນ ໔໐ ບ້ານ ຈົນຮອດ ໒໐໒໘",
        "ستة فرق إزالة في ٤٠ قرية حتى ٢٠٢٨",
        "在四十个村庄部署6支队伍,至2028年",
        "Шесть групп в 40 деревнях провинции Сиангкхуанг до 2028 года",
        "Six équipes dans 40 villages de la province de Xieng Khouang jusqu'en 2028",
    ],
)
def test_R005_figures_and_years_are_read_in_every_script(text):
    assert asked(text) == set()


@pytest.mark.parametrize(
    ("text", "more", "question"),
    [
        ("Clearance teams for the villages of Xieng Khouang until 2028", {}, Aspect.HOW_MANY),
        ("Six teams for 40 villages until 2028, as planned by us all", {}, Aspect.WHERE),
        ("Six teams for 40 villages in Xieng Khouang, as soon as it can be", {}, Aspect.UNTIL_WHEN),
        (COMPLETE, {"is_financial": True}, Aspect.COST),
        (COMPLETE, {"has_evidence": False}, Aspect.EVIDENCE),
        ("6 in Xieng, 2028", {"has_kinds": False}, Aspect.WHAT),
    ],
)
def test_R005_each_question_is_asked_alone(text, more, question):
    assert asked(text, **more) == {question}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Six teams for 40 villages at 19.45, 103.2 until 2028", {}),
        ("Six teams for 40 villages in Xieng Khouang by 31.12.28", {}),
        ("Six teams for 40 villages in Xieng Khouang, for the time given", {"has_end": True}),
        ("Six teams for 40 villages in Xieng Khouang until 2028 for USD 400", {"is_financial": True}),
        (COMPLETE, {"is_financial": True, "has_cost": True}),
    ],
)
def test_R005_other_signals_answer_too(text, more):
    assert asked(text, **more) == set()
