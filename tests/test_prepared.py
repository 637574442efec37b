"""When the kept test database is made anew."""

import pytest

from tests.prepared import hash_of_sources

LOADED = [
    "ccm_portal/register/migrations/0001_initial.py",
    "ccm_portal/register/models/states.py",
    "requests_app/reference.py",
    "reference/treaty/meetings.csv",
    "requirements/runtime.lock",
    "tests/prepared.py",
]
PAGE = "requests_app/views.py"


@pytest.fixture
def checkout(tmp_path):
    for name in [*LOADED, PAGE]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    return tmp_path


@pytest.mark.parametrize("name", LOADED)
def test_a_change_of_what_it_is_made_from_makes_it_anew(checkout, name):
    before = hash_of_sources(checkout)
    (checkout / name).write_text("two")
    assert hash_of_sources(checkout) != before


def test_a_new_file_makes_it_anew(checkout):
    before = hash_of_sources(checkout)
    (checkout / "reference/portal").mkdir()
    (checkout / "reference/portal/pages.csv").write_text("one")
    assert hash_of_sources(checkout) != before


def test_a_page_does_not(checkout):
    before = hash_of_sources(checkout)
    (checkout / PAGE).write_text("two")
    assert hash_of_sources(checkout) == before
