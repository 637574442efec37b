"""Issue 4: whatever is typed or sent wrongly gets a message beside its field, keeps what was typed, and saves nothing.

Each case is sent as a browser sends it, by the focal point and by the author whom the State has invited.
"""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from requests_app.models import AssistanceRequest, EvidenceItem
from requests_app.shares.models import Share
from tests.requests_app.factories import RequestFactory
from tests.requests_app.test_authors import invite
from tests.requests_app.test_writing import PDF, edit, post, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SCANNER = f"{__name__}.scan"


def scan(name, content):
    """A scanner that knows one virus."""
    return "EICAR" if b"EICAR" in content else ""


@pytest.fixture
def draft(chad, health):
    draft = RequestFactory(
        reference="DRAFT-A", draft=True, costed=True, is_technical=True,
        areas=["clearance", "victim_assistance", "national_legislation"],
    )  # fmt: skip
    invite(draft, health, chad)
    return draft


def beside(page, field):
    """What the page says in the block of a field."""
    name = re.escape(field)
    block = re.search(rf'<ul class="errorlist"[^>]* id="id_{name}_error">(.*?)</ul>', page)
    assert f'id="id_{field}"' in page or f'id="id_{field}_0"' in page, field
    return unescape(re.sub("<[^>]+>", " ", block[1])) if block else ""


LONG = "x" * 20_001
CASES = [
    # step, field, what is typed, what is said
    ("obligation", "title", {"title": "x" * 141}, "140 characters"),
    ("need", "challenge", {"challenge": LONG}, "20000 characters"),
    ("need", "requirement", {"requirement": LONG}, "20000 characters"),
    ("timing", "consequence", {"consequence": LONG}, "characters"),
    ("plan", "institution", {"institution": "x" * 161}, "160 characters"),
    ("costs", "total_cost", {"total_cost": "-5", "currency": "USD"}, "greater than or equal to 0"),
    ("costs", "national_share", {"total_cost": "5", "national_share": "-1", "currency": "USD"}, "or equal to 0"),
    ("costs", "total_cost", {"total_cost": "1e999", "currency": "USD"}, ""),
    ("costs", "total_cost", {"total_cost": "NaN", "currency": "USD"}, "number"),
    ("costs", "currency", {"total_cost": "5", "currency": "DOLLAR"}, ""),
    ("costs", "currency", {"total_cost": "5", "currency": "U$"}, "three-letter"),
    ("costs", "currency", {"total_cost": "5", "currency": ""}, "Say in which currency"),
    ("timing", "desired_end", {"desired_start": "2027-05-01", "desired_end": "2027-04-30"}, "before the start"),
    ("timing", "desired_start", {"desired_start": "2027-02-30", "desired_end": "2027-04-30"}, "valid date"),
    ("visit", "visit-ends", {"visit-kind": "technical", "visit-visitors": "Two", "visit-purpose": "See it",
     "visit-place": "Faya", "visit-starts": "2027-02-05", "visit-ends": "2027-02-01"}, ""),
    ("visit", "visit-purpose", {"visit-kind": "technical", "visit-purpose": LONG}, "characters"),
    ("victims", "victims-focal_point", {"victims-focal_point": "x" * 161}, "160 characters"),
    ("victims", "victims-figures_on", {"victims-focal_point": "Ministry", "victims-figures_on": "2999-01-01"}, ""),
    ("legislation", "legislation-law_title", {"legislation-status": "adopted"}, ""),
    ("area_release", "area_release-cleared", {"area_release-cleared": "-1"}, "or equal to 0"),
    ("area_release", "area_release-ends", {"area_release-cleared": "1", "area_release-source": "Report",
     "area_release-starts": "2025-12-31", "area_release-ends": "2025-01-01"}, ""),
    ("visibility", "visibility", {"visibility": "friends"}, "not one of the available choices"),
    ("channel", "channel", {"channel": "article_7"}, "not one of the available choices"),
]  # fmt: skip


FOCAL_POINT_ONLY = {"visibility", "channel"}
BY_ROLE = [("chad", *case) for case in CASES] + [("health", *case) for case in CASES if case[0] not in FOCAL_POINT_ONLY]


