"""The vocabularies of requests, relays and offers."""

from collections.abc import Collection, Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AreaCode(TextChoices):
    """Obligation areas in which States ask for assistance; each belongs to an Article (`ARTICLE_OF_AREA`)."""

    STOCKPILES = "stockpile_destruction", _("Stockpile destruction")
    CLEARANCE = "clearance", _("Clearance")
    RISK_EDUCATION = "risk_education", _("Risk education")
    VICTIM_ASSISTANCE = "victim_assistance", _("Victim assistance")
    TRANSPARENCY = "transparency_reporting", _("Transparency reporting")
    LEGISLATION = "national_legislation", _("National legislation")
    OTHER = "other", pgettext_lazy("area of assistance", "Other")


ARTICLE_OF_AREA = {
    AreaCode.STOCKPILES: 3,
    AreaCode.CLEARANCE: 4,
    AreaCode.RISK_EDUCATION: 4,
    AreaCode.VICTIM_ASSISTANCE: 5,
    AreaCode.TRANSPARENCY: 7,
    AreaCode.LEGISLATION: 9,
    AreaCode.OTHER: 6,
}


class Kind(TextChoices):
    """Article 6.2: technical, material and financial assistance."""

    TECHNICAL = "technical", _("Technical")
    MATERIAL = "material", _("Material")
    FINANCIAL = "financial", _("Financial")


class Form(TextChoices):
    """The forms in which a supporter helps; each is a kind of Article 6.2 (`KIND_OF_FORM`)."""

    MONEY = "money", _("Money")
    EXPERTISE = "expertise", _("Expertise")
    TRAINING = "training", _("Training")
    EQUIPMENT = "equipment", _("Equipment")
    LAW = "law", _("Drafting of laws")
    PEER_VISIT = "peer_visit", _("Visits between peers")


KIND_OF_FORM = {
    Form.MONEY: Kind.FINANCIAL,
    Form.EXPERTISE: Kind.TECHNICAL,
    Form.TRAINING: Kind.TECHNICAL,
    Form.EQUIPMENT: Kind.MATERIAL,
    Form.LAW: Kind.TECHNICAL,
    Form.PEER_VISIT: Kind.TECHNICAL,
}


def kinds_of(forms: Iterable[str]) -> list[Kind]:
    """The kinds of Article 6.2 that forms of help are, in the treaty's order."""
    kinds = {KIND_OF_FORM[Form(form)] for form in forms}
    return [kind for kind in Kind if kind in kinds]


class Language(TextChoices):
    """Working languages that matter for help on the spot: the six of the United Nations, and Portuguese."""

    ARABIC = "ar", _("Arabic")
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    PORTUGUESE = "pt", _("Portuguese")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


def labels(vocabulary: type[TextChoices], codes: Collection[str]) -> list[str]:
    """The words for those of a vocabulary that a record names by their codes, in its order."""
    return [str(one.label) for one in vocabulary if one.value in codes]


class Channel(TextChoices):
    """How a request reached the Convention's machinery."""

    COORDINATORS = "coordinators", _("Directly to the Coordinators")
    ISU = "isu", _("Directly to the ISU")
    ARTICLE_7 = "article_7", _("Article 7 report")
    FORMAL_MEETING = "formal_meeting", _("Formal meeting")
    INFORMAL_MEETING = "informal_meeting", _("Informal meeting")
    EXTENSION_REQUEST = "extension_request", _("Extension request")
    DIRECT_CONTACT = "direct_contact", _("Direct contact with a partner")
    UNSPECIFIED = "unspecified", _("Not said in the source")


#: Where somebody else than the State itself enters what it has said in a report or at a meeting.
RECORDED_CHANNELS = (Channel.ARTICLE_7, Channel.FORMAL_MEETING, Channel.INFORMAL_MEETING)


class Visibility(TextChoices):
    """Who may know of a request. The requesting State chooses; widening is its own recorded act."""

    COORDINATORS_ISU = "coordinators_isu", _("Coordinators and ISU only")
    MATCH_PARTIES = "match_parties", _("Coordinators, ISU and the supporters it is relayed to")
    STATES_PARTIES = "states_parties", _("All States Parties")
    PUBLIC = "public", _("Public")


