"""Example people and records for the demonstration, made by the same actions as the site. All carry the example mark.

Nothing here is real: what the States of these examples ask, offer and commit to is made up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from ccm_portal import example_parts as examples
from ccm_portal.accounts.actions import note_run
from ccm_portal.accounts.enums import Job, Role
from ccm_portal.accounts.models import Appointment, User
from ccm_portal.example_channels import add_example_channels
from ccm_portal.example_offers import add_example_offers
from ccm_portal.example_reports import add_example_report
from ccm_portal.example_supporters import add_example_profiles
from ccm_portal.register.enums import DocumentKind
from ccm_portal.register.models import (
    Document,
    DocumentVersion,
    Obligation,
    Office,
    OfficeTerm,
    Organisation,
    State,
)
from coalitions.actions import propose_coalition, record_commitment
from coalitions.enums import MemberRole
from coalitions.models import Coalition
from coalitions.outreach.actions import add_entry, open_follow_ups, set_priority
from coalitions.outreach.models import OutreachEntry, PriorityOverride
from requests_app.actions import (
    answer_relay,
    change_reading,
    relay_request,
    save_request,
    start_request,
    submit_request,
)
from requests_app.authors.actions import ask_sign_off, invite_author, write_remark
from requests_app.country_requests.actions import add_need, start_country_request
from requests_app.country_requests.models import CountryRequest
from requests_app.enums import AnswerKind, AuthorLevel, Kind, Visibility
from requests_app.extensions.actions import raise_flag, save_draft
from requests_app.extensions.models import FundingLine, RiskFlag
from requests_app.mailing.actions import queue_new_requests
from requests_app.models import AssistanceRequest, EvidenceItem, Offer, Supporter
from requests_app.shares.actions import commit_share, confirm_share, pledge_share, record_delivery
from requests_app.shares.enums import DeliveryChannel
from requests_app.shares.models import Delivery, ExchangeRate, Share
from requests_app.waiting.actions import note_opening, run_clocks, start_silence
from requests_app.waiting.enums import Purpose
from requests_app.waiting.models import ValidityCheck
from requests_app.writing.actions import keep_unsaved, save_step

PASSWORD = "demo-portal"  # noqa: S105 - of the demonstration only, printed on its screen
EXAMPLE = "Example for the demonstration, made up."
COOPERATION = "coordinator-on-international-cooperation-and-assistance"
CLEARANCE = "coordinator-on-clearance-and-risk-reduction-education"


@dataclass(frozen=True)
class Account:
    """A demonstration account and the post it holds."""

    email: str
    name: str
    role: str = ""
    state: str = ""
    organisation: str = ""
    office: str = ""
    is_staff: bool = False
    is_superuser: bool = False


ACCOUNTS = (
    Account("isu@example.org", "ISU staff (example)", Role.ISU, is_staff=True),
    Account("admin@example.org", "Administrator (example)", Role.ISU, is_staff=True, is_superuser=True),
    Account(
        "coordinator@example.org",
        "Coordinator, cooperation and assistance (example)",
        Role.COORDINATOR,
        "CHE",
        office=COOPERATION,
    ),
    Account("clearance@example.org", "Coordinator, clearance (example)", Role.COORDINATOR, "ITA", office=CLEARANCE),
    Account("president@example.org", "Office of the President (example)", Role.PRESIDENT, "LAO", office="president"),
    Account("lao@example.org", "Focal point, Lao People's Democratic Republic (example)", Role.FOCAL_POINT, "LAO"),
    Account("tcd@example.org", "Focal point, Chad (example)", Role.FOCAL_POINT, "TCD"),
    Account("lbn@example.org", "Focal point, Lebanon (example)", Role.FOCAL_POINT, "LBN"),
    Account("nor@example.org", "Focal point, Norway (example)", Role.FOCAL_POINT, "NOR"),
    Account("che@example.org", "Focal point, Switzerland (example)", Role.FOCAL_POINT, "CHE"),
    Account("usa@example.org", "Focal point, United States of America (example)", Role.FOCAL_POINT, "USA"),
    Account("npa@example.org", "Norwegian People's Aid (example)", Role.PARTNER, organisation="NPA"),
    Account("observer@example.org", "Observer (example)", Role.OBSERVER),
    Account("health.lao@example.org", "Ministry of Health, Lao PDR (example)", Role.AUTHOR, "LAO"),
)


@transaction.atomic
def prepare(on: date) -> int:
    """Make what is missing; returns how many example requests, offers and coalitions were added."""
    for account in ACCOUNTS:
        _ensure_account(account, on)
    people = {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@example.org")}
    before = _count()
    _chad(people, on)
    _lebanon(people, on)
    _law_and_visit(people, on)
    _half_written(people)
    _laos(people, on)
    add_example_profiles(people, on)
    add_example_channels(people, on)
    add_example_offers(people, on)
    _document(on)
    _more_time(people, on)
    _outreach(people, on)
    _clocks(people, on)
    add_example_report(people, on)
    return _count() - before


def _count() -> int:
    models = (AssistanceRequest, Offer, Coalition)
    return sum(model._default_manager.filter(is_example=True).count() for model in models)


def _ensure_account(account: Account, on: date) -> None:
    if User.objects.filter(email=account.email).exists():
        return
    user = User.objects.create_user(
        account.email, PASSWORD, name=account.name, is_staff=account.is_staff, is_superuser=account.is_superuser
    )
    post = Appointment(user=user, role=account.role, starts=on - timedelta(days=400))
    if account.state:
        post.state = State.objects.get(pk=account.state)
    if account.organisation:
        post.organisation = Organisation.objects.get(code=account.organisation)
    if account.office:
        post.office = Office.objects.get(code=account.office)
        # Nobody is on record for these offices today, so an example term lets the example person act.
        OfficeTerm.objects.get_or_create(
            office=post.office,
            state=post.state,
            starts=post.starts,
            defaults={
                "is_example": True,
                "is_verified": False,
                "source": EXAMPLE,
                "label": "example",
                "contact_email": account.email,
            },
        )
    post.save()


def _request(
    state: str,
    by: User,
    on: date,
    *,
    title: str,
    areas: list[str],
    evidence: list[EvidenceItem],
    parts: Callable[[AssistanceRequest], None] = lambda draft: None,
    **values: object,
) -> AssistanceRequest | None:
    """A submitted example request with what `parts` adds to its draft, or None if it is there already."""
    if AssistanceRequest.objects.filter(state=state, title=title, is_example=True).exists():
        return None
    request = start_request(State.objects.get(pk=state), by=by)
    for name, value in {"title": title, "is_example": True, "note": EXAMPLE, **values}.items():
        setattr(request, name, value)
    save_request(request, by=by, areas=areas, evidence=evidence)
    parts(request)
    return submit_request(request, by=by, today=on)


def _half_written(people: dict[str, User]) -> None:
    """A draft of Lebanon in the middle of its steps, with a cost that is no number yet."""
    title, by = "Risk education in schools of the south (example)", people["lbn"]
    if AssistanceRequest.objects.filter(state="LBN", title=title).exists():
        return
    request = start_request(State.objects.get(pk="LBN"), by=by)
    request.title, request.is_example, request.note = title, True, EXAMPLE
    save_step(request, "obligation", by=by, changes={"areas": ["risk_education"]}, expected_version=None)
    request.challenge = "Children play in fields that were reached by nobody since the teams moved on."
    request.requirement = "Trainers and teaching material"
    save_step(request, "need", by=by, changes={}, expected_version=request.version)
    keep_unsaved(by.pk, request.reference, "costs", {"total_cost": ["about 90000"]}, at=timezone.now())


def _chad(people: dict[str, User], on: date) -> None:
    """Relayed to three, answered by one."""
    request = _request(
        "TCD",
        people["tcd"],
        on - timedelta(days=60),
        title="Technical survey of suspected areas in the north",
        areas=["clearance", "risk_education"],
        evidence=[
            EvidenceItem(
                claim="Area suspected to be contaminated (example figure)",
                figure=Decimal("2400000"),
                unit="m²",
                source="National survey records (example)",
                dated=on - timedelta(days=300),
                method="non-technical survey",
            )
        ],
        obligation=Obligation.objects.get(state="TCD", limb="4.1(a)"),
        challenge="The last survey teams stood down when their funding ended; the remaining areas cannot be confirmed.",
        requirement="Two survey teams with vehicles for eighteen months, and training of twelve national surveyors.",
        is_technical=True,
        is_financial=True,
        total_cost=Decimal("3200000"),
        national_share=Decimal("600000"),
        external_secured=Decimal("400000"),
        currency="USD",
        desired_start=on + timedelta(days=90),
        desired_end=on + timedelta(days=640),
        consequence="The next extension request would again rest on estimates.",
        institution="National mine action authority (example)",
        national_plan="National mine action plan (example)",
        languages=["ar", "fr"],
        partners="Those who trained the first survey teams (example)",
        visibility=Visibility.MATCH_PARTIES,
        parts=lambda draft: examples.survey_parts(draft, by=people["tcd"], on=on),
    )
    if request is None:
        return
    change_reading(
        request,
        states_parties_text="",
        public_summary="Survey teams for two provinces in the north, for eighteen months (example).",
        locks=["institution", "files"],
        relayed_read_locked=False,
        by=people["tcd"],
    )
    supporters = Supporter.objects.filter(code__in=["NOR", "CHE", "NPA"]).select_related("state", "organisation")
    relays = relay_request(
        request, supporters, by=people["coordinator"], today=on - timedelta(days=45), note="With our recommendation."
    )
    answered = next(relay for relay in relays if relay.supporter.code == "NPA")
    answer_relay(
        answered,
        kind=AnswerKind.INTERESTED,
        text="We could field one team from a neighbouring programme (example).",
        by=people["npa"],
        today=on - timedelta(days=30),
    )


def _lebanon(people: dict[str, User], on: date) -> None:
    """A request with a coalition under Lebanon's lead and a first commitment."""
    request = _request(
        "LBN",
        people["lbn"],
        on - timedelta(days=120),
        title="Prosthetic and psychosocial services in the south",
        areas=["victim_assistance"],
        evidence=[],
        challenge="Survivors travel more than two hours to the nearest workshop.",
        requirement="One orthopaedic workshop with three technicians for two years, and peer-support training.",
        is_technical=True,
        is_material=True,
        is_financial=True,
        total_cost=Decimal("900000"),
        national_share=Decimal("300000"),
        currency="USD",
        institution="National mine action centre (example)",
        national_plan="in preparation",
        visibility=Visibility.PUBLIC,
        parts=lambda draft: examples.victim_parts(draft, by=people["lbn"], on=on),
    )
    if request is None:
        return
    norway, switzerland = (Supporter.objects.select_related("state").get(code=code) for code in ("NOR", "CHE"))
    change_reading(
        request,
        states_parties_text="",
        public_summary="A workshop for prostheses in the south, with three technicians for two years (example).",
        locks=["amounts"],
        relayed_read_locked=True,
        by=people["lbn"],
    )
    relays = relay_request(request, [norway], by=people["coordinator"], today=on - timedelta(days=110))
    answer_relay(
        relays[0],
        kind=AnswerKind.OFFER,
        text="We can fund the workshop (example).",
        by=people["nor"],
        today=on - timedelta(days=90),
    )
    coalition = propose_coalition(
        Coalition(
            name="Victim assistance in the south (example)",
            purpose="Bring services within an hour of every survivor.",
            source=EXAMPLE,
            is_example=True,
        ),
        requests=[request],
        members=[(norway, MemberRole.DONOR), (switzerland, MemberRole.DONOR)],
        by=people["lbn"],
        today=on - timedelta(days=80),
    )
    request.refresh_from_db()
    _shares(request, coalition, people, on)


