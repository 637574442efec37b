"""Texts, locks and their history (R26, N6): the requesting State decides, sees the effect, and finds its acts again."""

import itertools

import pytest
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent
from requests_app import queries
from requests_app.actions import EditedMeanwhile, change_reading, change_visibility, submit_request
from requests_app.domain.reading import Release, is_wider, own_text, parts_read
from requests_app.enums import Audience, Part, Visibility
from requests_app.models import AssistanceRequest
from tests.requests_app.factories import RelayFactory, RequestFactory

pytestmark = pytest.mark.django_db
NOTHING = {"states_parties_text": "", "public_summary": "", "locks": [], "relayed_read_locked": False}


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("visibility", Visibility)
def test_R026_no_text_and_no_lock_lets_anybody_read_more_than_the_visibility_says(visibility, audience):
    plain = parts_read(Release(visibility), audience)
    for more in (
        {"for_public": "x"}, {"for_states_parties": "x"}, {"relayed_read_locked": True}, {"locked": frozenset(Part)},
    ):  # fmt: skip
        assert parts_read(Release(visibility, **more), audience) <= plain
        assert plain or not own_text(Release(visibility, **more), audience)


def test_R026_public_never_reads_a_fuller_text_than_states_parties():
    release = Release(Visibility.PUBLIC, for_states_parties="shorter")
    assert own_text(release, Audience.PUBLIC) == "shorter"
    assert Part.CHALLENGE not in parts_read(release, Audience.PUBLIC)
    assert Part.CHALLENGE in parts_read(release, Audience.RELAYED)


def test_R026_locked_evidence_locks_its_files():
    release = Release(Visibility.PUBLIC, locked=frozenset({Part.EVIDENCE}))
    assert Part.FILES not in parts_read(release, Audience.PUBLIC)


def test_R026_visibilities_widen_in_their_order():
    levels = list(Visibility)
    assert [is_wider(after, before) for before, after in itertools.pairwise(levels)] == [True] * 3
    assert not is_wider(Visibility.MATCH_PARTIES, Visibility.PUBLIC)


# --- the page --------------------------------------------------------------------------------------------------------


def test_R026_the_state_writes_texts_and_locks_parts(as_user, chad):
    asked = RequestFactory(public=True, costed=True)
    client, address = as_user(chad), f"/requests/{asked.reference}/texts/"
    chosen = {"public_summary": "Survey help.", "locks": ["amounts", "files"], "version": asked.version}
    assert client.post(address, chosen).status_code == 302
    asked.refresh_from_db()
    assert (asked.public_summary, asked.locks, asked.version) == ("Survey help.", ["amounts", "files"], 2)
    page = as_user(None).get(asked.get_absolute_url()).content.decode()
    assert "Survey help." in page
    assert asked.challenge not in page
    assert "Amounts" in page  # named as not shared


def test_R026_an_unknown_part_is_refused_beside_its_field_and_the_text_is_kept(as_user, chad):
    asked = RequestFactory()
    response = as_user(chad).post(
        f"/requests/{asked.reference}/texts/", {"public_summary": "Kept words", "locks": ["all"], "version": 1}
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"locks"}
    assert "Kept words" in response.content.decode()


def test_R026_two_people_at_once_the_second_is_told_and_may_save_again(as_user, chad):
    asked = RequestFactory()
    AssistanceRequest.objects.update(version=5)
    client, address = as_user(chad), f"/requests/{asked.reference}/texts/"
    response = client.post(address, {"public_summary": "Mine", "version": 4})
    assert response.status_code == 422
    assert "Mine" in response.content.decode()
    assert 'name="version" value="5"' in response.content.decode()
    assert client.post(address, {"public_summary": "Mine", "version": 5}).status_code == 302
    with pytest.raises(EditedMeanwhile):
        change_reading(asked, **NOTHING, by=chad, expected_version=1)


def test_R026_texts_and_locks_are_a_step_of_the_needs_form(as_user, chad):
    asked = RequestFactory(draft=True, visibility="public")
    address = f"/requests/{asked.reference}/edit/texts/"
    page = as_user(chad).get(address)
    assert page.status_code == 200
    sent = {"public_summary": "Short.", "locks": ["period"], "version": asked.version, "seen": page.context["seen"]}
    assert as_user(chad).post(address, sent).status_code == 302
    asked.refresh_from_db()
    assert (asked.public_summary, asked.locks) == ("Short.", ["period"])


