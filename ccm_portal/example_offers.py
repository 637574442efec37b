"""Made-up offers, workshops and expertise, marked as examples.

One fact stands in a source: the Coordinators' work plan 2023-2024 aims at a workshop with the Swiss Army's command
KAMIR on possible cooperation, hosted in the second quarter of 2024. Its place, days, number of places and applicants
are made up, and so is everything else here.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from ccm_portal.accounts.models import User
from ccm_portal.register.models import Organisation, State
from requests_app.models import Offer, Supporter
from requests_app.offers.actions import apply_to, decide, publish_offer, state_expertise, withdraw_offer
from requests_app.offers.enums import Decision
from requests_app.offers.models import Application, Expertise, Workshop

EXAMPLE = "Example for the demonstration, made up."
KAMIR = "Swiss Army, Explosive Ordnance Disposal and Demining Command KAMIR"

#: (person, supporter, title, areas, what else the offer says)
OFFERS: list[tuple[str, str, str, list[str], dict[str, Any]]] = [
    (
        "che",
        "CHE",
        "Training of clearance supervisors",
        ["clearance"],
        {
            "forms": ["training", "expertise"],
            "languages": ["en", "fr"],
            "quantity": 40,
            "unit": "days",
            "eligibility": "National supervisors with at least two years in the field.",
        },
    ),
    (
        "npa",
        "NPA",
        "Survey team available from the second quarter",
        ["clearance"],
        {"forms": ["expertise", "equipment"], "languages": ["en", "pt"], "regions": ["africa", "asia_pacific"]},
    ),
    (
        "nor",
        "NOR",
        "Funding for survey and clearance with national ownership",
        ["clearance", "risk_education"],
        {"forms": ["money"], "amount": 1_500_000, "currency": "USD"},
    ),
    (
        "usa",
        "USA",
        "Advice on the physical security of stockpiles",
        ["stockpile_destruction"],
        {"forms": ["expertise"], "languages": ["en", "es"]},
    ),
    (
        "tcd",
        "TCD",
        "Deminers share what they have learnt in the desert",
        ["clearance"],
        {"forms": ["peer_visit"], "languages": ["fr", "ar"], "regions": ["africa"], "quantity": 4, "unit": "visits"},
    ),
]

#: (person, supporter, area, skill, institution or post, languages, years, whether South-South)
ROSTER = [
    ("che", "CHE", "stockpile_destruction", "Demolition of artillery submunitions", "Demolition instructors",
     ["en", "fr"], 14, False),
    ("che", "CHE", "clearance", "Battle area clearance", "Deminers of the armed forces", ["en"], 20, False),
    ("npa", "NPA", "stockpile_destruction", "Planning of destruction", "Ammunition team", ["en", "es", "pt"], 17,
     False),
    ("tcd", "TCD", "clearance", "Survey in the desert", "National mine action centre", ["fr", "ar"], 9, True),
    ("lbn", "LBN", "victim_assistance", "Peer support", "National mine action centre", ["ar", "en", "fr"], 12, True),
]  # fmt: skip

APPLICANTS = [
    ("tcd", "state", "TCD", "Training centre of the mine action authority", "fr"),
    ("lao", "state", "LAO", "National regulatory authority", "en"),
    ("lbn", "state", "LBN", "Operations room of the mine action centre", "fr"),
    ("npa", "organisation", "NPA", "Regional programme for survey", "en"),
]


def add_example_offers(people: dict[str, User], on: date) -> None:
    """Those that are missing, as published three weeks ago."""
    for person, code, title, areas, said in OFFERS:
        said = {"valid_until": on + timedelta(days=365), **said}
        _offer(people, on, person, code, title, areas, said)
    past = _offer(
        people, on, "nor", "NOR", "Metal detectors in good order", ["clearance"],
        {"forms": ["equipment"], "quantity": 12, "unit": "detectors"},
    )  # fmt: skip
    if past:
        withdraw_offer(
            past,
            because="They were given to another programme (example).",
            by=people["nor"],
            today=on - timedelta(days=5),
        )
    _workshops(people, on)
    for person, code, area, skill, holder, languages, years, is_south_south in ROSTER:
        if not Expertise.objects.filter(supporter__code=code, skill=skill, is_example=True).exists():
            line = Expertise(
                supporter=_supporter(code), area_id=area, skill=skill, holder=holder, years=years,
                languages=languages, is_south_south=is_south_south, is_example=True,
            )  # fmt: skip
            state_expertise(line, by=people[person], today=on - timedelta(days=20))


def _supporter(code: str) -> Supporter:
    known = Supporter.objects.select_related("state", "organisation").filter(code=code).first()
    return known or Supporter(code=code, state=State.objects.get(pk=code))


def _offer(
    people: dict[str, User], on: date, person: str, code: str, title: str, areas: list[str], said: dict[str, Any],
    workshop: Callable[[], Workshop] | None = None,
) -> Offer | None:  # fmt: skip
    """A published example offer, or None if it is there already."""
    if Offer.objects.filter(title=title, is_example=True).exists():
        return None
    offer = Offer(supporter=_supporter(code), title=title, is_example=True, **{"description": EXAMPLE, **said})
    details = workshop() if workshop else None
    return publish_offer(offer, areas=areas, workshop=details, by=people[person], today=on - timedelta(days=20))


def _workshops(people: dict[str, User], on: date) -> None:
    """The workshop of the work plan, with fewer places than applicants; and another that has just been announced."""
    starts, last_day = on + timedelta(days=70), on + timedelta(days=30)
    said = {
        "description": "The Coordinators' work plan 2023-2024 aims to hold a workshop with KAMIR on possibilities of "
        "international cooperation and assistance. The place, the days and the applicants of this example are made up.",
        "eligibility": "Affected States Parties and operators that plan a Country Coalition.",
        "forms": ["training"], "languages": ["en", "fr"], "quantity": 3, "unit": "places",
        "available_from": starts, "available_until": starts + timedelta(days=2), "valid_until": last_day,
    }  # fmt: skip
    kamir = _offer(
        people, on, "che", "CHE", "Possibilities of international cooperation and assistance", ["clearance"],
        said,
        lambda: Workshop(
            host=KAMIR, place="Spiez", starts=starts, ends=starts + timedelta(days=2), last_day=last_day
        ),
    )  # fmt: skip
    if kamir:
        _applications(kamir, people, on)
    course = {
        "description": "One week on the destruction of stockpiles in small numbers, without a factory (example).",
        "forms": ["training"], "languages": ["en"], "quantity": 20, "unit": "places",
        "available_from": starts, "available_until": starts + timedelta(days=4), "valid_until": last_day,
    }  # fmt: skip
    _offer(
        people, on, "npa", "NPA", "Destroying small stockpiles", ["stockpile_destruction"], course,
        lambda: Workshop(
            host="Norwegian People's Aid", place="Oslo", starts=starts,
            ends=starts + timedelta(days=4), last_day=last_day,
        ),
    )  # fmt: skip


def _applications(offer: Offer, people: dict[str, User], on: date) -> None:
    """One after the other; the first is accepted, the last stands on the waiting list."""
    for number, (person, party, code, institution, language) in enumerate(APPLICANTS):
        day = on - timedelta(days=15 - number)
        who = {"state": State.objects.get(pk=code)} if party == "state" else {
            "organisation": Organisation.objects.get(code=code)
        }  # fmt: skip
        application = Application(
            workshop=offer.workshop, institution=institution, language=language, is_example=True,
            reason="It plans the next extension with partners, and has no experience of it (example).", **who,
        )  # fmt: skip
        at = timezone.make_aware(datetime.combine(day, time(10)))
        apply_to(application, by=people[person], now=at, today=day)
        if number == 0:
            decide(application, Decision.ACCEPTED, because="", by=people["che"], today=day + timedelta(days=1))