def _shares(request: AssistanceRequest, coalition: Coalition, people: dict[str, User], on: date) -> None:
    """Three supporters cover a part each, in two currencies and in kind; something is delivered, something overdue."""
    for currency, rate in (("CHF", "1.1"), ("EUR", "1.08"), ("NOK", "0.09")):
        for year in {on.year, (on - timedelta(days=70)).year}:
            ExchangeRate.objects.get_or_create(
                currency=currency,
                year=year,
                is_example=True,
                defaults={"usd_per_unit": Decimal(rate), "source": EXAMPLE},
            )
    years = {"from_year": on.year, "to_year": on.year + 1, "request": request, "is_example": True}
    norway = Share(
        supporter=Supporter.objects.select_related("state").get(code="NOR"),
        kind=Kind.FINANCIAL,
        description="Salaries of three technicians for two years (example)",
        amount=Decimal("250000"),
        currency="USD",
        is_public=True,
        **years,
    )
    record_commitment(norway, coalition=coalition, by=people["nor"], today=on - timedelta(days=70))
    commit_share(norway, channel=DeliveryChannel.NGO, due_on=None, by=people["nor"], today=on - timedelta(days=60))
    _both_confirm(norway, people["lbn"], on - timedelta(days=55))
    norway.refresh_from_db()
    for days, amount, what in ((40, 90000, "First"), (20, 40000, "Second")):
        delivery = Delivery(
            share=norway,
            delivered_on=on - timedelta(days=days),
            kind=Kind.FINANCIAL,
            description=f"{what} instalment: salaries and training (example)",
            amount=Decimal(amount),
            currency="USD",
            channel=DeliveryChannel.NGO,
            implementer=Organisation.objects.get(code="NPA"),
            people=140 if what == "First" else None,
            result="Two technicians work in the new workshop (example)." if what == "First" else "",
            is_example=True,
        )
        record_delivery(delivery, completes=False, by=people["nor"], today=on - timedelta(days=days - 2))
        if what == "First":  # the second waits for Lebanon's word
            _both_confirm(norway, people["lbn"], on - timedelta(days=30))
    switzerland = Share(
        supporter=Supporter.objects.select_related("state").get(code="CHE"),
        kind=Kind.FINANCIAL,
        description="Fitting out the workshop (example)",
        amount=Decimal("120000"),
        currency="CHF",
        **years,
    )
    record_commitment(switzerland, coalition=coalition, by=people["che"], today=on - timedelta(days=40))
    commit_share(
        switzerland,
        channel=DeliveryChannel.BILATERAL,
        due_on=on - timedelta(days=5),
        by=people["che"],
        today=on - timedelta(days=35),
    )
    _both_confirm(switzerland, people["lbn"], on - timedelta(days=30))
    training = Share(
        supporter=Supporter.objects.select_related("organisation").get(code="NPA"),
        kind=Kind.TECHNICAL,
        description="Peer-support training by two instructors (example)",
        quantity=Decimal(2),
        unit="instructors",
        percent=Decimal(15),
        **years,
    )
    pledge_share(training, by=people["npa"], today=on - timedelta(days=10))


