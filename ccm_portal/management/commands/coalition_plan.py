"""Propose the fewest members that together cover a State's open requests, with the proof that no fewer would."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ccm_portal.register.models import State
from ccm_portal.ui.commands import RecordsCommand
from coalitions.queries import area_names, proposed_members

COLUMNS = ["member", "role", "score", "covers", "uncovered", "proof"]


class Command(RecordsCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("iso3")

    def handle(self, *args: Any, **options: Any) -> None:
        state = State.objects.filter(pk=options["iso3"].upper()).first()
        if state is None:
            raise CommandError(f"unknown ISO code {options['iso3']!r}")
        plan, best, requests = proposed_members(state, timezone.localdate())
        if not requests:
            raise CommandError(f"{state.name} has no open request that a coalition could be built on")
        proof = (
            f"{len(requests)} open requests; {plan.smaller_sets_tried} smaller sets tried, "
            f"the best of them covers {plan.best_smaller_cover} areas"
        )
        shared = {"uncovered": area_names(plan.uncovered), "proof": proof}
        lead = {"member": state.name, "role": "lead (affected State)", "score": None, "covers": [], **shared}
        members = [
            {
                "member": best[helper.code].supporter.name,
                "role": "supporter",
                "score": helper.score,
                "covers": area_names(helper.covers),
                **shared,
            }
            for helper in plan.members
        ]
        self.print_records(options["format"], COLUMNS, [lead, *members])
