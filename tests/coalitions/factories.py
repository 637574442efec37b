"""Coalitions, commitments and work plans, for tests."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from coalitions.enums import CoalitionStatus, Label, MemberRole
from coalitions.models import Activity, Coalition, LedgerLine, Member, PlanStep, WorkPlan
from requests_app.models import Supporter
from requests_app.shares.models import Share
from tests.requests_app.factories import RequestFactory, ShareFactory


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


def a_commitment(coalition: Coalition | None = None, **values: Any) -> Share:
    """A share in the ledger of a coalition, of its lead's request unless another is given."""
    coalition = coalition or CoalitionFactory()
    asked = values.pop("request", None) or RequestFactory(state_id=coalition.lead_id)
    share = ShareFactory(request=asked, **values)
    LedgerLine.objects.create(share=share, coalition=coalition)
    return share


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