def _both_confirm(share: Share, other: User, on: date) -> None:
    seen = share.deliveries.order_by("pk").last()
    step = share.steps.latest("pk")
    confirm_share(share, by=other, today=on, seen_step=step.pk, seen_delivery=seen.pk if seen else 0)


def _clocks(people: dict[str, User], on: date) -> None:
    """A request that has waited for more than a year, a silence procedure that runs, and the nightly run."""
    old = _request(
        "LBN",
        people["lbn"],
        on - timedelta(days=400),
        title="Risk education for returning families",
        areas=["risk_education"],
        evidence=[],
        challenge="Families return to villages before these are surveyed.",
        requirement="Material in Arabic and eight instructors for one school year.",
        is_material=True,
    )
    if old is not None:
        asked_on = on - timedelta(days=31)  # whether it is still valid, and no answer since
        ValidityCheck.objects.create(request=old, asked_on=asked_on, due_on=asked_on + timedelta(days=30))
        survey = AssistanceRequest.objects.get(
            state="TCD", title="Technical survey of suspected areas in the north", is_example=True
        )
        note_opening(survey, by=people["nor"], today=on - timedelta(days=44))
        note_opening(survey, by=people["npa"], today=on - timedelta(days=31))
        start_silence(
            survey,
            Purpose.PUBLISH,
            by=people["tcd"],
            today=on - timedelta(days=2),
            visibility=Visibility.STATES_PARTIES,
            is_example=True,
        )
    run_clocks(on)
    queue_new_requests(on)
    note_run(Job.FOLLOW_UP, now=timezone.now(), changed=0)


