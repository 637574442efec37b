"""A record that others rest on is refused with the list of what rests on it; what may go leaves a dated trace."""

import re

import pytest
from django.apps import apps
from django.db import models
from django.db.models import ProtectedError
from django.urls import reverse

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.register.models import (
    ActionPlan,
    Decision,
    ExtensionDecision,
    Meeting,
    Obligation,
    Office,
    State,
)
from requests_app.models import AssistanceRequest, Supporter
from tests.requests_app.factories import RequestFactory
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

APPS = (
    "register", "requests_app", "channels", "help_desk", "offers", "shares", "supporters", "waiting", "workbooks",
    "writing", "coalitions", "reports",
)  # fmt: skip
FACTS = [
    model
    for label in (
        "register",
        "requests_app",
        "help_desk",
        "authors",
        "channels",
        "country_requests",
        "offers",
        "shares",
        "specifics",
        "supporters",
        "waiting",
        "writing",
        "coalitions",
        "reports",
    )
    for model in apps.get_app_config(label).get_models()
    if not model.__name__.startswith("Historical")
]
RESTED_ON = [model for model in FACTS if model._meta.related_objects]


@pytest.fixture
def staff(isu):
    return client_of(isu)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)
def test_no_fact_goes_with_another_or_forgets_it(model):
    """Neither CASCADE nor SET_NULL: a key to a fact protects it."""
    for relation in model._meta.related_objects:
        if not relation.many_to_many:
            assert relation.on_delete is models.PROTECT, f"{relation.related_model.__name__}.{relation.field.name}"


def rested_on(model):
    """A record of the model that others point at by a key or in a list, with one of those; or nothing."""
    for relation in model._meta.related_objects:
        other = relation.related_model._default_manager.filter(**{f"{relation.field.name}__isnull": False}).first()
        if other:
            target = getattr(other, relation.field.name)
            return (target.first() if relation.many_to_many else target), other
    return None, None


#: Every model of the register that others rest on. A decision on an extension is removed on its obligation's page; what
#: keeps no history is not removed at all.
REGISTER = [model for model in RESTED_ON if model._meta.app_label == "register" and model is not ExtensionDecision]
REMOVABLE = [model for model in REGISTER if hasattr(model, "history")]


def test_an_office_is_not_removed_at_all(staff):
    assert {*REGISTER} - {*REMOVABLE} == {Office}
    office, _term = rested_on(Office)
    assert staff.post(address(Office, "delete", office.pk), {"post": "yes"}).status_code == 403
    assert Office.objects.filter(pk=office.pk).exists()


@pytest.mark.parametrize("model", [*REMOVABLE, Supporter], ids=lambda model: model.__name__)
def test_refused_with_the_list_of_what_rests_on_it(staff, model):
    target, other = rested_on(model)
    assert target is not None
    for ask in (
        lambda: staff.post(address(model, "delete", target.pk), {"post": "yes"}),
        lambda: staff.post(
            address(model, "changelist"),
            {"action": "delete_selected", "_selected_action": [target.pk], "post": "yes"},
            follow=True,
        ),
    ):
        page = ask().content.decode()
        assert model._default_manager.filter(pk=target.pk).exists()
        assert str(other).replace("'", "&#x27;") in page
        assert re.search(r'<a href="/admin/[^"]+/change/">', page)
    assert not AuditEvent.objects.filter(action="admin: removed").exists()


@pytest.mark.parametrize("model", REGISTER, ids=lambda model: model.__name__)
def test_only_the_isu_is_asked_at_all(model, as_user, coordinator, lao):
    target, _other = rested_on(model)
    for user in (coordinator, lao, None):
        assert as_user(user).post(address(model, "delete", target.pk), {"post": "yes"}).status_code == 302
    assert model._default_manager.filter(pk=target.pk).exists()


def test_row_of_a_record_that_others_rest_on_is_refused_too(staff):
    """An extension decision is edited with its obligation; a decision of a meeting may rest on it."""
    extension = ExtensionDecision.objects.filter(obligation__state="TCD").first()
    obligation = extension.obligation
    decision = Decision.objects.create(
        code="time-for-chad",
        meeting=extension.meeting,
        kind="extension",
        title="More time for Chad",
        extension=extension,
    )
    page = staff.get(address(Obligation, "change", obligation.pk))
    sent = posted_as_shown(page)
    rows = [form.instance for form in page.context["inline_admin_formsets"][0].formset.forms]
    sent[f"extensions-{rows.index(extension)}-DELETE"] = "on"
    answer = staff.post(address(Obligation, "change", obligation.pk), sent | {"change_reason": "Entered twice"})
    assert answer.status_code == 200
    assert decision.title in answer.content.decode()
    assert ExtensionDecision.objects.filter(pk=extension.pk).exists()


def posted_as_shown(page):
    """What a browser would send from a page of the admin that nobody changed."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_office_is_never_removed(staff):
    """It keeps no history of its own; its terms do."""
    office = Office.objects.first()
    assert staff.post(address(Office, "delete", office.pk), {"post": "yes"}).status_code == 403


def test_keys_protect_in_code_too():
    with pytest.raises(ProtectedError):
        Obligation.objects.filter(extensions__isnull=False).first().delete()
    with pytest.raises(ProtectedError):
        ActionPlan.objects.filter(actions__isnull=False).first().delete()


def test_draft_that_rests_on_a_state_is_counted_but_not_shown(staff):
    state = State.objects.create(iso3="XAA", iso2="XA", name="Nowhere")
    draft = RequestFactory(draft=True, state_id=state.pk, title="Secret plan")
    page = staff.post(address(State, "delete", "XAA"), {"post": "yes"}).content.decode()
    assert "1 record that is not shown" in page
    assert "Secret plan" not in page
    assert AssistanceRequest.objects.filter(pk=draft.pk).exists()


def test_what_rests_is_linked_to_where_it_is_edited(staff):
    extension = ExtensionDecision.objects.exclude(meeting=None).first()
    page = staff.get(address(Meeting, "delete", extension.meeting_id)).content.decode()
    assert address(Obligation, "change", extension.obligation_id) in page
    assert str(extension) in page


def test_deletion_that_is_allowed_can_be_looked_up(staff, isu):
    meeting = Meeting.objects.create(code="Short", kind="msp", first_day="2030-01-01", last_day="2030-01-02")
    key = meeting.pk
    assert staff.post(address(Meeting, "delete", key), {"post": "yes"}).status_code == 302
    last = Meeting.history.filter(id=key).latest("history_date")
    assert (last.history_type, last.history_user, last.code) == ("-", isu, "Short")
    event = AuditEvent.objects.get(action="admin: removed")
    assert (event.actor, event.details["key"]) == (isu, str(key))
    assert staff.get(address(Meeting, "history", key)).status_code == 200
