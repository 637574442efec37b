"""Propose the fewest members that together cover a State's open requests, with the proof that no fewer would."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.register.models import State
from ccm_portal.ui.commands import RecordsCommand
from coalitions.queries import propose
from requests_app.models import AssistanceRequest

COLUMNS = ["member", "role", "score", "covers", "uncovered", "agreed", "proof"]


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("iso3")

    def handle(self, *args: Any, **options: Any) -> None:
        state = State.objects.filter(pk=options["iso3"].upper()).first()
        if state is None:
            raise CommandError(f"unknown ISO code {options['iso3']!r}")
        asked = AssistanceRequest.objects.filter(state=state).open().counted()
        proposal = propose(asked.select_related("state").prefetch_related("areas"), timezone.localdate())
        plan = proposal.plan
        if not proposal.requests:
            raise CommandError(f"{state.name} has no open request that a coalition could be built on")
        optimum = "optimal" if plan.is_proved else "best found in the time given, not proved"
        proof = (
            f"{len(proposal.requests)} open requests, {plan.covered:g} of {plan.wanted:g} needs covered, {optimum}; "
            f"no smaller set covers more than {plan.best_smaller:g}"
        )
        open_ = [f"{request.reference}: {area}" for request, area, _share in proposal.uncovered(plan)]
        agreed = [
            f"{item.request.reference}: {item.percent:g} % ({', '.join(name for name, _percent in item.by)})"
            for item in proposal.agreed
        ]
        shared = {"uncovered": open_, "agreed": agreed, "proof": proof}
        lead = {"member": state.name, "role": "lead (affected State)", "score": None, "covers": [], **shared}
        members = [
            {
                "member": member.ranked.supporter.name,
                "role": member.role.value,
                "score": member.ranked.suggestion.score,
                "covers": [f"{request.reference}: {area} {share:g} %" for request, area, share in member.parts],
                **shared,
            }
            for member in proposal.members(plan)
        ]
        self.print_records(options["format"], COLUMNS, [lead, *members])