def _law_and_visit(people: dict[str, User], on: date) -> None:
    """A request for help with a law, and one for people to come."""
    _request(
        "TCD",
        people["tcd"],
        on - timedelta(days=35),
        title="Drafting of a law that implements the Convention",
        areas=["national_legislation"],
        evidence=[],
        challenge="The penal code names neither cluster munitions nor explosive bomblets.",
        requirement="A legal expert for six weeks, and two sittings with the committee of parliament.",
        is_technical=True,
        institution="Ministry of Justice (example)",
        national_plan="in preparation",
        visibility=Visibility.STATES_PARTIES,
        parts=lambda draft: examples.law_part(draft, by=people["tcd"]),
    )
    _request(
        "LAO",
        people["lao"],
        on - timedelta(days=15),
        title="Visit of survey experts before the dry season",
        areas=["clearance"],
        evidence=[],
        obligation=Obligation.objects.get(state="LAO", limb="4.1(a)"),
        challenge="Two ways of confirming hazardous areas are in use, and their results differ.",
        requirement="An outside look at both, on the spot, with a recommendation.",
        is_technical=True,
        institution="National regulatory authority (example)",
        national_plan="National strategy (example)",
        visibility=Visibility.PUBLIC,
        parts=lambda draft: examples.visit_part(draft, by=people["lao"], on=on),
    )


