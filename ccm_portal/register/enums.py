"""The register's fixed vocabularies. Treaty enums get their names here, because the pure ones carry no wording."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ccm_portal.treaty.completeness import Filed
from ccm_portal.treaty.deadlines import Clock, Outcome, Standing, Status
from ccm_portal.treaty.membership import Membership


class Region(TextChoices):
    """United Nations regional groups."""

    AFRICA = "africa", _("Africa")
    ASIA_PACIFIC = "asia_pacific", _("Asia-Pacific")
    EASTERN_EUROPE = "eastern_europe", _("Eastern Europe")
    GRULAC = "grulac", _("Latin America and the Caribbean")
    WEOG = "weog", _("Western Europe and other States")
    NONE = "none", _("No regional group")


class UnStatus(TextChoices):
    MEMBER = "member", _("UN member State")
    OBSERVER = "observer", _("UN observer State")
    NON_MEMBER = "non_member", _("Not a UN member, party to UN treaties")


class Instrument(TextChoices):
    """Article 16: each of them fires Article 17 alike."""

    RATIFICATION = "ratification", _("Ratification")
    ACCEPTANCE = "acceptance", _("Acceptance")
    APPROVAL = "approval", _("Approval")
    ACCESSION = "accession", _("Accession")


class MembershipChoices(TextChoices):
    STATE_PARTY = Membership.STATE_PARTY.value, _("State Party")
    DEPOSITED = Membership.DEPOSITED.value, _("Has joined, not yet in force")
    WITHDRAWAL_NOTIFIED = Membership.WITHDRAWAL_NOTIFIED.value, _("State Party, withdrawal notified")
    SIGNATORY = Membership.SIGNATORY.value, _("Signatory")
    FORMER = Membership.FORMER.value, _("Former State Party")
    NON_PARTY = Membership.NON_PARTY.value, _("State not party")


class Article(IntegerChoices):
    """Articles under which the register keeps a State's obligation."""

    STOCKPILES = 3, _("Article 3 (stockpile destruction)")
    CLEARANCE = 4, _("Article 4 (clearance and risk reduction education)")
    VICTIMS = 5, _("Article 5 (victim assistance)")


class Limb(TextChoices):
    """The paragraph that an obligation rests on; the first three are clocks."""

    STOCKPILES = Clock.STOCKPILES.value, _("Article 3.2: stockpile destruction")
    CLEARANCE_EXISTING = (
        Clock.CLEARANCE_EXISTING.value,
        _("Article 4.1(a): clearance of remnants already there at entry into force"),
    )
    CLEARANCE_NEW = Clock.CLEARANCE_NEW.value, _("Article 4.1(b): clearance of remnants of later hostilities")
    VICTIMS = "5.1", _("Article 5.1: victim assistance")


class StandingChoices(TextChoices):
    DECLARED = Standing.DECLARED.value, _("Declared or reported")
    UNCLEAR = Standing.UNCLEAR.value, _("Unclear: sources do not settle it")
    NONE = Standing.NONE.value, _("None declared")


class OutcomeChoices(TextChoices):
    GRANTED = Outcome.GRANTED.value, _("Granted")
    REFUSED = Outcome.REFUSED.value, _("Refused")
    PENDING = Outcome.PENDING.value, _("Awaiting decision")
    NOT_SEEN = Outcome.NOT_SEEN.value, _("Considered; decision not in the register")


class CompletionKind(TextChoices):
    COMPLETED = "completed", _("Obligation fulfilled")
    NONE_HELD = "none_held", _("Clarified that there is nothing to destroy or clear")


class Act(TextChoices):
    """What a State declares towards the Convention, and with whom."""

    SIGNATURE = "signature", _("Signature")
    DEPOSIT = "deposit", _("Deposit of an instrument")
    WITHDRAWAL = "withdrawal", _("Notice of withdrawal")
    COMPLETED = "completed", _("Obligation fulfilled, as declared or reported")
    NONE_HELD = "none_held", _("Nothing to destroy or clear, as declared or reported")


