"""What a supporter's public page shows beside its profile."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ccm_portal.accounts.models import Access, access_of
from requests_app.models import AssistanceRequest, Offer, RequestQuerySet, Supporter, SupportRecord, of_supporter
from requests_app.supporters.models import Following, Interest

STANDING_EXPERTISE = {"expertise__isnull": False, "expertise__withdrawn_on__isnull": True}


def visible_supporters(user: object) -> "QuerySet[Supporter]":
    """Everybody able to help; an organisation appears once its account is approved (R23), and to itself and the ISU."""
    access = access_of(user)  # type: ignore[arg-type]
    rows = Supporter.objects.select_related("state", "organisation", "profile")
    if access.is_isu:
        return rows
    approved = Q(organisation__isnull=True) | Q(organisation__is_approved=True)
    own = Q(organisation=access.organisation) if access.organisation else Q(pk__in=[])
    return rows.filter(approved | own)


def with_interest(rows: RequestQuerySet, access: Access) -> RequestQuerySet:
    """Requests with how many have shown interest, and what the visitor's own supporter does with them."""
    shown = Interest.objects.standing().filter(request=OuterRef("pk"))
    number = shown.order_by().values("request").annotate(n=Count("pk")).values("n")
    followed = Following.objects.filter(of_supporter(access), request=OuterRef("pk"))
    return rows.annotate(
        interested=Coalesce(Subquery(number), 0),
        follows=Exists(followed),
        has_shown_interest=Exists(shown.filter(of_supporter(access))),
    )


@dataclass(frozen=True)
class Given:
    """All recorded support to one State."""

    state: str
    address: str
    first: int
    last: int
    entries: int
    usd: Decimal | None


def support_given(supporter: Supporter) -> list[Given]:
    """Recorded support by State, the largest first: one query."""
    rows = (
        SupportRecord.objects.filter(supporter=supporter)
        .values("recipient__iso3", "recipient__name")
        .annotate(first=Min("year"), last=Max("year"), entries=Count("pk"), usd=Sum("amount_usd"))
    )
    found = [
        Given(row["recipient__name"], f"/states/{row['recipient__iso3'].lower()}/", row["first"], row["last"],
              row["entries"], row["usd"])
        for row in rows.order_by()
    ]  # fmt: skip
    return sorted(found, key=lambda given: (-(given.usd or 0), given.state))


def with_records(supporters: "QuerySet[Supporter]", user: object, on: date) -> "QuerySet[Supporter]":
    """With the number of States supported and the last year on record, and whether each asks, offers and states
    expertise, as far as the reader may know; by name. Whoever does both stands once, and counts once in each (R38)."""
    asked = AssistanceRequest.objects.visible_to(user).open().filter(state=OuterRef("state"))
    offered = Offer.objects.visible_to(user).open(on).filter(supporter=OuterRef("pk"))
    return supporters.annotate(
        asks=Exists(asked.order_by()),
        offers_help=Exists(offered.order_by()),
        states_expertise=Exists(Supporter.objects.filter(pk=OuterRef("pk"), **STANDING_EXPERTISE).order_by()),
        states_supported=Count("support_given__recipient", distinct=True),
        last_year=Max("support_given__year"),
        shown_name=Coalesce("state__name", "organisation__name"),
    ).order_by("shown_name")
