"""Who reaches which address, and that what a person may not see appears nowhere.

One table: every address of the portal, for every role. An address that is missing from it fails the suite. Its lines
that read are asked for in `test_read_by_role.py`, those that send here.
"""

import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, resolve
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import Appointment, AuditEvent, OutboxMail, User
from ccm_portal.register.enums import Theme
from ccm_portal.register.models import Obligation, Office, OfficeTerm, State
from coalitions.outreach.actions import open_follow_ups
from coalitions.outreach.models import FollowUp
from requests_app.actions import submit_request
from requests_app.channels.models import DirectChannel
from requests_app.country_requests.models import CountryRequest, Line
from requests_app.enums import Channel, Status, Visibility
from requests_app.extensions.actions import raise_flag
from requests_app.help_desk.models import HelpTicket
from requests_app.models import AssistanceRequest, Relay
from requests_app.shares.models import Share
from requests_app.workbooks.models import ReturnedForm
from tests.coalitions.factories import CoalitionFactory, MemberFactory, a_commitment
from tests.conftest import person
from tests.requests_app.factories import (
    ApplicationFactory,
    DeliveryFactory,
    EventFactory,
    EvidenceFactory,
    ExpertiseFactory,
    OfferFactory,
    RelayFactory,
    RequestFactory,
    ShareFactory,
)

pytestmark = pytest.mark.django_db

COOPERATION = "coordinator-on-international-cooperation-and-assistance"
CLEARANCE = "coordinator-on-clearance-and-risk-reduction-education"
ROLES = (
    "anonymous", "owner", "party", "non_party", "partner", "observer", "coordinator", "thematic", "president", "isu",
)  # fmt: skip
PEOPLE = {
    "owner": {"role": Role.FOCAL_POINT, "state": "MRT"},  # Mauritania: nothing but these tests ever asked for it
    "party": {"role": Role.FOCAL_POINT, "state": "NOR"},
    "non_party": {"role": Role.FOCAL_POINT, "state": "USA"},
    "partner": {"role": Role.PARTNER, "organisation": "NPA"},
    "observer": {"role": Role.OBSERVER},
    "coordinator": {"role": Role.COORDINATOR, "office": COOPERATION, "state": "CHE"},
    "thematic": {"role": Role.COORDINATOR, "office": CLEARANCE, "state": "ITA"},
    "president": {"role": Role.PRESIDENT, "office": "president", "state": "LAO"},
    "isu": {"role": Role.ISU},
}


def bug(reason):
    """A rule that the code breaks today; the test passes as soon as it is mended, and then says so."""
    return pytest.mark.xfail(strict=True, reason=reason)


def a_returned_form(*, request, received_by):
    """A form that came back with a note verbale, and was taken over."""
    ReturnedForm.objects.create(
        key="kept", state_id="MRT", reference="DRAFT-1", kind="xlsx", language="fr", received_on=date(2026, 11, 21),
        file=ContentFile(b"x", "x.xlsx"), file_name="form.xlsx", note=ContentFile(b"x", "x.pdf"), note_name="note.pdf",
        request=request, received_by=received_by, accepted_at=timezone.now(),
    )  # fmt: skip


def cast(role):
    """The person who plays a role; nobody for the public."""
    if role == "anonymous":
        return None
    user = person(f"{role}@access.org", **PEOPLE[role])
    if role == "isu":
        user.is_staff = True
        user.save()
    return user


