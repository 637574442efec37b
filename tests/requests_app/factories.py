"""Requests and what belongs to them, for tests. Chad asks unless a test says otherwise; Norway helps."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ccm_portal.accounts.models import User
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
from requests_app.offers.models import Application, Expertise, Workshop
from requests_app.shares.enums import DeliveryChannel, ShareStatus
from requests_app.shares.models import Delivery, ExchangeRate, Share, ShareStep


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
            SearchText.objects.store(self.build_search_rows(extracted or []), is_new=True)


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
    forms = ["expertise"]
    offered_on = date(2026, 1, 1)

    @factory.post_generation
    def areas(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            self.areas.set(extracted or ["clearance"])


class WorkshopFactory(DjangoModelFactory):
    """A workshop of Norwegian People's Aid with two places, in forty days."""

    class Meta:
        model = Workshop

    offer = factory.SubFactory(OfferFactory, code="NPA", forms=["training"], quantity=2, unit="places")
    host = "Demining command"
    place = "Spiez"
    starts = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=40))
    ends = factory.SelfAttribute("starts")
    last_day = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=20))


def somebody(email: str) -> User:
    return User.objects.get_or_create(email=email, defaults={"name": "Somebody"})[0]


class ApplicationFactory(DjangoModelFactory):
    """Chad applies."""

    class Meta:
        model = Application

    workshop = factory.SubFactory(WorkshopFactory)
    state_id = "TCD"
    institution = factory.Sequence(lambda n: f"Centre {n}")
    reason = "We plan a coalition"
    language = "en"
    applied_by = factory.LazyFunction(lambda: somebody("applies@offers.org"))


class ExpertiseFactory(DjangoModelFactory):
    """Norway can survey."""

    class Meta:
        model = Expertise

    class Params:
        code = "NOR"

    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    area_id = "clearance"
    skill = "Survey"
    holder = "Agency"
    languages = ["en"]
    years = 5
    stated_on = date(2026, 1, 31)
    stated_by = factory.LazyFunction(lambda: somebody("states@offers.org"))


def a_step(share: Share, step: str, *, on: date, by: Any, sides: tuple[str, ...]) -> ShareStep:
    """A step with the word of these sides, given by one person: who says it matters to the actions only."""
    words = {f"{side}_on": on for side in sides} | {f"{side}_by": by for side in sides}
    return ShareStep.objects.create(share=share, step=step, on=on, recorded_by=by, **words)


class ShareFactory(DjangoModelFactory):
    """Norway's pledge of money, said by Norway alone; `committed=True` and `delivered=True` are confirmed by both."""

    class Meta:
        model = Share
        skip_postgeneration_save = True

    class Params:
        code = "NOR"
        in_kind = factory.Trait(kind="technical", amount=None, currency="")
        committed = factory.Trait(status=ShareStatus.COMMITTED, channel=DeliveryChannel.NGO)
        delivered = factory.Trait(status=ShareStatus.DELIVERED, channel=DeliveryChannel.NGO)
        withdrawn = factory.Trait(status=ShareStatus.WITHDRAWN)

    request = factory.SubFactory(RequestFactory, public=True)
    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    kind = "financial"
    description = "Two teams"
    amount = 400_000
    currency = "USD"
    from_year = 2026
    to_year = 2028
    recorded_on = factory.LazyFunction(timezone.localdate)

    @factory.post_generation
    def steps(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """The steps up to its status. `steps=("supporter", "state")` are those who confirmed the last one."""
        if not create:
            return
        by = User.objects.get_or_create(email="recorder@shares.org", defaults={"name": "Recorder"})[0]
        order = [ShareStatus.PLEDGED, ShareStatus.COMMITTED, ShareStatus.DELIVERED]
        taken = order[: order.index(self.status) + 1] if self.status in order else [ShareStatus.PLEDGED, self.status]
        both = ("supporter", "state")
        usual = both if self.status in {ShareStatus.COMMITTED, ShareStatus.DELIVERED} else ("supporter",)
        for step in taken:
            sides = (extracted if extracted is not None else usual) if step == taken[-1] else both
            a_step(self, step, on=self.recorded_on, by=by, sides=sides)


class DeliveryFactory(DjangoModelFactory):
    """Money delivered of a commitment, confirmed by both sides; `said=True` by nobody yet."""

    class Meta:
        model = Delivery

    class Params:
        said = factory.Trait(supporter_on=None, supporter_by=None, state_on=None, state_by=None)

    share = factory.SubFactory(ShareFactory, committed=True)
    delivered_on = factory.LazyFunction(timezone.localdate)
    recorded_on = factory.LazyFunction(timezone.localdate)
    kind = "financial"
    description = "First instalment"
    amount = 100_000
    currency = "USD"
    channel = DeliveryChannel.NGO
    supporter_on = factory.SelfAttribute("recorded_on")
    state_on = factory.SelfAttribute("recorded_on")
    supporter_by = factory.LazyFunction(lambda: User.objects.get(email="recorder@shares.org"))
    state_by = factory.SelfAttribute("supporter_by")


class RateFactory(DjangoModelFactory):
    """What one euro was worth in a year."""

    class Meta:
        model = ExchangeRate

    currency = "EUR"
    year = factory.LazyFunction(lambda: timezone.localdate().year)
    usd_per_unit = "1.10"
    source = "A central bank"


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
