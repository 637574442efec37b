"""Made-up profiles of three supporters, marked as examples: a donor, a State that gives expertise, an operator."""

from datetime import date, timedelta
from typing import Any

from ccm_portal.accounts.models import User
from requests_app.models import Supporter
from requests_app.supporters.actions import save_profile
from requests_app.supporters.models import Profile

PROFILES: dict[str, tuple[str, dict[str, Any]]] = {
    "NOR": (
        "nor",
        {
            "areas": ["clearance", "risk_education", "victim_assistance"],
            "forms": ["money"],
            "regions": ["africa", "asia_pacific"],
            "languages": ["en"],
            "size_from": 250_000,
            "size_to": 2_000_000,
            "currency": "USD",
            "years": 3,
            "channels": "Non-governmental organisations, United Nations",
            "conditions": "A national plan, and progress reported every year.",
        },
    ),
    "CHE": (
        "che",
        {
            "areas": ["clearance", "stockpile_destruction"],
            "forms": ["money", "expertise", "training"],
            "languages": ["en", "fr"],
            "budget_cycle": "Decided in October for the next year",
        },
    ),
    "NPA": (
        "npa",
        {
            "areas": ["clearance", "stockpile_destruction"],
            "forms": ["expertise", "training", "equipment"],
            "languages": ["en", "es", "pt"],
            "conditions": "Accreditation by the national authority.",
        },
    ),
}


def add_example_profiles(people: dict[str, User], on: date) -> None:
    """Those that are missing, as stated a month ago; Norway's next call comes in four months."""
    for code, (person, said) in PROFILES.items():
        supporter = Supporter.objects.get(code=code)
        if not Profile.objects.filter(supporter=supporter).exists():
            call = {"next_call": on + timedelta(days=120)} if code == "NOR" else {}
            profile = Profile(supporter=supporter, is_example=True, **said, **call)
            save_profile(profile, changed={*said, *call}, by=people[person], today=on - timedelta(days=30))