# --- as others read it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "reader"), [("public", None), ("states_parties", "norway"), ("relayed", "npa")])
def test_R026_view_as_is_word_for_word_what_they_read(request, as_user, chad, audience, reader):
    asked = RequestFactory(
        public=True, costed=True, states_parties_text="For capitals.", public_summary="For all.", locks=["amounts"]
    )
    if audience == "relayed":
        RelayFactory(request=asked, code="NPA")
    mine = as_user(chad).get(f"/requests/{asked.reference}/as/{audience}/")
    theirs = as_user(request.getfixturevalue(reader) if reader else None).get(asked.get_absolute_url())
    page = "requests_app/request_detail.html"
    assert all(page in [template.name for template in drawn.templates] for drawn in (mine, theirs))
    for name in ("text", "challenge", "total_cost", "withheld", "title"):
        assert getattr(mine.context["asked"], name) == getattr(theirs.context["asked"], name), name
    assert "This is how it reads to" in mine.content.decode()


@pytest.mark.parametrize("audience", ["relayed", "states_parties", "public"])
@pytest.mark.parametrize("level", Visibility)
@pytest.mark.parametrize("draft", [False, True])
def test_R026_view_as_acts_on_nothing_and_says_where_they_see_nothing(as_user, chad, level, audience, draft):
    asked = RequestFactory(draft=draft, visibility=level)
    page = as_user(chad).get(f"/requests/{asked.reference}/as/{audience}/")
    main = page.content.decode().split("<main")[1].split("</main>")[0]
    assert "<form" not in main
    assert "<button" not in main
    reached = list(Visibility).index(level) >= ["", "relayed", "states_parties", "public"].index(audience)
    assert (asked.challenge in main) == reached
    assert ("They would not see it at all" in main) == (not reached)


# --- the acts, recorded ----------------------------------------------------------------------------------------------


def test_R026_each_act_is_found_again_with_day_actor_from_and_to_and_never_the_text(as_user, chad):
    asked = RequestFactory(public=True)
    change_visibility(asked, "states_parties", by=chad)
    change_visibility(asked, "public", by=chad)
    change_reading(asked, **NOTHING | {"public_summary": "Secret draft", "locks": ["amounts"]}, by=chad)
    change_reading(asked, **NOTHING | {"public_summary": "Other words", "relayed_read_locked": True}, by=chad)
    told = [(c.what, c.before, c.after, c.widens) for c in reversed(queries.release_changes(asked))]
    assert told == [
        ("Who may know of it", "Public", "All States Parties", False),
        ("Who may know of it", "All States Parties", "Public", True),
        ("Public summary", "none", "written", None),
        ("Locked", "nothing", "Amounts", None),
        ("Public summary", "written", "rewritten", None),
        ("Locked", "Amounts", "nothing", None),
        ("Supporters it is relayed to read what is locked", "no", "yes", None),
    ]
    page = as_user(chad).get(f"/requests/{asked.reference}/releases/").content.decode()
    assert page.count("<tr>") == 8
    assert "Secret draft" not in page
    assert "Secret draft" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_R026_acts_of_a_draft_are_found_under_the_number_that_it_is_given(as_user, chad, lao):
    draft = RequestFactory(state_id="TCD", draft=True, areas=["clearance"])
    change_reading(draft, **NOTHING | {"locks": ["amounts"]}, by=chad)
    asked = submit_request(AssistanceRequest.objects.get(pk=draft.pk), by=chad, today=timezone.localdate())
    assert asked.reference != draft.reference
    assert [(change.what, change.after) for change in queries.release_changes(asked)] == [("Locked", "Amounts")]
    page = f"/requests/{asked.reference}/releases/"
    assert "Amounts" in as_user(chad).get(page).content.decode()
    assert as_user(lao).get(page).status_code == 404


def test_R026_saving_without_a_change_leaves_no_trace_in_the_history(chad):
    asked = RequestFactory()
    change_reading(asked, **NOTHING, by=chad)
    assert queries.release_changes(asked) == []


def test_R026_search_follows_a_change_of_locks_and_of_visibility(client, as_user, chad):
    asked = RequestFactory(public=True, challenge="Zanzibar")

    def found():
        return client.get("/requests/?q=Zanzibar").context["page"].paginator.count

    assert found() == 1
    change_reading(asked, **NOTHING | {"locks": ["challenge"]}, by=chad)
    assert found() == 0
    change_visibility(asked, "coordinators_isu", by=chad)  # those who may know of it now read it all
    assert as_user(chad).get("/requests/?q=Zanzibar").context["page"].paginator.count == 1