class Precision(TextChoices):
    """How exactly a source gives a date; the stored day is the last that fits."""

    DAY = "day", _("exact day")
    MONTH = "month", _("month only")
    YEAR = "year", _("year only")
    NOT_LATER = "not_later", _("not later than")
    UNKNOWN = "unknown", _("date not known")


class DateKind(TextChoices):
    """The dates that others publish too, by the provision that sets them."""

    IN_FORCE = "17", _("Entry into force (Article 17)")
    STOCKPILES = Clock.STOCKPILES.value, _("Deadline under Article 3")
    CLEARANCE = Clock.CLEARANCE_EXISTING.value, _("Deadline under Article 4")
    INITIAL_REPORT = "7.1", _("Initial report due (Article 7.1)")
    WITHDRAWAL = "20.3", _("Withdrawal effective (Article 20.3)")


class Agreement(TextChoices):
    """Whether a published date is the computed one."""

    AGREES = "agrees", _("Agrees")
    DIFFERS = "differs", _("Differs")


class Measure(TextChoices):
    """What a target counts."""

    STATES_PARTIES = "states_parties", _("States Parties")


class MeetingKind(TextChoices):
    MSP = "msp", _("Meeting of States Parties")
    REVIEW_CONFERENCE = "rc", _("Review Conference")
    INTERSESSIONAL = "intersessional", _("Intersessional meeting")
    PREPARATORY = "preparatory", _("Preparatory meeting")


#: Those that decide on extension requests: a Review Conference does so like a Meeting of States Parties.
FORMAL = (MeetingKind.MSP, MeetingKind.REVIEW_CONFERENCE)


class OfficeKind(TextChoices):
    PRESIDENT = "president", pgettext_lazy("office", "President")
    COORDINATOR = "coordinator", _("Coordinator")
    FRIEND = "friend", _("Friend of the President")
    MEMBER = "member", _("Member of the Coordination Committee")
    ISU = "isu", _("Implementation Support Unit")


class Theme(TextChoices):
    """Codes that permissions read; names and new themes are rows of Office."""

    COOPERATION = "cooperation", _("International cooperation and assistance")
    CLEARANCE = "clearance", _("Clearance and risk education")
    TRANSPARENCY = "transparency", _("Transparency measures")


class DocumentKind(TextChoices):
    FINAL_REPORT = "final_report", _("Final report of a meeting")
    WORKING_PAPER = "working_paper", _("Working paper")
    EXTENSION = "extension", _("Extension request: document of the meeting")
    PROGRESS = "progress", _("Progress report")
    METHODOLOGY = "methodology", _("Guidelines and methodology")
    TEMPLATE = "template", _("Reporting format")
    ISU = "isu", _("Work plan, budget or report of the ISU")
    MEETING = "meeting", _("Paper of a preparatory meeting")
    PUBLICATION = "publication", _("Publication, toolkit or model text")


class Language(TextChoices):
    """The six languages of the United Nations, in the order of its documents."""

    ARABIC = "ar", _("Arabic")
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


class DecisionKind(TextChoices):
    EXTENSION = "extension", _("Extension request")
    ACTION_PLAN = "action_plan", _("Action plan")
    PRACTICE = "practice", _("Guidelines, methods and forms")
    MACHINERY = "machinery", _("Offices and machinery")
    FINANCE = "finance", _("Finance, work plan and budget")
    OTHER = "other", _("Other")


class OrganisationKind(TextChoices):
    NGO = "ngo", _("Non-governmental organisation")
    UN = "un", _("United Nations body")
    INTERNATIONAL = "international", _("International organisation")
    REGIONAL = "regional", _("Regional organisation")
    FUND = "fund", _("International fund")
    FOUNDATION = "foundation", _("Private foundation")
    NATIONAL_AUTHORITY = "national_authority", _("National mine action authority")
    NATIONAL_OPERATOR = "national_operator", _("National operator")
    TRAINING = "training", _("Training centre")
    RESEARCH = "research", _("Research and monitoring")


