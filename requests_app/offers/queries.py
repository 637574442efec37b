"""Answers that the pages of offers and expertise ask."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from requests_app.enums import Language
from requests_app.models import Offer, OfferQuerySet
from requests_app.offers.domain.waiting_list import Place
from requests_app.offers.models import Application, Expertise, Workshop


def with_something_left(offers: OfferQuerySet) -> OfferQuerySet:
    """Those with free capacity: without a bound, or not used up. Needs `with_use()`."""
    nothing = Decimal(0)
    free = Q(amount__isnull=True, quantity__isnull=True) | Q(amount__gt=Coalesce("taken_amount", nothing))
    return offers.filter(free | Q(quantity__gt=Coalesce("taken_quantity", nothing) + F("taken_places")))


def own_words_of_offer(offer: Offer) -> str:
    """What search looks at in an offer: its own words, its supporter and its languages."""
    workshop = getattr(offer, "workshop", None)
    place = f"{workshop.host} {workshop.place}" if workshop else ""
    said = (offer.title, offer.description, offer.eligibility, place, offer.supporter.search_text)
    return " ".join(str(part) for part in (*said, *(Language(code).label for code in offer.languages)))


def words_of_offer(offer: Offer) -> str:
    """The same with the names of its areas, for the list of offers; needs `for_list()`."""
    return " ".join([own_words_of_offer(offer), *(str(area) for area in offer.areas.all())])


def words_of_expertise(line: Expertise) -> str:
    """What search looks at in a line of the roster; needs `for_list()`."""
    named = [Language(code).label for code in line.languages]
    return " ".join(str(part) for part in (line.skill, line.holder, line.area, line.supporter.search_text, *named))


@dataclass(frozen=True)
class Placed:
    """An application with where it stands."""

    application: Application
    place: Place


def applications_of(workshop: Workshop, user: object) -> list[Placed]:
    """The applications that a reader may read, each with where it stands among all: two queries."""
    every = list(workshop.applications.all())
    places = workshop.places_of(every)
    seen = workshop.applications.visible_to(user).select_related("state", "organisation")
    return [Placed(application, places[application.pk]) for application in seen]