def _laos(people: dict[str, User], on: date) -> None:
    """Three needs under one country request: one submitted, one that waits for a signature, one just begun; the health
    ministry writes with the focal point."""
    if CountryRequest.objects.filter(state="LAO", is_example=True).exists():
        return
    lao, health, now = people["lao"], people["health.lao"], timezone.now()
    shared: dict[str, Any] = {
        "institution": "National regulatory authority (example)",
        "national_plan": "National strategy (example)",
        "currency": "USD",
        "is_financial": True,
        "visibility": Visibility.STATES_PARTIES,
    }
    survey = _request(
        "LAO",
        lao,
        on - timedelta(days=35),
        title="Survey teams for two provinces",
        areas=["clearance"],
        evidence=[],
        obligation=Obligation.objects.get(state="LAO", limb="4.1(a)"),
        challenge="At today's pace the survey ends years after the deadline (example).",
        requirement="Six survey teams for two dry seasons (example).",
        is_technical=True,
        total_cost=Decimal("2600000"),
        national_share=Decimal("300000"),
        **shared,
    )
    if survey is None:
        return
    group = start_country_request(survey, title="Survey and care in the south (example)", by=lao)
    care, training = add_need(group, by=lao), add_need(group, by=lao)
    care.title, training.title = "Rehabilitation close to the villages", "Training of community educators"
    care.challenge = "Survivors travel a day to the nearest centre (example)."
    care.requirement = "Two outreach teams and forty prostheses a year (example)."
    care.is_technical = True
    care.total_cost, care.national_share = Decimal("450000"), Decimal("90000")
    save_request(care, by=lao, areas=["victim_assistance"], expected_version=care.version)
    save_request(training, by=lao, areas=["risk_education"], expected_version=training.version)
    invite_author(care, email=health.email, level=AuthorLevel.EDIT, may_sign_off=True, by=lao, now=now)
    write_remark(care, text="The figure of prostheses is from our register of 2025 (example).", by=health, now=now)
    ask_sign_off(care, health, by=lao, now=now)


def _document(on: date) -> None:
    """A document in two languages, one of them in two versions."""
    document, is_new = Document.objects.get_or_create(
        symbol="EXAMPLE/1",
        defaults={
            "title": "A publication in several languages (example)",
            "kind": DocumentKind.PUBLICATION,
            "dated_on": on - timedelta(days=100),
            "source": EXAMPLE,
            "is_verified": False,
            "is_example": True,
        },
    )
    for language, number in (("en", 1), ("en", 2), ("fr", 1)) if is_new else ():
        text = f"Made up for the demonstration: {language}, version {number}.\n".encode()
        DocumentVersion.objects.create(
            document=document,
            language=language,
            number=number,
            file=ContentFile(text, name=f"example-{number}.txt"),
            source=EXAMPLE,
            is_example=True,
        )


def _more_time(people: dict[str, User], on: date) -> None:
    """Lao People's Democratic Republic says that it may not complete in time, and begins to write its request."""
    clock = Obligation.objects.select_related("state").get(state="LAO", limb="4.1(a)")
    if RiskFlag.objects.filter(obligation=clock, is_example=True).exists():
        return
    draft = raise_flag(
        clock,
        reason="Survey finds more hazardous area every season than the teams can clear (example).",
        by=people["lao"],
        today=on - timedelta(days=25),
        is_example=True,
    )
    draft.months, draft.currency = 60, "USD"
    draft.item_b = "Survey is not complete in all provinces; the teams in the field cannot finish sooner (example)."
    draft.item_g = "Access in the rainy season, and funding that comes year by year (example)."
    draft.initial, draft.cleared, draft.remaining = Decimal("1500000000"), Decimal("300000000"), Decimal("1250000000")
    save_draft(
        draft,
        by=people["lao"],
        funding=[
            FundingLine(
                year=on.year + number,
                required=Decimal("40000000"),
                national=Decimal("4000000"),
                expected=Decimal("26000000"),
            )
            for number in (1, 2, 3)
        ],
        stocks=[],
    )


def _outreach(people: dict[str, User], on: date) -> None:
    """What the day asks for, computed from the register; and two contacts that never happened."""
    open_follow_ups(on)
    if OutreachEntry.objects.filter(is_example=True).exists():
        return
    for state, area, status, days in (("MRT", "clearance", "contacted", 40), ("SOM", "clearance", "declined", 15)):
        entry = OutreachEntry(
            state_id=state, area_id=area, status=status, note=EXAMPLE, day=on - timedelta(days=days), is_example=True
        )
        add_entry(entry, by=people["coordinator"])
    priority = PriorityOverride(
        state_id="SOM",
        area_id="clearance",
        points=20,
        reason="Has asked us to come back after its elections (example).",
        is_example=True,
    )
    set_priority(priority, seen=None, by=people["coordinator"], today=on - timedelta(days=15))
