"""Coalitions, commitments and work plans, for tests."""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from coalitions.enums import CoalitionStatus, Label, MemberRole
from coalitions.models import Activity, Coalition, Commitment, Member, PlanStep, WorkPlan
from requests_app.enums import Kind
from requests_app.models import Supporter
from tests.requests_app.factories import RequestFactory


class CoalitionFactory(DjangoModelFactory):
    """An active Country Coalition under Chad's lead."""

    class Meta:
        model = Coalition

    class Params:
        proposed = factory.Trait(status=CoalitionStatus.PROPOSED, started_on=None)
        closed = factory.Trait(status=CoalitionStatus.CLOSED, ended_on=date(2026, 6, 30))
        partnership = factory.Trait(label=Label.PARTNERSHIP)

    slug = factory.Sequence(lambda n: f"coalition-{n}")
    name = factory.Sequence(lambda n: f"Coalition {n}")
    lead_id = "TCD"
    purpose = "Finish the survey."
    status = CoalitionStatus.ACTIVE
    started_on = date(2026, 1, 1)


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    class Params:
        code = "NOR"

    coalition = factory.SubFactory(CoalitionFactory)
    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    role = MemberRole.DONOR


class CommitmentFactory(DjangoModelFactory):
    """Norway's financial commitment; `in_kind` has no amount."""

    class Meta:
        model = Commitment

    class Params:
        code = "NOR"
        in_kind = factory.Trait(kind=Kind.TECHNICAL, amount=None, currency="")

    coalition = factory.SubFactory(CoalitionFactory)
    request = factory.SubFactory(RequestFactory, state_id=factory.SelfAttribute("..coalition.lead_id"))
    supporter = factory.LazyAttribute(lambda o: Supporter.objects.get(code=o.code))
    kind = Kind.FINANCIAL
    description = "Two teams"
    amount = 400_000
    currency = "USD"
    from_year = 2026
    to_year = 2028
    recorded_on = factory.LazyFunction(timezone.localdate)


class WorkPlanFactory(DjangoModelFactory):
    class Meta:
        model = WorkPlan

    slug = factory.Sequence(lambda n: f"plan-{n}")
    name = factory.Sequence(lambda n: f"Work plan {n}")
    starts = factory.LazyFunction(timezone.localdate)
    ends = factory.LazyAttribute(lambda o: o.starts + timedelta(days=300))


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    plan = factory.SubFactory(WorkPlanFactory)
    code = factory.Sequence(lambda n: f"x{n}")
    title = "Hold a workshop"
    order = factory.Sequence(int)


class PlanStepFactory(DjangoModelFactory):
    class Meta:
        model = PlanStep

    plan = factory.SubFactory(WorkPlanFactory)
    quarter_start = factory.SelfAttribute("plan.starts")
    title = "Find a date"
    status = "planned"
    order = factory.Sequence(int)
