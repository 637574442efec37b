"""One search over everything that a visitor may know of: a few hits of each kind, and the list that holds the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import PUBLIC, access_of
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.kept import Kept
from ccm_portal.register.models import ActionPlan, Document, Paper, State
from ccm_portal.register.picking import pick
from ccm_portal.register.search import fold, words
from ccm_portal.ui.templatetags.portal import day
from coalitions.models import CaseStudy, Coalition, WorkPlan
from reports.decisions import decision_entries
from reports.models import Practice
from requests_app.discussions.models import Post
from requests_app.help_desk.models import HelpTicket
from requests_app.models import AssistanceRequest, Offer
from requests_app.offers.queries import own_words_of_offer
from requests_app.queries import wanted, with_words
from requests_app.readings import readings
from requests_app.supporters.queries import visible_supporters

MOST = 5  # hits of a kind before its list takes over
LATEST = 1000  # messages of discussions and the help desk that are looked through


@dataclass(frozen=True)
class Hit:
    """Where it stands, what it is called, and a few words that tell it from its neighbours."""

    address: str
    title: str
    about: str = ""
    is_example: bool = False


@dataclass(frozen=True)
class Found:
    """What was found of one kind; `more` leads to all of it, and is empty where nothing is left over. What has no list
    only says how many are `left`."""

    kind: str
    hits: Sequence[Hit]
    more: str
    left: int = 0


@dataclass(frozen=True)
class Text:
    """A public record that search knows: how it is listed, and the words it is found by."""

    hit: Hit
    search_text: str


@dataclass(frozen=True)
class Library:
    """What anybody may read and the ISU changes a few times a year."""

    documents: list[Document]
    library: list[Text]
    work_plans: list[Text]
    case_studies: list[Text]


def _read_library() -> Library:
    practices, actions = list(Practice.objects.all()), list(ActionPlan.objects.all())
    plans = list(WorkPlan.objects.select_related("office").prefetch_related("activities__plan"))
    return Library(
        list(Document.objects.filter(superseded_by__isnull=True)),
        [
            *(_text(p, _narrowed("/library/", p.title), p.title, p.publisher, p.theme) for p in practices),
            *(_text(plan, plan.get_absolute_url(), plan.name) for plan in actions),
            *(_text(paper, paper.get_absolute_url(), paper.title) for paper in Paper.objects.all()),
        ],
        [
            line
            for p in plans
            for line in (
                _text(p, p.get_absolute_url(), p.name, p.office.name if p.office else ""),
                *(_text(a, a.get_absolute_url(), str(a), p.name) for a in p.activities.all()),
            )
        ],
        [_text(s, _narrowed("/case-studies/", s.name), s.name, s.actors) for s in CaseStudy.objects.all()],
    )


def _text(record: Any, address: str, title: str, *about: str) -> Text:
    hit = Hit(address, title, _beside(*filter(None, about)), getattr(record, "is_example", False))
    return Text(hit, " ".join(words(record.search_text)))


def _narrowed(address: str, typed: str) -> str:
    return f"{address}?{urlencode({'q': typed})}"


#: Read again after a minute: a few hundred public records with long texts.
known_library = Kept(_read_library, seconds=60)


def search(typed: str, user: object, on: date) -> list[Found]:
    """The kinds that hold something for what was typed, as of a day: nine queries, ten for who is signed in, five more
    once a minute. Nothing for no words."""
    if not words(typed):
        return []
    kept = known_library()
    documents = kept.documents
    said = _said(typed, user)
    kinds = [
        (_("States"), "/states/", _states(typed, on)),
        (_("Requests"), "/requests/", _requests(typed, user, on)),
        (_("Offers of assistance"), "/offers/", _offers(typed, user, on)),
        (_("Supporters"), "/supporters/", _supporters(typed, user)),
        (_("Country Coalitions"), "/coalitions/", _coalitions(typed, user)),
        (_("Decisions"), "/decisions/", _decisions(typed, on, documents)),
        (_("Documents"), "/documents/", [Hit(d.get_absolute_url(), d.symbol, d.title) for d in pick(documents, typed)]),
        (_("Library"), "/library/", [text.hit for text in pick(kept.library, typed)]),
        (_("Work plans"), "/work-plans/", [text.hit for text in pick(kept.work_plans, typed)]),
        (_("Case studies"), "/case-studies/", [text.hit for text in pick(kept.case_studies, typed)]),
        (_("Discussions of requests"), "", said["discussion"]),
        (_("Help desk"), "/help/", said["help"]),
    ]
    return [_found(kind, address, hits, typed) for kind, address, hits in kinds if hits]


def _found(kind: str, address: str, hits: Sequence[Hit], typed: str) -> Found:
    is_more = len(hits) > MOST
    more = _narrowed(address, typed) if address and is_more else ""
    return Found(kind, hits[:MOST], more, 0 if address else max(len(hits) - MOST, 0))


def _states(typed: str, on: date) -> list[Hit]:
    found = sorted(pick(State.objects.all(), typed), key=lambda state: fold(state.name))
    return [Hit(s.get_absolute_url(), s.name, str(MembershipChoices(s.membership_on(on)).label)) for s in found]


def _requests(typed: str, user: object, on: date) -> list[Hit]:
    """One more than is shown, to know whether there are more."""
    access = access_of(user)  # type: ignore[arg-type]
    rows = AssistanceRequest.objects.visible_to(user).submitted().single(on).search(wanted(typed), access)
    return [
        Hit(
            row.get_absolute_url(),
            f"{row.reference} {row.title}",
            _beside(row.state.name, row.status_label),
            row.is_example,
        )
        for row in readings(access, with_words(list(rows.for_list()[: MOST + 1])))
    ]


def _offers(typed: str, user: object, on: date) -> list[Hit]:
    rows = Offer.objects.visible_to(user).open(on).for_list().prefetch_related(None)
    return [
        Hit(offer.get_absolute_url(), offer.title, offer.supporter.name, offer.is_example)
        for offer in pick(rows, typed, own_words_of_offer)
    ]


def _supporters(typed: str, user: object) -> list[Hit]:
    found = sorted(pick(visible_supporters(user), typed), key=lambda supporter: fold(supporter.name))
    return [
        Hit(
            reverse("supporters:detail", args=[s.code]),
            s.name,
            s.organisation.get_kind_display() if s.organisation else _("State"),
        )
        for s in found
    ]


def _coalitions(typed: str, user: object) -> list[Hit]:
    rows: Iterable[Coalition] = Coalition.objects.visible_to(user).select_related("lead")
    return [
        Hit(c.get_absolute_url(), c.name, _beside(c.lead.name, c.get_status_display()), c.is_example)
        for c in pick(rows, typed)
    ]


def _decisions(typed: str, on: date, documents: list[Document]) -> list[Hit]:
    return [
        Hit(entry.get_absolute_url(), entry.title, entry.meeting.code if entry.meeting else "")
        for entry in pick(decision_entries(on, documents), typed)
    ]


@dataclass
class Thread:
    """What its reader may read of one discussion or one ticket, latest message first."""

    place: str
    hit: Hit
    texts: list[str]

    @property
    def search_text(self) -> str:
        return " ".join(self.texts)


def _said(typed: str, user: object) -> dict[str, list[Hit]]:
    """The discussions and tickets, in one query, in which something was said that fits, latest first."""
    threads: dict[tuple[str, str], Thread] = {}
    if access_of(user) != PUBLIC:  # type: ignore[arg-type]
        lines = Post.objects.visible_to(user).said().union(HelpTicket.objects.visible_to(user).said(), all=True)
        for place, key, heading, text, at, is_example in lines.order_by("-written_at")[:LATEST]:
            thread = threads.get((place, key))
            if thread is None:
                thread = threads[place, key] = Thread(place, _hit_of(place, key, heading, at, is_example), [])
            thread.texts += [heading, text or ""]
    found: dict[str, list[Hit]] = {"discussion": [], "help": []}
    for thread in pick(threads.values(), typed):
        found[thread.place].append(thread.hit)
    return found


def _hit_of(place: str, key: str, heading: str, at: datetime | None, is_example: bool) -> Hit:
    last = day(timezone.localdate(at)) if at else ""
    if place == "help":
        return Hit(reverse("help_desk:detail", args=[key]), f"{key}: {heading}", last, is_example)
    title = _("Discussion of %(reference)s") % {"reference": key}
    return Hit(reverse("discussions:discussion", args=[key]), title, _beside(heading, last), is_example)


def _beside(*texts: Any) -> str:
    return " · ".join(map(str, texts))