class Audience(TextChoices):
    """As whom somebody reads a request; the one with most rights counts."""

    OWNER = "owner", _("The requesting State")
    HANDLERS = "handlers", _("The Coordinators and the ISU")
    RELAYED = "relayed", _("A supporter it is relayed to")
    STATES_PARTIES = "states_parties", _("States Parties")
    PUBLIC = "public", _("The public")


class Part(TextChoices):
    """Parts of a request that the requesting State may lock."""

    CHALLENGE = "challenge", _("Challenge")
    REQUIREMENT = "requirement", _("Requirement")
    CONSEQUENCE = "consequence", _("Consequence of delay")
    QUOTE = "quote", _("The State's own words, as recorded")
    AMOUNTS = "amounts", _("Amounts")
    PERIOD = "period", _("Period")
    INSTITUTION = "institution", _("Institution")
    PLAN = "plan", _("National plan")
    EVIDENCE = "evidence", _("Evidence")
    FILES = "files", _("Attached files")
    OUTCOME = "outcome", _("Outcome")


NUMBERED = "request numbered"  # in the audit trail: which draft became which request


class ReleaseAct(TextChoices):
    """What the requesting State changes of who reads its request; the audit trail keeps each under this name."""

    VISIBILITY = "request visibility", _("Who may know of it")
    STATES_PARTIES_TEXT = "request text for States Parties", _("Version for States Parties")
    PUBLIC_SUMMARY = "request public summary", _("Public summary")
    LOCKS = "request locks", _("Locked")
    RELAYED_READ_LOCKED = "request locks for supporters", _("Supporters it is relayed to read what is locked")


class TextState(TextChoices):
    """What is told of a text in the history: never the text."""

    NONE = "none", _("none")
    WRITTEN = "written", _("written")
    REWRITTEN = "rewritten", _("rewritten")


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    CLARIFICATION = "clarification_asked", _("Clarification asked")
    RELAYED = "relayed", _("Relayed")
    ANSWERED = "answered", _("Answered")
    AGREED = "agreed", _("Agreed")
    DELIVERING = "delivering", _("Delivering")
    DELIVERED = "delivered", _("Delivered")
    MET = "closed_met", _("Closed: met")
    PARTLY_MET = "closed_partly", _("Closed: partly met")
    UNMET = "closed_unmet", _("Closed: unmet")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Action(TextChoices):
    """What can happen to a request."""

    SUBMIT = "submit", _("Submit")
    RECORD = "record", _("Record what a State has said")
    CONFIRM = "confirm", _("Confirm the need")
    STILL_VALID = "still_valid", _("Confirm that it is still valid")
    ASK_CLARIFICATION = "ask_clarification", _("Ask for clarification")
    CLARIFY = "clarify", _("Send the clarification")
    RELAY = "relay", _("Relay to supporters")
    ANSWER = "answer", _("Answer")
    AGREE = "agree", _("Record an agreement")
    START_DELIVERY = "start_delivery", _("Record that delivery has begun")
    COMPLETE_DELIVERY = "complete_delivery", _("Record that everything is delivered")
    CLOSE_MET = "close_met", _("Close as met")
    CLOSE_PARTLY = "close_partly", _("Close as partly met")
    CLOSE_UNMET = "close_unmet", _("Close as unmet")
    WITHDRAW = "withdraw", _("Withdraw")
    SPLIT = "split", _("Make a part a need of its own")
    JOIN = "join", _("Join into another request")
    TAKE_IN = "take_in", _("Take in another request")


class AuthorLevel(TextChoices):
    """How far an invited national author takes part in writing a request."""

    VIEW = "view", _("Reads")
    COMMENT = "comment", _("Reads and remarks")
    EDIT = "edit", _("Reads, remarks and edits")


class AnswerKind(TextChoices):
    INTERESTED = "interested", _("Interested")
    OFFER = "offer", _("We can help")
    NEED_INFORMATION = "need_information", _("We need information first")
    REFER = "refer", _("We suggest someone else")
    UNABLE = "unable", _("We are unable to help")


class OfferStatus(TextChoices):
    """Where an offer stands on a day; computed, never stored."""

    OPEN = "open", pgettext_lazy("an offer", "Open")
    USED_UP = "used_up", _("Nothing left")
    PAST = "past", pgettext_lazy("an offer", "Past")
    WITHDRAWN = "withdrawn", pgettext_lazy("an offer", "Withdrawn")


