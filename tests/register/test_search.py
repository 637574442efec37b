"""Text made ready for search."""

import pytest

from ccm_portal.register.search import Vocabulary, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Évaluation  du DÉMINAGE, évaluation", ["evaluation", "du", "deminage"]),
        ("LAO-2018-002", ["lao", "2018", "002"]),
        ("m²; 2.400", ["m2", "2", "400"]),
        ("Côte d’Ivoire", ["cote", "d", "ivoire"]),
        ("تقييم المناطق", ["تقييم", "المناطق"]),
        ("разминирование", ["разминирование"]),
        ("清除残留物", ["清除", "除残", "残留", "留物"]),
        ("", []),
    ],
)
def test_words_are_folded_and_each_stands_once(text, found):
    assert words(text) == found


def test_text_in_lao_is_found_by_a_part_of_it():
    assert set(words("ລະເບີດ")) <= set(words("ການເກັບກູ້ລະເບີດລູກຫວ່ານ"))


@pytest.mark.parametrize("typed", ["cambodja", "kambodia", "cambodi", "cmabodia", "cambodias"])
def test_a_letter_wrong_more_less_or_swapped_is_forgiven(typed):
    known = Vocabulary(["cambodia", "chad", "survey"])
    assert known.meant_by(typed) == ([] if typed == "cambodi" else ["cambodia"])


@pytest.mark.parametrize("typed", ["cam", "surv", "elephant", "chd"])
def test_words_that_are_known_short_or_far_off_are_left_as_typed(typed):
    assert Vocabulary(["cambodia", "chad", "survey"]).meant_by(typed) == []