class ReportKind(TextChoices):
    INITIAL = "initial", _("Initial report (Article 7.1)")
    ANNUAL = "annual", _("Annual report (Article 7.2)")


class Wording(TextChoices):
    """Whether the words of an action are the adopted ones."""

    ADOPTED = "adopted", _("As adopted")
    SUBSTANCE = "substance", _("Substance as published, our wording")
    RECONSTRUCTED = "reconstructed", _("Reconstructed, to be checked against the adopted text")


class StatusChoices(TextChoices):
    """What a clock says, in the words that every page uses."""

    OVERDUE = Status.OVERDUE.value, _("Overdue")
    EXTENSION_REQUESTED = Status.EXTENSION_REQUESTED.value, _("Extension requested")
    AT_RISK = Status.AT_RISK.value, _("At risk")
    EXTENDED = Status.EXTENDED.value, _("Extended")
    ON_TRACK = Status.ON_TRACK.value, _("On track")
    COMPLETED = Status.COMPLETED.value, _("Completed")
    FROZEN = Status.FROZEN.value, _("Deadline frozen")
    NO_OBLIGATION_DECLARED = Status.NO_OBLIGATION_DECLARED.value, _("No obligation declared")


class ReportStatus(TextChoices):
    """How a due transparency report stands. What the register does not know is called neither late nor overdue."""

    NOT_DUE = "not_due", _("Not yet due")
    ON_TIME = "on_time", _("Received on time")
    LATE = "late", _("Received late")
    RECEIVED = "received", _("Received, day not known")
    NOT_ON_RECORD = "not_on_record", _("Not on record")
    OVERDUE = "overdue", _("Overdue")


class FormLetter(TextChoices):
    """The forms of the Article 7 template; needs (I.4) have a row of their own, because they are voluntary."""

    A = "A", _("National implementation measures")
    B = "B", _("Stockpiles and destruction")
    C = "C", _("Technical characteristics")
    D = "D", _("Retained and transferred")
    E = "E", _("Conversion of production facilities")
    F = "F", _("Contaminated areas and clearance")
    G = "G", _("Warning to the population and risk education")
    H = "H", _("Victim assistance")
    I = "I", _("National resources, cooperation and assistance")  # noqa: E741 - the form's own letter
    I4 = "I.4", _("Assistance needed (voluntary)")
    J = "J", _("Other relevant matters")


#: As a text cites them: needs stand in Form I.
CITED_FORMS = [(letter, letter) for letter in FormLetter.values if letter != FormLetter.I4]


class FiledChoices(TextChoices):
    """What a State put into a form."""

    FILLED = Filed.FILLED.value, _("Filled in")
    UNCHANGED = Filed.UNCHANGED.value, _("Unchanged")
    NOT_APPLICABLE = Filed.NOT_APPLICABLE.value, _("Not applicable")
    EMPTY = Filed.EMPTY.value, _("Empty")
    NOT_SEEN = Filed.NOT_SEEN.value, _("Not seen by the register")


class FigureKind(TextChoices):
    """What a figure in a report counts."""

    MUNITIONS_HELD = "munitions_held", _("Cluster munitions held")
    SUBMUNITIONS_HELD = "submunitions_held", _("Submunitions held")
    MUNITIONS_DESTROYED = "munitions_destroyed", _("Cluster munitions destroyed")
    SUBMUNITIONS_DESTROYED = "submunitions_destroyed", _("Submunitions destroyed")
    SUBMUNITIONS_RETAINED = "submunitions_retained", _("Submunitions retained")
    AREA_CONTAMINATED = "area_contaminated", _("Area confirmed or suspected")
    AREA_RELEASED = "area_released", _("Area released")
    REMNANTS_DESTROYED = "remnants_destroyed", _("Remnants destroyed in clearance")
    VICTIMS_RECORDED = "victims_recorded", _("Casualties recorded")
    PEOPLE_ASSISTED = "people_assisted", _("People assisted")