class Missing(TextChoices):
    """What donors look for and a request does not say yet, as a thing to do."""

    AREAS = "areas", _("Say which obligations it concerns")
    KINDS = "kinds", _("Say which kinds of assistance are needed")
    CHALLENGE = "challenge", _("Describe the challenge")
    REQUIREMENT = "requirement", _("Describe what is required: what, how much, where, until when")
    PLAN = "plan", _("Name the national plan it belongs to, or say that a plan is in preparation")
    INSTITUTION = "institution", _("Name the institution that leads")
    EVIDENCE = "evidence", _("Add at least one piece of evidence with its source and date")
    COST = "cost", _("Give the total cost and the national share")
    PERIOD = "period", _("Say by when it is needed")
    SUSTAINABILITY = "sustainability", _("Say how the result will be kept")
    FOCAL_POINT = "focal_point", _("Name the office that is the focal point for victim assistance")
    PARTICIPATION = "participation", _("Say how victims and their organisations take part")


class Aspect(TextChoices):
    """What makes a need specific, as the question that a reader asks."""

    WHAT = "what", _("What exactly is needed?")
    HOW_MANY = "how_many", _("How many or how much, in figures?")
    WHERE = "where", _("Where: which districts, villages or sites?")
    UNTIL_WHEN = "until_when", _("Until when?")
    COST = "cost", _("At what cost?")
    EVIDENCE = "evidence", _("On what evidence?")


class EvidenceLevel(TextChoices):
    ASSERTED = "asserted", _("Asserted")
    PARTLY = "partly", _("Partly evidenced")
    FULLY = "fully", _("Fully evidenced")


class MatchReason(TextChoices):
    """Why a supporter stands where it does in a ranking; `wording.py` turns each into a sentence."""

    GAVE_TO_STATE = "gave_to_state", _("Has supported this State")
    GAVE_IN_AREA = "gave_in_area", _("Has supported this area")
    GAVE_IN_REGION = "gave_in_region", _("Has supported States of the region")
    BROAD_SUPPORT = "broad_support", _("Supports many States")
    WORKS_IN_STATE = "works_in_state", _("Works in this State")
    COMPETENT = "competent", _("Works in this area")
    OFFERS = "offers", _("Offers help of this kind")
    DEADLINE = "deadline", _("A deadline is at stake")
    CO_DONORS = "co_donors", _("Supports the States that this State's supporters support")
    SIMILAR_STATES = "similar_states", _("Supports States with the same supporters")
    SAME_REGION = "same_region", _("Is of the same region")
    GIVES_KIND = "gives_kind", _("Gives this kind of assistance")
    STATED_REGION = "stated_region", _("Names this region")
    LANGUAGE = "language", _("Works in a language of the request")
    SIZE_FITS = "size_fits", _("Usual size reaches the amount")
    NEXT_CALL = "next_call", _("Next call comes in time")
    EVIDENCE = "evidence", _("The need is evidenced")
    READINESS = "readiness", _("The request is complete")


class Criterion(TextChoices):
    """What a supporter and a need are compared by; where both say something, it fits or misses."""

    AREA = "area", _("Area")
    KIND = "kind", _("Kind")
    REGION = "region", _("Region")
    LANGUAGE = "language", _("Language")
    SIZE = "size", _("Amount")
    YEARS = "years", _("Years")
    TIMING = "timing", _("Timing")
    CAPACITY = "capacity", _("Capacity")


class Caution(TextChoices):
    """What to mind about a supporter before counting on it."""

    ONLY_DONOR = "only_donor", _("Was the only donor")
    ENDS = "ends", _("Its support ends soon")
    LAPSED = "lapsed", _("Has not given lately")


class Lack(TextChoices):
    """What an open need lacks first on its way to help."""

    SUPPORTER = "supporter", _("No supporter on record fits")
    RELAY = "relay", _("Not relayed yet")
    ANSWER = "answer", _("Relayed, not answered yet")
    SHARE = "share", _("Answered, nobody has taken on a part")


class Idle(TextChoices):
    """Why an open offer helps nobody."""

    FITS_NONE = "fits_none", _("Fits no open need")
    UNUSED = "unused", _("Fits an open need, but was put with none")


class Strain(TextChoices):
    """By what more is wanted of a supporter than it says it can give."""

    PLACES = "places", _("More open needs than its offers have places left")
    SIZE = "size", _("More money promised than its usual contribution")
