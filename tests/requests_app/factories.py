"""Requests and what belongs to them, for tests. Chad asks unless a test says otherwise; Norway helps."""

from datetime import date
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from requests_app.enums import AnswerKind, Channel, Status, Visibility
from requests_app.models import (
    Answer,
    AssistanceRequest,
    EvidenceItem,
    Offer,
    Relay,
    RequestEvent,
    SearchText,
    Supporter,
    SupportRecord,
)


class RequestFactory(DjangoModelFactory):
    """A submitted request that only the Coordinators and the ISU know of."""

    class Meta:
        model = AssistanceRequest
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(status=Status.DRAFT, submitted_on=None, confirmed_on=None)
        public = factory.Trait(visibility=Visibility.PUBLIC)
        states_parties = factory.Trait(visibility=Visibility.STATES_PARTIES)
        match_parties = factory.Trait(visibility=Visibility.MATCH_PARTIES)
        unconfirmed = factory.Trait(confirmed_on=None)
        in_report = factory.Trait(
            channel=Channel.ARTICLE_7, visibility=Visibility.PUBLIC, covered_year=factory.SelfAttribute("reported_year")
        )
        to_isu_alone = factory.Trait(channel=Channel.ISU, inform_coordinators=False)
        costed = factory.Trait(is_financial=True, total_cost=10, national_share=3, external_secured=4, currency="USD")
        reported_year = 2015

    reference = factory.Sequence(lambda n: f"TST-2026-{n:03d}")
    state_id = "TCD"
    title = factory.Sequence(lambda n: f"Survey of sector {n}")
    challenge = "The survey teams have stood down."
    requirement = "Two survey teams for a year."
    is_technical = True
    visibility = Visibility.COORDINATORS_ISU
    status = Status.SUBMITTED
    submitted_on = factory.LazyFunction(timezone.localdate)
    confirmed_on = factory.SelfAttribute("submitted_on")

    @factory.post_generation
    def areas(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`areas=["clearance"]`; the text for search is built as the actions build it."""
        if not create:
            return
        self.areas.set(extracted or [])
        if not self.is_draft:
            SearchText.objects.store([self.build_search_row()])


class EvidenceFactory(DjangoModelFactory):
    """A complete item of evidence; `bare` lacks what would make it count fully."""

    class Meta:
        model = EvidenceItem

    class Params:
        bare = factory.Trait(figure=None, unit="", method="")

    request = factory.SubFactory(RequestFactory)
    claim = "Area suspected to be contaminated"
    figure = 2_400_000
    unit = "m²"
    source = "National survey records"
    dated = date(2026, 1, 31)
    method = "non-technical survey"


class RelayFactory(DjangoModelFactory):
    """A relay to Norway; `code` names another supporter."""

    class Meta:
        model = Relay

    class Params:
        code = "NOR"

    request = factory.SubFactory(RequestFactory, match_parties=True, status=Status.RELAYED)
    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    sent_on = factory.LazyFunction(timezone.localdate)


class AnswerFactory(DjangoModelFactory):
    """An answer, noted on its relay as the action notes it."""

    class Meta:
        model = Answer
        skip_postgeneration_save = True

    relay = factory.SubFactory(RelayFactory)
    kind = AnswerKind.INTERESTED
    text = "We could field one team."
    answered_on = factory.LazyFunction(timezone.localdate)

    @factory.post_generation
    def on_relay(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            Relay.objects.filter(pk=self.relay_id, answered_on__isnull=True).update(answered_on=self.answered_on)


class EventFactory(DjangoModelFactory):
    class Meta:
        model = RequestEvent

    request = factory.SubFactory(RequestFactory)
    on = factory.SelfAttribute("request.submitted_on")
    action = "submit"
    from_status = Status.DRAFT
    to_status = Status.SUBMITTED


class OfferFactory(DjangoModelFactory):
    """A public offer of expertise by Norway."""

    class Meta:
        model = Offer
        skip_postgeneration_save = True

    class Params:
        code = "NOR"
        restricted = factory.Trait(is_public=False)

    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    title = factory.Sequence(lambda n: f"Training of team {n}")
    description = "Four weeks with instructors."
    is_technical = True
    offered_on = date(2026, 1, 1)

    @factory.post_generation
    def areas(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            self.areas.set(extracted or ["clearance"])


class SupporterFactory(DjangoModelFactory):
    """A State as a supporter: `SupporterFactory(state_id="PRT", code="PRT")`."""

    class Meta:
        model = Supporter

    code = "PRT"
    state_id = factory.SelfAttribute("code")


class SupportRecordFactory(DjangoModelFactory):
    class Meta:
        model = SupportRecord

    class Params:
        code = "NOR"

    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    recipient_id = "TCD"
    year = 2025
    amount_usd = 500_000