def client_of(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def play(role):
    return client_of(cast(role))


# --- every address, every role ---------------------------------------------------------------------------------------

# The world of the table. OPEN-1 was relayed to Norwegian People's Aid and is for those it is relayed to; DRAFT-1 is a
# draft; WIDE-1 is for States Parties; `works` is an active coalition, `waits` one that Mauritania has not confirmed.
ALL = "200 200 200 200 200 200 200 200 200 200"
GONE = "404 404 404 404 404 404 404 404 404 404"
IN = "302 200 200 200 200 200 200 200 200 200"
POST_ONLY = "302 405 405 405 405 405 405 405 405 405"
OFFERED = {"offer": 8, "workshop": 9, "application": 10, "line": 11}
#         anon own pty non npa obs coo the pre isu
TABLE = [
    ("GET", "/", ALL),
    ("GET", "/dashboard/", IN),
    ("GET", "/healthz", ALL),
    ("GET", "/states/", ALL),
    ("GET", "/states/mrt/", ALL),
    ("GET", "/states/membership/", ALL),
    ("GET", "/states/mrt/history/", ALL),
    ("GET", "/states/xxx/history/", GONE),
    ("GET", "/states/xxx/", GONE),
    ("GET", "/deadlines/", ALL),
    ("GET", "/deadlines.ics", ALL),
    ("GET", "/deadlines/forecast/", ALL),
    ("GET", "/states/mrt/deadlines/4-1a/", ALL),
    ("GET", "/states/mrt/deadlines/7-1/", ALL),
    ("GET", "/states/mrt/deadlines/none/", GONE),
    ("GET", "/my/calendar/", IN),
    ("POST", "/my/calendar/", "302 200 200 200 200 200 200 200 200 200", {"scope": "all"}),
    ("POST", "/my/calendar/", "302 200 200 200 422 422 422 422 422 422", {"scope": "own"}),
    ("GET", "/my/calendar/0/renew/", POST_ONLY),
    ("POST", "/my/calendar/0/renew/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/my/calendar/0/revoke/", POST_ONLY),
    ("POST", "/my/calendar/0/revoke/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/feeds/secret-of-nobody.ics", GONE),
    ("GET", "/extension-requests/", ALL),
    # Mauritania's running clock, marked as at risk, with a draft; it may speak for it, and the ISU on its behalf
    ("GET", "/extension-requests/at-risk/{clock}/", "302 200 403 403 403 403 403 403 403 200"),
    ("GET", "/extension-requests/at-risk/0/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/extension-requests/at-risk/{clock}/withdraw/", POST_ONLY),
    ("POST", "/extension-requests/at-risk/{clock}/withdraw/", "302 302 404 404 404 404 403 404 404 302"),
    ("POST", "/extension-requests/at-risk/{clock}/publish/", "302 302 404 404 404 404 403 404 404 403"),
    ("POST", "/extension-requests/at-risk/{clock}/nonsense/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/extension-requests/MRT-ER-1/", "404 200 404 404 404 404 404 404 404 200"),
    ("GET", "/extension-requests/MRT-ER-1/edit/", "302 200 404 404 404 404 404 404 404 200"),
    ("POST", "/extension-requests/MRT-ER-1/edit/", "302 422 404 404 404 404 404 404 404 422"),
    ("POST", "/extension-requests/MRT-ER-1/lodge/", "302 302 404 404 404 404 404 404 404 302"),
    ("POST", "/extension-requests/MRT-ER-1/withdraw/", "302 302 404 404 404 404 404 404 404 302"),
    ("GET", "/time-bound-obligations/", ALL),
    ("GET", "/follow-ups/", "302 404 404 404 404 404 200 200 404 200"),
    ("GET", "/follow-ups/?format=csv", "302 404 404 404 404 404 200 200 404 200"),
    ("GET", "/follow-ups/{task}/", "302 404 404 404 404 404 200 200 404 200"),
    ("POST", "/follow-ups/{task}/", "302 404 404 404 404 404 302 302 404 302", {"result": "declined"}),
    ("GET", "/follow-ups/0/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/follow-ups/notes/new/", "302 404 404 404 404 404 200 200 404 200"),
    ("POST", "/follow-ups/notes/new/", "302 404 404 404 404 404 422 422 404 422"),
    ("GET", "/priorities/", "302 404 404 404 404 404 200 200 404 200"),
    ("GET", "/priorities/?format=csv", "302 404 404 404 404 404 200 200 404 200"),
    ("GET", "/priorities/mrt/clearance/", "302 404 404 404 404 404 200 200 404 200"),
    ("GET", "/priorities/xxx/clearance/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/priorities/mrt/nonsense/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/priorities/mrt/clearance/", "302 404 404 404 404 404 422 422 404 422", {"points": "90"}),
    ("GET", "/priorities/mrt/clearance/lift/", POST_ONLY),
    ("POST", "/priorities/mrt/clearance/lift/", "302 404 404 404 404 404 302 302 404 302"),
    ("GET", "/events/", ALL),
    ("GET", "/reports/", ALL),
    ("GET", "/search/?q=mauritania", ALL),
    ("GET", "/reports/statistics/", ALL),
    ("GET", "/reports/progress/", ALL),
    ("GET", "/reports/requested-provided/", ALL),
    ("GET", "/reports/data-quality/", "302 404 404 404 404 404 404 404 404 200"),
    ("GET", "/library/", ALL),
    ("GET", "/transparency-reports/lao/", ALL),
    ("GET", "/library/papers/004_a4193fc03d52ba90/", ALL),
    ("GET", "/transparency-reports/", ALL),
    ("GET", "/transparency-reports/template/", ALL),
    ("GET", "/transparency-reports/template/?language=ru&version=2010", ALL),
    ("GET", "/transparency-reports/summary/4/", ALL),
    ("GET", "/transparency-reports/summary/9/", GONE),
    ("GET", "/transparency-reports/mrt/initial/", ALL),
    ("GET", "/transparency-reports/hrv/2013/", ALL),
    ("GET", "/transparency-reports/xxx/2013/", GONE),
    ("GET", "/transparency-reports/mrt/2009/", GONE),
    ("GET", "/transparency-reports/reminders/", "302 403 403 403 403 403 200 403 403 200"),
    ("GET", "/help/", "302 200 200 200 403 403 403 403 403 200"),
    ("GET", "/help/new/", "302 200 200 200 403 403 403 403 403 200"),
    ("POST", "/help/new/", "302 422 422 422 403 403 403 403 403 422"),
    ("GET", "/help/{ticket}/", "302 200 404 404 404 404 404 404 404 200"),
    ("GET", "/help/{ticket}/reply/", POST_ONLY),
    ("POST", "/help/{ticket}/reply/", "302 302 404 404 404 404 404 404 404 302", {"text": "Thanks"}),
    ("GET", "/help/{ticket}/assign/", POST_ONLY),
    ("POST", "/help/{ticket}/assign/", "302 403 404 404 404 404 404 404 404 302", {"to": ""}),
    ("GET", "/help/{ticket}/close/", POST_ONLY),
    ("POST", "/help/{ticket}/close/", "302 302 404 404 404 404 404 404 404 302"),
    ("GET", "/offices/", ALL),
    ("GET", "/offices/president/", ALL),
    ("GET", "/offices/none/", GONE),
    ("GET", "/offices/president/write/", ALL),
    ("POST", "/offices/president/write/", "422 422 422 422 422 422 422 422 422 422"),
    ("GET", "/declarations/", ALL),
    ("GET", "/about/", ALL),
    ("GET", "/about/asking/", ALL),
    ("GET", "/about/none/", GONE),
    ("GET", "/decisions/", ALL),
    ("GET", "/decisions/9msp-methodology/", ALL),
    ("GET", "/decisions/none/", GONE),
    ("GET", "/documents/", ALL),
    ("GET", "/documents/CCM/MSP/2019/12/", ALL),
    ("GET", "/documents/CCM/MSP/2019/9999/", GONE),
    ("GET", "/document-files/1/", GONE),
    ("GET", "/action-plans/", ALL),
    ("GET", "/action-plans/lap/", ALL),
    ("GET", "/action-plans/none/", GONE),
    ("GET", "/offers/", ALL),
    ("GET", "/coalitions/", ALL),
    ("GET", "/case-studies/", ALL),
    ("GET", "/case-studies/?format=csv", ALL),
    ("GET", "/work-plans/", ALL),
    ("GET", "/work-plans/cooperation-2023-2024/", ALL),
    ("GET", "/work-plans/none/", GONE),
    ("GET", "/requests/", ALL),
    ("GET", "/requests/record/", "302 403 403 403 403 403 200 403 403 200"),
    ("GET", "/requests/new/", "302 200 200 403 403 403 403 403 403 403"),
    ("GET", "/requests/OPEN-1/", "404 200 404 404 200 404 200 404 404 200"),
    ("GET", "/requests/WIDE-1/", "404 200 200 404 404 404 200 200 200 200"),
    ("GET", "/requests/DRAFT-1/", "404 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/NONE-1/", GONE),
    ("GET", "/requests/OPEN-1/edit/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/DRAFT-1/edit/", "302 200 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/DRAFT-1/edit/", "302 422 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/authors/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/authors/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/authors/invite/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/authors/invite/", "302 422 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/authors/0/end/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/authors/0/end/", GONE.replace("404", "302", 1)),
    ("GET", "/requests/DRAFT-1/authors/remark/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/authors/remark/", "302 302 404 404 404 404 404 404 404 404", {"text": "Which year?"}),
    ("GET", "/requests/DRAFT-1/authors/sign-off/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/authors/sign-off/", "302 422 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/split/", "302 200 404 404 403 404 403 404 404 403"),
    ("POST", "/requests/OPEN-1/split/", "302 422 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/join/", "302 200 404 404 403 404 403 404 404 403"),
    ("POST", "/requests/OPEN-1/join/", "302 422 404 404 403 404 403 404 404 403"),
    ("GET", "/country-requests/new/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/country-requests/new/?request=WIDE-1", "302 200 403 404 404 404 403 403 403 403"),
    ("POST", "/country-requests/new/?request=WIDE-1", "302 422 403 404 404 404 403 403 403 403"),
    ("GET", "/country-requests/MRT-CR-1/", "404 200 404 404 200 404 200 404 404 200"),
    ("GET", "/country-requests/NONE/", GONE),
    ("GET", "/country-requests/MRT-CR-1/add/", POST_ONLY),
    ("POST", "/country-requests/MRT-CR-1/add/", "302 302 404 404 403 404 403 404 404 403"),
    ("GET", "/country-requests/MRT-CR-1/submit/", POST_ONLY),
    ("POST", "/country-requests/MRT-CR-1/submit/", "302 302 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/DRAFT-1/edit/need/", "302 200 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/DRAFT-1/edit/need/", "302 409 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/edit/review/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/edit/nonsense/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/files/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/files/", "302 422 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/files/none/", POST_ONLY),
    ("POST", "/requests/DRAFT-1/files/none/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/writing-help/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/writing-help/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/edit/need/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/discussion/", "302 200 404 404 404 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/discussion/", "302 302 404 404 404 404 302 404 404 302", {"text": "Which villages?"}),
    ("GET", "/requests/OPEN-1/discussion/invite/", POST_ONLY),
    ("POST", "/requests/OPEN-1/discussion/invite/", "302 302 404 404 404 404 302 404 404 302"),
    ("GET", "/requests/OPEN-1/discussion/1/remove/", POST_ONLY),
    ("POST", "/requests/OPEN-1/discussion/1/remove/", GONE.replace("404", "302", 1)),
    ("GET", "/requests/waiting/", "302 404 404 404 404 404 200 404 404 200"),
    ("GET", "/requests/waiting/?format=csv&party=owner&show=overdue", "302 404 404 404 404 404 200 404 404 200"),
    ("GET", "/requests/waiting/limits/", "302 404 404 404 404 404 200 404 404 200"),
    ("POST", "/requests/waiting/limits/", "302 404 404 404 404 404 403 404 404 422"),
    ("GET", "/requests/OPEN-1/silence/", "302 200 404 404 404 404 200 404 404 200"),
    ("GET", "/requests/WIDE-1/silence/", "302 200 404 404 404 404 200 404 404 200"),
    ("GET", "/requests/DRAFT-1/silence/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/OPEN-1/silence/", "302 422 404 404 404 404 422 404 404 422"),
    ("POST", "/requests/OPEN-1/silence/", "302 302 404 404 404 404 422 404 404 422", {"visibility": "public"}),
    ("GET", "/requests/OPEN-1/trust/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/trust/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/silence/1/stop/", POST_ONLY),
    ("POST", "/requests/OPEN-1/silence/1/stop/", GONE.replace("404", "302", 1)),
    ("GET", "/requests/OPEN-1/still-valid/", POST_ONLY),
    ("POST", "/requests/OPEN-1/still-valid/", "302 404 404 404 404 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/need-met/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/still-valid/no-token/", GONE),
    ("GET", "/mail/stop/no-token/", GONE),
    ("GET", "/accounts/mail/", IN),
    ("POST", "/accounts/mail/", "302 422 422 422 422 422 422 422 422 422"),
    # {share} is Norwegian People's Aid's commitment to OPEN-1, confirmed by both; {pledge} its pledge, said by itself
    ("GET", "/requests/OPEN-1/shares/new/", "302 200 404 404 200 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/shares/new/", "302 422 404 404 422 404 422 404 404 422"),
    ("GET", "/requests/OPEN-1/shares/{share}/", "404 200 404 404 200 404 200 404 404 200"),
    ("GET", "/requests/OPEN-1/shares/0/", GONE),
    ("GET", "/requests/WIDE-1/shares/{share}/", GONE),
    ("GET", "/requests/OPEN-1/shares/{pledge}/confirm/", POST_ONLY),
    (
        "POST",
        "/requests/OPEN-1/shares/{pledge}/confirm/",
        "302 302 404 404 302 404 403 404 404 403",
        {"seen_step": "9", "seen_delivery": "0"},
    ),
    ("GET", "/requests/OPEN-1/shares/{pledge}/amend/", "302 403 404 404 200 404 403 404 404 403"),
    ("POST", "/requests/OPEN-1/shares/{pledge}/amend/", "302 403 404 404 422 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/shares/{share}/amend/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/shares/{pledge}/commit/", "302 403 404 404 200 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/shares/{pledge}/commit/", "302 403 404 404 422 404 422 404 404 422"),
    ("GET", "/requests/OPEN-1/shares/{pledge}/withdraw/", POST_ONLY),
    ("POST", "/requests/OPEN-1/shares/{pledge}/withdraw/", "302 422 404 404 422 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/shares/{share}/deliver/", "302 200 404 404 200 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/shares/{share}/deliver/", "302 422 404 404 422 404 422 404 404 422"),
    ("GET", "/requests/OPEN-1/shares/{share}/deliveries/{delivery}/take-back/", POST_ONLY),
    (
        "POST",
        "/requests/OPEN-1/shares/{share}/deliveries/{delivery}/take-back/",
        "302 422 404 404 422 404 422 404 404 422",
    ),
    (
        "POST",
        "/requests/OPEN-1/shares/{pledge}/deliveries/{delivery}/take-back/",
        "302 404 404 404 404 404 404 404 404 404",
    ),
    ("GET", "/requests/OPEN-1/shares/{pledge}/deliver/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/outcome/", "302 200 404 404 403 404 403 404 404 200"),
    ("POST", "/requests/OPEN-1/outcome/", "302 422 404 404 403 404 403 404 404 422"),
    ("GET", "/requests/OPEN-1/confirm/", POST_ONLY),
    ("POST", "/requests/OPEN-1/confirm/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/visibility/", "302 200 404 404 403 404 403 404 404 403"),
    ("POST", "/requests/OPEN-1/visibility/", "302 302 404 404 403 404 403 404 404 403", {"visibility": "public"}),
    ("GET", "/requests/coverage/", "302 403 403 403 403 403 200 200 200 200"),
    ("GET", "/requests/coverage/?format=csv", "302 403 403 403 403 403 200 200 200 200"),
    ("GET", "/market/", "302 200 200 200 200 403 200 200 200 200"),
    ("GET", "/market/?format=csv&table=unlocks", "302 200 200 200 200 403 200 200 200 200"),
    ("GET", "/market/?format=csv&table=none", "302 400 400 400 400 403 400 400 400 400"),
    ("GET", "/requests/relays/", "302 403 403 403 403 403 200 403 403 200"),
    ("GET", "/needs-import/", "302 403 403 403 403 403 200 403 403 200"),
    ("POST", "/needs-import/", "302 403 403 403 403 403 422 403 403 422"),
    ("GET", "/needs-import/template/", "302 403 403 403 403 403 200 403 403 200"),
    ("GET", "/request-forms/", "302 200 200 403 403 403 403 403 403 200"),
    ("POST", "/request-forms/", "302 422 422 403 403 403 403 403 403 422"),
    ("GET", "/request-forms/blank/", "302 302 302 403 403 403 403 403 403 302"),
    ("GET", "/request-forms/blank/?language=fr&kind=docx&state=MRT", "302 200 200 403 403 403 403 403 403 200"),
    ("GET", "/request-forms/none/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/request-forms/kept/", "302 404 404 404 404 404 404 404 404 404", {"drop": "1"}),
    ("GET", "/request-forms/kept/note/", "302 200 404 404 404 404 200 404 404 200"),
    ("GET", "/request-forms/kept/form/", "302 200 404 404 404 404 200 404 404 200"),
    ("GET", "/request-forms/kept/nonsense/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/form/", "302 200 404 404 404 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/form/", "302 403 404 404 404 404 403 404 404 403"),
    ("GET", "/requests/WIDE-1/form/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/DRAFT-1/form/", "302 200 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/DRAFT-1/form/", "302 422 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/form/filled/", "302 403 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/DRAFT-1/form/filled/?language=ar&kind=xlsx", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/texts/", "302 200 404 404 403 404 403 404 404 403"),
    (
        "POST",
        "/requests/OPEN-1/texts/",
        "302 302 404 404 403 404 403 404 404 403",
        {"public_summary": "", "version": 1},
    ),
    ("GET", "/requests/OPEN-1/as/public/", "302 200 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/as/relayed/", "302 200 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/DRAFT-1/as/states_parties/", "302 200 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/as/owner/", "302 404 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/releases/", "302 200 404 404 403 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/matches/", "302 200 404 404 403 404 200 404 404 200"),
    ("GET", "/requests/DRAFT-1/matches/", "302 403 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/WIDE-1/matches/", "302 200 403 404 404 404 302 403 403 302", {"supporters": ["NOR"]}),
    ("GET", "/requests/OPEN-1/opened/", POST_ONLY),
    ("POST", "/requests/OPEN-1/opened/", "302 403 404 404 302 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/answer/", POST_ONLY),
    ("POST", "/requests/OPEN-1/answer/", "302 403 404 404 302 404 403 404 404 403", {"kind": "interested"}),
    ("GET", "/requests/OPEN-1/evidence/{file}/", "404 200 404 404 200 404 200 404 404 200"),
    ("GET", "/requests/OPEN-1/evidence/{foreign}/", GONE),
    ("GET", "/requests/OPEN-1/withdraw/", POST_ONLY),
    ("POST", "/requests/OPEN-1/withdraw/", "302 302 404 404 403 404 403 404 404 403"),
    ("POST", "/requests/OPEN-1/ask_clarification/", "302 403 404 404 403 404 302 404 404 302", {"note": "Which?"}),
    ("POST", "/requests/OPEN-1/close_met/", "302 403 404 404 403 404 403 404 404 403", {"note": "Too early"}),
    ("POST", "/requests/OPEN-1/nonsense/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/WIDE-1/follow/", POST_ONLY),
    ("POST", "/requests/WIDE-1/follow/", "302 403 302 404 404 404 403 403 403 403"),
    ("POST", "/requests/OPEN-1/follow/", "302 403 404 404 302 404 403 404 404 403"),
    ("GET", "/requests/WIDE-1/interest/", POST_ONLY),
    ("POST", "/requests/WIDE-1/interest/", "302 403 302 404 404 404 403 403 403 403"),
    ("POST", "/requests/OPEN-1/interest/", "302 403 404 404 302 404 403 404 404 403"),
    ("GET", "/requests/OPEN-1/offers/attach/", POST_ONLY),
    ("POST", "/requests/OPEN-1/offers/attach/", "302 403 404 404 403 404 302 404 404 302"),
    # {channel} was asked for by Norwegian People's Aid about OPEN-1
    ("GET", "/channels/", "302 404 404 404 404 404 200 404 404 200"),
    ("GET", "/channels/?format=csv", "302 404 404 404 404 404 200 404 404 200"),
    ("GET", "/requests/OPEN-1/channels/", "302 200 404 404 200 404 200 404 404 200"),
    ("GET", "/requests/WIDE-1/channels/", "302 200 200 404 404 404 200 404 404 200"),
    ("GET", "/requests/DRAFT-1/channels/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/requests/OPEN-1/channels/", "302 422 404 404 422 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/channels/{channel}/", "302 200 404 404 200 404 200 404 404 200"),
    ("POST", "/requests/OPEN-1/channels/{channel}/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/WIDE-1/channels/{channel}/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/channels/{channel}/consent/", POST_ONLY),
    ("POST", "/requests/OPEN-1/channels/{channel}/consent/", "302 302 404 404 302 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/channels/{channel}/decline/", POST_ONLY),
    ("POST", "/requests/OPEN-1/channels/{channel}/decline/", "302 302 404 404 302 404 404 404 404 404"),
    ("GET", "/requests/OPEN-1/channels/{channel}/close/", POST_ONLY),
    ("POST", "/requests/OPEN-1/channels/{channel}/close/", "302 302 404 404 302 404 404 404 404 404"),
    ("GET", "/supporters/", ALL),
    ("GET", "/supporters/NOR/", ALL),
    ("GET", "/supporters/NONE/", GONE),
    ("GET", "/supporters/NOR/edit/", "302 403 200 403 403 403 403 403 403 200"),
    ("GET", "/supporters/NPA/edit/", "302 403 403 403 200 403 403 403 403 200"),
    ("POST", "/supporters/NOR/edit/", "302 403 422 403 403 403 403 403 403 422", {"years": "0"}),
    ("GET", "/matching/weights/", "302 200 200 200 200 403 200 403 403 200"),
    ("GET", "/matching/", "302 200 200 200 200 403 200 403 403 200"),
    ("GET", "/offers/new/", "302 200 200 200 200 403 403 403 403 403"),
    ("POST", "/offers/new/", "302 422 422 422 422 403 403 403 403 403"),
    # {offer}, {workshop} and {line} are Norwegian People's Aid's; {application} is Mauritania's
    ("GET", "/offers/{offer}/", ALL),
    ("GET", "/offers/{workshop}/", ALL),
    ("GET", "/offers/0/", GONE),
    ("GET", "/offers/workshops/new/", "302 200 200 200 200 403 403 403 403 403"),
    ("POST", "/offers/workshops/new/", "302 422 422 422 422 403 403 403 403 403"),
    ("GET", "/offers/{offer}/edit/", "302 403 403 403 200 403 403 403 403 403"),
    ("POST", "/offers/{offer}/edit/", "302 403 403 403 422 403 403 403 403 403"),
    ("GET", "/offers/{offer}/withdraw/", POST_ONLY),
    ("POST", "/offers/{offer}/withdraw/", "302 403 403 403 422 403 403 403 403 403"),
    ("GET", "/offers/{offer}/apply/", GONE.replace("404", "302", 1)),
    ("GET", "/offers/{workshop}/apply/", "302 200 200 200 403 403 403 403 403 403"),
    ("POST", "/offers/{workshop}/apply/", "302 422 422 422 403 403 403 403 403 403"),
    ("GET", "/offers/{offer}/applications/", GONE.replace("404", "302", 1)),
    ("GET", "/offers/{workshop}/applications/", "302 404 404 404 200 404 404 404 404 200"),
    ("GET", "/offers/{workshop}/applications/{application}/", "302 200 404 404 200 404 404 404 404 200"),
    ("GET", "/offers/{offer}/applications/{application}/", GONE.replace("404", "302", 1)),
    ("GET", "/offers/{workshop}/applications/{application}/decide/", POST_ONLY),
    ("POST", "/offers/{workshop}/applications/{application}/decide/", "302 403 404 404 422 404 404 404 404 403"),
    ("GET", "/offers/{workshop}/applications/{application}/withdraw/", POST_ONLY),
    ("POST", "/offers/{workshop}/applications/{application}/withdraw/", "302 302 404 404 403 404 404 404 404 403"),
    ("GET", "/expertise/", ALL),
    ("GET", "/expertise/new/", "302 200 200 200 200 403 403 403 403 403"),
    ("POST", "/expertise/new/", "302 422 422 422 422 403 403 403 403 403"),
    ("GET", "/expertise/{line}/edit/", "302 403 403 403 200 403 403 403 403 403"),
    ("GET", "/expertise/{line}/withdraw/", POST_ONLY),
    ("POST", "/expertise/{line}/withdraw/", "302 403 403 403 302 403 403 403 403 403"),
    ("GET", "/coalitions/new/?request=OPEN-1", "302 200 404 404 403 404 200 404 404 200"),
    ("POST", "/coalitions/new/?request=OPEN-1", "302 422 404 404 403 404 422 404 404 422"),
    # with the public needs of `test_read_by_role.py`; who knows of none finds no page, as a test below says
    ("GET", "/coalitions/propose/mrt/", "302 200 403 403 403 403 200 403 403 200"),
    ("GET", "/coalitions/propose/xyz/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/coalitions/new/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/coalitions/works/", ALL),
    ("GET", "/coalitions/waits/", "404 200 404 404 200 404 200 404 404 200"),
    ("GET", "/coalitions/waits/confirm/", POST_ONLY),
    ("POST", "/coalitions/waits/confirm/", "302 302 404 404 403 404 403 404 404 403"),
    ("POST", "/coalitions/works/confirm/", "302 403 403 403 403 403 403 403 403 403"),
    ("GET", "/coalitions/works/commitments/new/", "302 200 403 403 200 403 200 403 403 200"),
    ("POST", "/coalitions/works/commitments/new/", "302 422 403 403 422 403 422 403 403 422"),
    ("GET", "/coalitions/waits/commitments/new/", "302 403 404 404 403 404 403 404 404 403"),
]
#: Addresses of others: their own suites test them, `tests/accounts` and `tests/test_admin.py` ours.
FOREIGN = ("accounts/", "admin/", "language/")
#: Steps of an observer are few: whatever is not public or addressed to it is refused (R121).


def patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry.callback
        else:
            yield from patterns(entry, path)


def own_patterns():
    return {path: view for path, view in patterns(get_resolver()) if not path.startswith(FOREIGN)}


@pytest.fixture(scope="class")
def world(records_of_the_class, tmp_path_factory):
    """What the addresses of the table name; for the tests of a class, which take back what they write."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("uploads")):
        yield make_world()


def make_world():
    asked = RequestFactory(reference="OPEN-1", state_id="MRT", match_parties=True, status=Status.RELAYED)
    RelayFactory(request=asked, code="NPA")
    file = EvidenceFactory(request=asked, file=ContentFile(b"1;2", "x.csv"), file_name="x.csv")
    RequestFactory(reference="WIDE-1", state_id="MRT", states_parties=True)
    RequestFactory(reference="DRAFT-1", state_id="MRT", draft=True)
    foreign = EvidenceFactory(request__reference="ELSE-1", file=ContentFile(b"1;2", "y.csv"))
    works = CoalitionFactory(slug="works", lead_id="MRT")
    waits = CoalitionFactory(slug="waits", lead_id="MRT", proposed=True)
    for coalition in (works, waits):
        MemberFactory(coalition=coalition, code="NPA", role="operator")
    works.requests.add(asked)
    clock = Obligation.objects.get(state="MRT", limb="4.1(a)")
    writer = person("writer@access.org", Role.FOCAL_POINT, state="MRT")
    raise_flag(clock, reason="Sand.", by=writer, today=timezone.localdate())
    open_follow_ups(date(2026, 11, 21))
    task = FollowUp.objects.get(obligation__state="IRQ")
    group = CountryRequest.objects.create(reference="MRT-CR-1", state_id="MRT", title="Needs", created_by=writer)
    for need in (asked, AssistanceRequest.objects.get(reference="DRAFT-1")):
        Line.objects.create(country_request=group, request=need)
    ticket = HelpTicket.objects.create(
        state_id="MRT", kind="report", subject="Form F", opened_by=person("asks@access.org")
    )
    share = ShareFactory(request=asked, code="NPA", committed=True)
    pledge = ShareFactory(request=asked, code="NPA", amount=None, currency="", in_kind=True)
    channel = DirectChannel.objects.create(
        request=asked, supporter=share.supporter, asked_side="supporter", asked_on=asked.submitted_on, asked_by=writer
    )
    application = ApplicationFactory(state_id="MRT")
    a_returned_form(request=asked, received_by=writer)
    return {
        "offer": OfferFactory(code="NPA").pk, "workshop": application.workshop.offer_id,
        "application": application.pk, "line": ExpertiseFactory(code="NPA").pk,
        "file": file.pk, "foreign": foreign.pk, "clock": clock.pk, "task": task.pk, "ticket": ticket.pk,
        "share": share.pk, "pledge": pledge.pk, "channel": channel.pk,
        "delivery": DeliveryFactory(share=share, state_on=None, state_by=None).pk,
    }  # fmt: skip


def lines_of(method, role, world):
    """The lines of one method: the address in this world, the status that the role gets, and what is sent."""
    return [
        (address.format(**world), int(statuses.split()[ROLES.index(role)]), *data)
        for line_method, address, statuses, *data in TABLE
        if line_method == method
    ]


def status_of_post(client, address, data):
    """The status of one answer; whatever it wrote is taken back, also for the other roles."""
    with transaction.atomic():
        response = client.post(address, data)
        transaction.set_rollback(True)
    return response.status_code


class TestTable:
    @pytest.mark.parametrize("role", ROLES)
    def test_access_table_of_what_is_sent(self, role, world):
        """The lines that read are asked for in `test_read_by_role.py`, which looks into the answers as well."""
        client = play(role)
        wrong = []
        for address, want, *data in lines_of("POST", role, world):
            got = status_of_post(client, address, data[0] if data else {"empty": ""})
            if got != want:
                wrong.append(f"POST {address}: {got}, not {want}")
        assert wrong == []

    @pytest.mark.parametrize("role", ["non_party", "observer"])
    def test_who_knows_of_no_need_of_a_state_finds_no_proposal_for_it(self, role, world):
        assert play(role).get("/coalitions/propose/mrt/").status_code == 404


def test_every_address_is_in_the_table():
    routes = {
        resolve(
            address.format(
                file=1, foreign=2, clock=3, task=4, ticket=5, share=6, pledge=7, channel=8, delivery=9, **OFFERED
            ).split("?")[0]
        ).route
        for _method, address, *_rest in TABLE
    }
    assert set(own_patterns()) - routes == set()


def test_every_line_is_asked_for():
    """Each line reads or sends, and says what each role gets."""
    assert {line[0] for line in TABLE} == {"GET", "POST"}
    assert {len(line[2].split()) for line in TABLE} == {len(ROLES)}
    assert set(PEOPLE) | {"anonymous"} == set(ROLES)


def test_what_the_public_reaches_has_opted_out_of_sign_in():
    """Login is required by the middleware; a view that anybody may open says so, and the table knows it."""
    public = {
        resolve(
            line[1]
            .format(file=1, foreign=2, clock=3, task=4, ticket=5, share=6, pledge=7, channel=8, delivery=9, **OFFERED)
            .split("?")[0]
        ).route
        for line in TABLE
        if not line[2].startswith("302")
    }
    opted_out = {path for path, view in own_patterns().items() if not getattr(view, "login_required", True)}
    assert opted_out == public


def test_anonymous_is_sent_to_sign_in_and_back(client):
    response = client.get("/requests/new/")
    assert response.url == "/accounts/login/?next=/requests/new/"


# --- R26: what one may not see appears nowhere -----------------------------------------------------------------------

SEES = {
    "draft": {"owner"},
    "coordinators_isu": {"owner", "coordinator", "isu"},
    "match_parties": {"owner", "partner", "coordinator", "isu"},
    # the partner was asked; nothing can be relayed to it any more, but what it was asked it goes on knowing
    "states_parties": {"owner", "partner", "party", "coordinator", "thematic", "president", "isu"},
    "public": set(ROLES),
}
WORD = "Zubrowka"


def secret(level, **values):
    """Mauritania's request, as an Article 7 report would bring it too, relayed to Norwegian People's Aid."""
    draft = level == "draft"
    today = timezone.localdate()
    asked = RequestFactory(
        reference="MRT-2026-001",
        state_id="MRT",
        title=f"Survey in {WORD}",
        areas=["clearance", "national_legislation"],
        obligation=Obligation.objects.get(state="MRT", limb="4.1(a)"),
        visibility=Visibility.COORDINATORS_ISU if draft else level,
        draft=draft,
        costed=True,
        **values,
    )
    if not draft:
        EventFactory(request=asked, on=today)
        AssistanceRequest.objects.filter(pk=asked.pk).update(status=Status.RELAYED)
        RelayFactory(request=asked, code="NPA", note=f"About {WORD}")
    return asked


def pages(role):
    """Every page and file on which a request could show; a person's own pages beside the lists."""
    today = timezone.localdate()
    everywhere = [
        "/",
        "/requests/",
        "/requests/?format=csv",
        "/states/mrt/",
        f"/reports/progress/?starts={today - timedelta(days=90)}&ends={today}",
    ]
    if role != "anonymous":
        return [*everywhere, "/dashboard/", "/matching/", "/market/", "/market/?format=json&table=unmet"]
    return [
        *everywhere,
        "/requests/?state=MRT",
        f"/requests/?q={WORD}",
        f"/search/?q={WORD}",
        "/requests/?area=national_legislation&status=open",
        f"/requests/?as_of={today}",
        "/requests/?format=json",
        "/states/?q=Mauritania",
        "/offers/",
        "/coalitions/",
        "/deadlines/",
        "/deadlines.ics",
        "/extension-requests/",
        "/reports/statistics/",
        f"/reports/statistics/?covered_year=2015&as_of={today}",
        f"/reports/statistics/?covered_year=2015&as_of={today}&format=csv",
    ]


def shown(client, role):
    """Each page without what changes from one answer to the next."""
    texts = {}
    for address in pages(role):
        text = client.get(address).getvalue().decode()
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
        texts[address] = re.sub(r"(DTSTAMP|LAST-MODIFIED)[^\r\n]*", "", text)
    return texts


@contextmanager
def hidden_again(level, **values):
    """The request, for as long as the block lasts."""
    with transaction.atomic():
        yield secret(level, **values)
        transaction.set_rollback(True)


def traces(role, *hidden):
    """The pages of a role that differ once a request exists that it may not see. `hidden` are (level, values)."""
    client = play(role)
    before = shown(client, role)
    found = []
    for level, values in hidden:
        with hidden_again(level, **values):
            after = shown(client, role)
        found += [f"{level}: {address}" for address in before if before[address] != after[address]]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_R026_detail_list_search_count_and_exports_by_role_and_level(role):
    client = play(role)
    before = client.get("/requests/").context["page"].paginator.count
    for level, seers in SEES.items():
        with hidden_again(level) as asked:
            sees = role in seers
            assert client.get(asked.get_absolute_url()).status_code == (200 if sees else 404), level
            listed = sees and level != "draft"
            assert client.get("/requests/").context["page"].paginator.count == before + listed, level
            assert client.get(f"/requests/?q={WORD}").context["page"].paginator.count == listed, level
            for address in ("/requests/?format=csv", "/"):
                assert (WORD in client.get(address).content.decode()) == listed, (level, address)
            assert (WORD in client.get("/states/mrt/").content.decode()) == sees, level


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_R026_every_page_is_the_same_with_and_without_what_one_may_not_see(role):
    assert traces(role, *[(level, {}) for level, seers in SEES.items() if role not in seers]) == []


def test_R026_statistics_and_reports_hold_no_request_that_the_public_may_not_see():
    values = {"channel": Channel.ARTICLE_7, "covered_year": 2015}
    found = traces("anonymous", *[(level, values) for level in ("coordinators_isu", "match_parties", "states_parties")])
    assert [trace for trace in found if "/reports/" in trace] == []


def test_R026_file_of_a_hidden_request_is_not_found(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item = EvidenceFactory(request=secret("coordinators_isu"), file=ContentFile(b"1;2", "x.csv"))
    assert client.get(f"/requests/MRT-2026-001/evidence/{item.pk}/").status_code == 404


@pytest.mark.parametrize("address", ["/dashboard/", "/matching/", "/requests/", "/states/mrt/"])
def test_R026_a_supporter_that_no_longer_may_know_sees_no_trace(address):
    """Narrowing after a relay: the supporter's pages say nothing of it any more."""
    client = play("partner")
    asked = secret("match_parties")
    if address != "/matching/":
        assert WORD in client.get(address).content.decode()
    AssistanceRequest.objects.filter(pk=asked.pk).update(visibility=Visibility.COORDINATORS_ISU)
    assert WORD not in client.get(address).content.decode()


def test_R026_progress_report_holds_public_requests_only(client):
    secret("coordinators_isu")
    today = timezone.localdate()
    page = client.get(f"/reports/progress/?starts={today - timedelta(days=90)}&ends={today}")
    assert WORD not in page.content.decode()
    assert page.context["data"].relayed == 0


def test_R026_board_of_the_coordinators_does_not_betray_a_request_kept_from_them():
    """Pressing obligations: the State stays on the list, since for the Coordinators it has not asked."""
    client = play("coordinator")

    def pressing():
        return [row.state.iso3 for row in client.get("/dashboard/").context["board"].pressing]

    assert "MRT" in pressing()
    secret("coordinators_isu", channel=Channel.ISU, inform_coordinators=False)
    assert "MRT" in pressing()


def test_R026_other_supporters_relays_and_answers_are_not_shown():
    asked = secret("match_parties")
    RelayFactory(request=asked, code="NOR", note="For Oslo only")
    page = play("partner").get(asked.get_absolute_url()).content.decode()
    assert f"About {WORD}" in page
    assert "For Oslo only" not in page
    assert "Norway" not in page


def test_R026_coalition_members_see_no_request_of_it_that_they_may_not_see():
    asked = secret("coordinators_isu")
    coalition = CoalitionFactory(lead_id="MRT")
    coalition.requests.add(asked)
    MemberFactory(coalition=coalition, code="NOR")
    a_commitment(coalition=coalition, request=asked, code="NOR")
    client = play("party")
    for address in (coalition.get_absolute_url(), f"{coalition.get_absolute_url()}commitments/new/", "/dashboard/"):
        page = client.get(address).content.decode()
        assert WORD not in page
        assert asked.reference not in page


def test_R026_coalition_around_a_hidden_request_is_not_named_after_it():
    asked = secret("coordinators_isu")
    form = play("owner").get(f"/coalitions/new/?request={asked.reference}").context["form"]
    assert WORD not in str(form["name"].value())


def test_R026_restricted_offer_is_its_supporters_and_the_handlers():
    OfferFactory(code="NPA", title=f"Team for {WORD}", restricted=True)
    seen = {role for role in ROLES if WORD in play(role).get("/offers/").content.decode()}
    assert seen == {"partner", "coordinator", "isu"}


def test_R026_proposed_coalition_is_its_parties_and_the_handlers():
    coalition = CoalitionFactory(lead_id="MRT", name=f"For {WORD}", proposed=True)
    MemberFactory(coalition=coalition, code="NPA")
    seen = {role for role in ROLES if WORD in play(role).get("/coalitions/").content.decode()}
    assert seen == {"owner", "partner", "coordinator", "isu"}


def test_R030_commitments_are_seen_by_all_members_and_by_nobody_else():
    coalition = CoalitionFactory(lead_id="MRT")
    MemberFactory(coalition=coalition, code="NPA")
    MemberFactory(coalition=coalition, code="NOR")
    a_commitment(coalition=coalition, code="NOR", description=f"Teams for {WORD}")
    seen = {role for role in ROLES if WORD in play(role).get(coalition.get_absolute_url()).content.decode()}
    assert seen == {"owner", "party", "partner", "coordinator", "isu"}
    assert Share.objects.visible_to(None).count() == 0


# --- R6-R9, R22: who receives a request ------------------------------------------------------------------------------


def test_R006_request_extracted_by_others_is_hidden_until_the_state_confirms(client):
    RequestFactory(title=f"Survey in {WORD}", state_id="MRT", in_report=True, unconfirmed=True)
    assert WORD not in client.get("/requests/").content.decode()
    assert WORD in play("owner").get("/requests/").content.decode()
    AssistanceRequest.objects.filter(state="MRT").update(confirmed_on=date(2026, 1, 1))
    assert WORD in client.get("/requests/").content.decode()


def test_R008_new_requests_reach_the_coordinators_in_office_and_no_longer_the_outgoing(today):
    """The office of the register changes hands; nobody touches the people's accounts."""
    outgoing, incoming = cast("coordinator"), person("incoming@access.org")
    office = Office.objects.get(code=COOPERATION)
    Appointment.objects.create(
        user=incoming, role=Role.COORDINATOR, office=office, state_id="LBN", starts=date(2020, 1, 1)
    )
    focal = cast("owner")

    def submit():
        asked = RequestFactory(state_id="MRT", draft=True)
        OutboxMail.objects.all().delete()
        submit_request(asked, by=focal, today=timezone.localdate())
        told = set(OutboxMail.objects.values_list("to", flat=True))
        readers = {u.email for u in (outgoing, incoming) if asked in AssistanceRequest.objects.visible_to(fresh(u))}
        return told, readers

    assert submit() == ({outgoing.email}, {outgoing.email})
    yesterday = timezone.localdate() - timedelta(days=1)
    OfficeTerm.objects.filter(office=office, state="CHE", ends__isnull=True).update(ends=yesterday)
    OfficeTerm.objects.create(office=office, state_id="LBN", starts=timezone.localdate())
    assert submit() == ({incoming.email}, {incoming.email})


def fresh(user):
    """The person as the next page would load them, without what the last one remembered."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("level", ["coordinators_isu", "match_parties"])
def test_R009_objection_hides_it_from_the_coordinators(level):
    values = {"channel": Channel.ISU, "inform_coordinators": False}
    asked = secret(level, **values)
    client = play("coordinator")
    assert client.get(asked.get_absolute_url()).status_code == 404
    assert WORD not in client.get("/requests/").content.decode()
    assert WORD in play("isu").get("/requests/").content.decode()


def test_R009_with_the_objection_nothing_changes_for_the_coordinators():
    assert traces("coordinator", ("coordinators_isu", {"channel": Channel.ISU, "inform_coordinators": False})) == []


def test_R009_coalition_around_it_stays_hidden_from_the_coordinators():
    asked = secret("coordinators_isu", channel=Channel.ISU, inform_coordinators=False)
    coalition = CoalitionFactory(lead_id="MRT", name="Coalition on our request", proposed=True)
    coalition.requests.add(asked)
    page = play("coordinator").get(coalition.get_absolute_url())
    assert WORD not in page.content.decode()


def test_R009_mails_follow_the_objection(today):
    cast("coordinator")
    cast("isu")
    focal = cast("owner")
    submit_request(RequestFactory(state_id="MRT", draft=True, to_isu_alone=True), by=focal, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {"isu@access.org"}
    OutboxMail.objects.all().delete()
    submit_request(RequestFactory(state_id="MRT", draft=True, channel=Channel.ISU), by=focal, today=today)
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {"isu@access.org", "coordinator@access.org"}


def test_R022_non_party_offers_help_and_reads_no_states_parties_request():
    client = play("non_party")
    offer = {"title": "Training", "description": "Four weeks", "areas": ["clearance"], "forms": ["training"]}
    assert client.post("/offers/new/", {**offer, "is_public": "on"}).status_code == 302
    assert "Training" in Client().get("/offers/").content.decode()
    assert client.get(secret("states_parties").get_absolute_url()).status_code == 404


def test_R022_withdrawal_ends_the_states_parties_view():
    """Party status counts on the day: a State whose withdrawal is in effect reads as a non-party."""
    asked = secret("states_parties")
    client = play("party")
    assert client.get(asked.get_absolute_url()).status_code == 200
    State.objects.filter(pk="NOR").update(withdrawal_received=date(2026, 1, 1))
    assert client.get(asked.get_absolute_url()).status_code == 404


def test_R121_observer_reads_public_items_only_and_refusals_are_logged():
    secret("states_parties")
    client = play("observer")
    assert client.get("/requests/MRT-2026-001/").status_code == 404
    assert client.get("/requests/new/").status_code == 403
    refused = AuditEvent.objects.filter(action="refused", subject="/requests/new/")
    assert [entry.actor.email for entry in refused] == ["observer@access.org"]


def test_R121_observer_is_refused_the_matching_page():
    """The menu does not offer it, so the address must not open."""
    assert play("observer").get("/matching/").status_code == 403


def test_R121_refusal_of_a_hidden_item_is_logged():
    secret("states_parties")
    play("observer").get("/requests/MRT-2026-001/")
    assert AuditEvent.objects.filter(action="refused", subject="/requests/MRT-2026-001/").exists()


def test_R121_observer_of_a_state_party_gets_no_states_parties_view():
    """An observer's rights do not grow with the State that the appointment happens to name."""
    observer = person("second@access.org", Role.OBSERVER, state="NOR")
    assert client_of(observer).get(secret("states_parties").get_absolute_url()).status_code == 404


def test_rights_end_with_the_appointment():
    user = cast("owner")
    asked = secret("coordinators_isu")
    client = client_of(user)
    assert client.get(asked.get_absolute_url()).status_code == 200
    Appointment.objects.filter(user=user).update(ends=timezone.localdate() - timedelta(days=1))
    assert client.get(asked.get_absolute_url()).status_code == 404


def test_themes_of_the_register_are_those_that_permissions_read():
    assert Office.objects.get(code=COOPERATION).theme == Theme.COOPERATION
    assert Relay.objects.count() == 0
