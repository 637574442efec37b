"""What holds for the whole project: migrations, templates, tones, admin, and that reading never writes."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.db.models import TextChoices
from django.template import engines
from django.template.loaders.cached import Loader
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from ccm_portal.accounts import enums as account_enums
from ccm_portal.register import enums as register_enums
from ccm_portal.ui.templatetags.portal import TONES
from coalitions import enums as coalition_enums
from coalitions.outreach import enums as outreach_enums
from requests_app import enums as request_enums
from requests_app.authors import enums as author_enums
from requests_app.channels.enums import ChannelState
from requests_app.enums import AnswerKind
from requests_app.extensions import enums as extension_enums
from requests_app.offers import enums as offer_enums
from requests_app.shares import enums as share_enums
from requests_app.specifics import enums as specifics_enums
from requests_app.waiting import enums as waiting_enums
from requests_app.writing.enums import Progress
from tests.coalitions.factories import CoalitionFactory, a_commitment
from tests.requests_app.factories import (
    AnswerFactory,
    ApplicationFactory,
    DeliveryFactory,
    ExpertiseFactory,
    OfferFactory,
    RequestFactory,
    ShareFactory,
)
from tests.test_access import cast, client_of, play, secret

OWN_APPS = [
    "accounts",
    "register",
    "requests_app",
    "extensions",
    "help_desk",
    "mailing",
    "waiting",
    "specifics",
    "authors",
    "country_requests",
    "writing",
    "supporters",
    "shares",
    "channels",
    "offers",
    "workbooks",
    "coalitions",
    "outreach",
    "reports",
]
TEMPLATES = settings.BASE_DIR / "templates"
CODE = [
    path
    for folder in ("ccm_portal", "requests_app", "coalitions", "reports")
    for path in (settings.BASE_DIR / folder).rglob("*.py")
]


# --- settings and migrations -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


def test_sign_in_is_required_unless_a_view_opts_out():
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE


def test_templates_are_compiled_once():
    """The cached loader stands in front whatever DEBUG says."""
    assert settings.DEBUG is False
    (loader,) = engines["django"].engine.template_loaders
    assert isinstance(loader, Loader)


# --- templates -------------------------------------------------------------------------------------------------------

#: Templates that other packages ask for by name.
ASKED_FOR_BY_OTHERS = re.compile(r"(account|allauth|mfa|admin)/.*|(400|403|404|500)\.html")


def templates():
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }


def test_every_template_is_used():
    texts = [*templates().values(), *(path.read_text(encoding="utf-8") for path in CODE)]
    named = set(re.findall(r"""["']([\w/-]+\.html)["']""", "\n".join(texts)))
    unused = {name for name in templates() if name not in named and not ASKED_FOR_BY_OTHERS.fullmatch(name)}
    assert unused == set()


def test_every_template_that_is_named_exists():
    own = {name for text in templates().values() for name in re.findall(r'{% (?:extends|include) "([^"]+)"', text)}
    missing = {name for name in own if name not in templates() and not name.startswith("admin/")}
    assert missing == set()


def test_no_template_holds_inline_script_or_handlers():
    """The content security policy would stop them."""
    found = {
        name
        for name, text in templates().items()
        if re.search(r"<script(?![^>]*\bsrc=)|\son\w+=\"|\sstyle=\"", text) and "print" not in name
    }
    assert found == set()


def test_every_form_that_posts_has_its_token():
    missing = {
        name
        for name, text in templates().items()
        for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
        if "{% csrf_token %}" not in form
    }
    assert missing == set()


STATUSES = [
    request_enums.Status,
    request_enums.EvidenceLevel,
    request_enums.OfferStatus,
    offer_enums.Standing,
    Progress,
    extension_enums.DraftStatus,
    account_enums.MailStatus,
    waiting_enums.SilenceResult,
    waiting_enums.NeedAnswer,
    specifics_enums.Mark,
    author_enums.SignOffStatus,
    ChannelState,
    outreach_enums.OutreachStatus,
    coalition_enums.CoalitionStatus,
    share_enums.ShareStatus,
    coalition_enums.ActivityStatus,
    register_enums.Agreement,
    register_enums.MembershipChoices,
    register_enums.OutcomeChoices,
    register_enums.StatusChoices,
    register_enums.ReportStatus,
]


@pytest.mark.parametrize("choices", STATUSES, ids=lambda choices: choices.__name__)
def test_every_status_has_a_tone(choices: type[TextChoices]):
    assert set(choices.values) - set(TONES) == set()


def test_no_tone_is_left_over():
    used = {value for choices in STATUSES for value in choices.values}
    assert set(TONES) - used == {"passed"}  # a deadline that a decision not in the register may have moved


# --- reading every page ----------------------------------------------------------------------------------------------


def world():
    """One record of each kind and visibility, for Mauritania."""
    asked = secret("public")
    for kind in AnswerKind:
        AnswerFactory(kind=kind, relay__request__state_id="MRT", relay__code="NPA")
    RequestFactory(state_id="MRT", draft=True, title="", challenge="", requirement="")
    RequestFactory(state_id="MRT", states_parties=True, desired_end=timezone.localdate(), costed=True)
    OfferFactory()
    ApplicationFactory(state_id="MRT")
    ExpertiseFactory(is_south_south=True)
    CoalitionFactory(lead_id="MRT", proposed=True)
    CoalitionFactory(lead_id="MRT", started_on=None)
    committed = a_commitment(CoalitionFactory(lead_id="MRT"), in_kind=True, committed=True, percent=20)
    DeliveryFactory(share=committed, amount=None, currency="", quantity=2, unit="vehicles")
    DeliveryFactory(share=ShareFactory(request=asked, code="NPA", committed=True), said=True)
    ShareFactory(request=asked, amount=None, currency="", in_kind=True)


def links(page):
    return {
        address.replace("&amp;", "&")
        for address in re.findall(r'href="([^"#]+)', page)
        if address.startswith(("/", "?"))
        and not address.startswith(("/static/", "/admin/", "/accounts/", "/states/?", "/deadlines/?"))
    }


STARTS = ["/", "/dashboard/", "/extension-requests/?as_of=2019-01-01", "/requests/?as_of=2020-01-01"]
OF_A_KIND = 5  # pages of one address pattern that a crawl looks at


def crawl(client):
    """The pages that can be reached from the home page and the board: some of each address pattern, the first links
    first. Address -> (status, text)."""
    seen, waiting, found, taken = {}, list(STARTS), set(STARTS), Counter()
    while waiting:
        address = waiting.pop(0)
        route = resolve(address.split("?")[0]).route
        if taken[route] >= OF_A_KIND:
            continue
        taken[route] += 1
        response = client.get(address)
        text = response.getvalue().decode(errors="replace") if "html" in response.get("Content-Type", "") else ""
        seen[address] = (response.status_code, text)
        base = address.split("?")[0]
        new = {base + link if link.startswith("?") else link for link in links(text)} - found
        found |= new
        waiting += sorted(new)
    return seen


#: What has a test of its own below.
DEAD_ENDS = ("/offers/new/", "/coalitions/new/")
HALF_DEFINED = ("/reports/statistics/",)
READERS = ["anonymous", "owner", "party", "partner", "coordinator", "president", "isu"]
TABLES_THAT_READING_MAY_FILL = {"django_session", "accounts_auditevent", "waiting_opening"}


def counts():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - TABLES_THAT_READING_MAY_FILL
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("role", READERS)
def test_every_page_reads_well_and_writes_nothing(role):
    """No link leads nowhere, no template prints an undefined variable, and no GET changes a table."""
    world()
    client = play(role)
    before = counts()
    with CaptureQueriesContext(connection) as captured:
        pages = crawl(client)
    assert len(pages) > 50
    broken = {address: code for address, (code, _text) in pages.items() if code not in {200, 302}}
    undefined = {
        address: re.findall(r"UNDEFINED-VARIABLE-[\w.]*", text)[:3]
        for address, (_code, text) in pages.items()
        if "UNDEFINED-VARIABLE" in text and not address.startswith(HALF_DEFINED)
    }
    unrendered = [address for address, (_code, text) in pages.items() if re.search(r"{[%{#]|>None<|&lt;(?!\s)", text)]
    writes = {
        query["sql"][:90]
        for query in captured.captured_queries
        if re.match(r"(INSERT|UPDATE|DELETE|REPLACE)", query["sql"])
        and not any(table in query["sql"][:60] for table in TABLES_THAT_READING_MAY_FILL)
    }
    assert {address: code for address, code in broken.items() if not address.startswith(DEAD_ENDS)} == {}
    assert (undefined, unrendered, writes) == ({}, [], set())
    assert counts() == before


@pytest.mark.django_db
def test_closed_request_does_not_offer_to_form_a_coalition():
    RequestFactory(reference="MRT-1", state_id="MRT", status="closed_unmet")
    assert "/coalitions/new/" not in play("isu").get("/requests/MRT-1/").content.decode()


@pytest.mark.django_db
def test_R019_a_state_that_is_on_no_donor_list_can_offer_expertise():
    client = play("owner")
    assert "/offers/new/" in client.get("/dashboard/").content.decode()
    assert client.get("/offers/new/").status_code == 200


@pytest.mark.django_db
def test_statistics_of_a_year_without_published_figures_shows_dashes(client):
    page = client.get("/reports/statistics/", {"covered_year": 2025, "as_of": "2026-06-30"}).content.decode()
    assert "UNDEFINED-VARIABLE" not in page
    assert page.count("–") >= 3


# --- models ----------------------------------------------------------------------------------------------------------


def own_models():
    return [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]


def in_the_admin():
    inlines = {inline.model for site_admin in admin.site._registry.values() for inline in site_admin.inlines}
    return set(admin.site._registry) | inlines


def test_every_model_with_history_or_an_example_mark_has_an_admin():
    kept = [
        model
        for model in own_models()
        if not model.__name__.startswith("Historical")
        and (hasattr(model, "history") or "is_example" in {field.name for field in model._meta.fields})
    ]
    assert len(kept) > 15
    assert {model.__name__ for model in kept} - {model.__name__ for model in in_the_admin()} == set()


def test_every_model_says_what_it_is():
    without = {model.__name__ for model in own_models() if not (model.__doc__ or "").strip()}
    assert without == set()


def test_every_model_has_an_order():
    """Pages of unordered rows would repeat and skip some."""
    shown = {model for model in own_models() if model in in_the_admin()}
    assert {model.__name__ for model in shown if not model._meta.ordering} - {"User", "Appointment"} == set()


def test_names_of_models_are_lower_case():
    proper = {"Country Coalition", "Country Coalitions"}
    wrong = {
        str(name)
        for model in own_models()
        for name in (model._meta.verbose_name, model._meta.verbose_name_plural)
        if str(name)[:1].isupper() and str(name).removeprefix("historical ") not in proper
    }
    assert wrong == set()


@pytest.mark.django_db
def test_every_page_of_a_past_day_opens():
    client = client_of(cast("isu"))
    for day in ("2008-01-01", "2010-08-01", "2018-06-27", str(timezone.localdate() + timedelta(days=3650))):
        for address in ("/", "/states/", "/deadlines/", "/deadlines.ics", "/states/lao/", "/coalitions/", "/requests/",
                        "/events/", "/offers/", "/extension-requests/"):  # fmt: skip
            assert client.get(address, {"as_of": day}).status_code == 200, (address, day)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/states/", "/states/lao/", "/deadlines/", "/deadlines.ics", "/coalitions/", "/events/"]
)
@pytest.mark.parametrize("day", ["2018-13-01", "yesterday", "20180627x", "2018-02-30"])
def test_a_day_that_is_none_is_explained(client, address, day):
    response = client.get(address, {"as_of": day})
    assert response.status_code == 400
    assert "year-month-day" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/states/", "/deadlines/", "/requests/", "/offers/", "/coalitions/", "/work-plans/"]
)
def test_lists_bear_any_page_size_and_format(client, address):
    for query in ("?page=0", "?page=999", "?page=x", "?per_page=7", "?per_page=x", "?q=%00", "?status=none", "?year=x"):
        assert client.get(address + query).status_code == 200, query
    assert client.get(address + "?format=exe").status_code == 400
