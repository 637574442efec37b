"""Made-up direct channels, marked as examples: one that is open, with a message from each side, and one asked for."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from ccm_portal.accounts.models import User
from requests_app.channels.actions import ask_channel, consent_channel, write_message
from requests_app.channels.models import DirectChannel
from requests_app.models import AssistanceRequest, Supporter


def add_example_channels(people: dict[str, User], on: date) -> None:
    """Norway with Lebanon on its workshop, and Norwegian People's Aid with Chad on its survey."""
    if DirectChannel.objects.filter(is_example=True).exists():
        return
    examples = AssistanceRequest.objects.filter(is_example=True).select_related("state")
    workshop = examples.get(title="Prosthetic and psychosocial services in the south")
    channel = ask_channel(
        workshop,
        Supporter.objects.select_related("state").get(code="NOR"),
        note="We would like to settle the salaries before the first technician starts (example).",
        by=people["lbn"],
        today=on - timedelta(days=85),
        is_example=True,
    )
    consent_channel(channel, by=people["nor"], today=on - timedelta(days=82))
    for person, days, text in (
        ("lbn", 81, "Which documents do you need from our ministry of health (example)?"),
        ("nor", 79, "The agreement with the workshop and its budget are enough (example)."),
    ):
        at = timezone.make_aware(datetime.combine(on - timedelta(days=days), time(10)))
        write_message(channel, text=text, by=people[person], now=at)
    survey = examples.get(title="Technical survey of suspected areas in the north")
    ask_channel(
        survey,
        None,
        note="Our team across the border could show you how it works (example).",
        by=people["npa"],
        today=on - timedelta(days=4),
        is_example=True,
    )