@pytest.mark.parametrize(("role", "step", "field", "typed", "said"), BY_ROLE, ids=lambda value: str(value)[:30])
def test_R005_wrong_input_is_told_beside_its_field_kept_and_not_saved(
    request, as_user, draft, role, step, field, typed, said
):
    client = as_user(request.getfixturevalue(role))
    before = AssistanceRequest.objects.values().get(pk=draft.pk)
    response = post(client, edit(draft, step), **typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert beside(page, field)
    assert said in beside(page, field)
    assert f'href="#id_{field}' in page  # the summary leads there
    if step not in {"visibility", "channel"}:  # an offer that does not exist cannot be shown as chosen
        assert all(value in unescape(page) for value in typed.values())
    assert AssistanceRequest.objects.values().get(pk=draft.pk) == before
    assert not hasattr(AssistanceRequest.objects.get(pk=draft.pk), "visit")
    assert not hasattr(AssistanceRequest.objects.get(pk=draft.pk), "legislation")


FILES = [
    ("a.pdf", b"", "empty"),
    ("a.pdf", b"MZ\x90\x00 a program", "not"),
    ("a.exe", PDF, "type"),
    ("a.png", PDF, "not"),
    ("a.csv", b"<html><script>alert(1)</script>", ""),
    ("a.pdf", PDF + b"EICAR", "scanner"),
    ("a.pdf", PDF + b"x" * 5000, "large"),
]


@pytest.mark.parametrize("role", ["chad", "health"])
@pytest.mark.parametrize(("name", "content", "said"), FILES, ids=lambda value: str(value)[:20])
def test_R003_wrong_file_is_told_beside_its_field_and_the_words_are_kept(
    request, as_user, draft, settings, tmp_path, role, name, content, said
):
    settings.UPLOAD_MAX_BYTES = 4000
    client = as_user(request.getfixturevalue(role))
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    response = post(client, edit(draft, "evidence"), **row(file=file, claim="Zubrowka is mined"))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in beside(page, "evidence-0-file") != ""
    assert "Zubrowka is mined" in page
    assert EvidenceItem.objects.count() == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_R005_another_states_draft_and_request_are_not_found(as_user, draft, lao, norway):
    for user in (lao, norway):
        for step in ("need", "costs", "evidence", "review"):
            assert as_user(user).get(edit(draft, step)).status_code == 404
            assert as_user(user).post(edit(draft, step), {"challenge": "Ours now"}).status_code == 404
    assert AssistanceRequest.objects.get(pk=draft.pk).challenge == draft.challenge


@pytest.mark.parametrize("role", ["coordinator", "isu"])
def test_R010_a_step_without_its_words_keeps_what_was_typed(request, as_user, role):
    asked = RequestFactory()
    client = as_user(request.getfixturevalue(role))
    address = f"{asked.get_absolute_url()}ask_clarification/"
    for note, said in (("", "few words"), ("x" * 4001, "4000")):
        response = client.post(address, {"note": note})
        assert response.status_code == 422
        assert said in beside(response.content.decode(), "note")
        assert note in response.content.decode()
    assert client.post(address, {"note": "Which villages?"}).status_code == 302


@pytest.mark.parametrize("role", ["norway", "coordinator"])
def test_R011_wrong_share_is_told_beside_its_field_and_kept(request, as_user, role):
    asked = RequestFactory(reference="LAO-1", state_id="LAO", public=True, costed=True)
    client = as_user(request.getfixturevalue(role))
    good = {"supporter": "NOR", "kind": "financial", "description": "A survey team", "amount": "3", "currency": "USD",
            "from_year": "2027", "to_year": "2028", "due_on": "2028-12-31"}  # fmt: skip
    for field, wrong in (
        ("amount", {"amount": "-5"}),
        ("currency", {"currency": ""}),
        ("currency", {"currency": "12"}),
        ("to_year", {"from_year": "2028", "to_year": "2027"}),
        ("description", {"description": "x" * 20_001}),
    ):
        response = client.post(f"/requests/{asked.reference}/shares/new/", good | wrong)
        page = response.content.decode()
        assert response.status_code == 422, field
        assert beside(page, field), response.context["form"].errors
        assert all(value in page for name, value in (good | wrong).items() if name != "supporter")
    assert Share.objects.filter(request=asked).count() == 0
    assert client.post(f"/requests/{asked.reference}/shares/new/", good).status_code == 302
