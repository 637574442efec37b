"""The sentences for what the treaty rules answer with a code: one for each, on every page."""

from django.utils.translation import gettext_lazy as _

from ccm_portal.treaty.deadlines import Clock
from ccm_portal.treaty.explain import Hearing, Question, Rule

#: rule -> (provision, what it says)
RULES = {
    Rule.FIRST_THIRTY: (
        "17.1",
        _(
            "For the States of the first thirty instruments, deposited up to 16 February 2010, the Convention entered "
            "into force on 1 August 2010."
        ),
    ),
    Rule.SIXTH_MONTH: (
        "17.2",
        _(
            "For a later State it enters into force on the first day of the sixth month after the month in which the "
            "State deposited its instrument. The day of the month does not matter."
        ),
    ),
    Rule.STOCKPILES: (
        "3.2",
        _("Stockpiles are destroyed as soon as possible, at the latest eight years after entry into force."),
    ),
    Rule.CLEARANCE_EXISTING: (
        "4.1(a)",
        _(
            "Remnants that were already there at entry into force are cleared as soon as possible, at the latest ten "
            "years after it, also when they are found later."
        ),
    ),
    Rule.CLEARANCE_NEW: (
        "4.1(b)",
        _(
            "Munitions that became remnants after entry into force are cleared at the latest ten years after the end "
            "of the active hostilities in which they did. Each period of hostilities has its own deadline."
        ),
    ),
    Rule.EXTENDED_BY: (None, _("An extension counts from the deadline that it replaces, not from the decision.")),
    Rule.EXTENDED_UNTIL: (None, _("The decision names the new deadline.")),
    Rule.UNDECIDED: (None, _("A request alone moves no deadline: it stays until a decision.")),
    Rule.REFUSED: (None, _("The request was refused: the deadline stays.")),
    Rule.INITIAL_REPORT: (
        "7.1",
        _("The initial report is due 180 days after entry into force: days, not six months."),
    ),
    Rule.ANNUAL_REPORT: ("7.2", _("The report for a calendar year is due by 30 April of the next year.")),
}

#: clock -> the provision under which its deadline can be extended, and its limits
EXTENSIONS = {
    Clock.STOCKPILES: (
        "3.3",
        _("By up to four years; further extensions of up to four years in exceptional circumstances only."),
    ),
    Clock.CLEARANCE_EXISTING: ("4.5", _("By up to five years, and again on a new request.")),
    Clock.CLEARANCE_NEW: ("4.5", _("By up to five years, and again on a new request.")),
}

#: (question, answer) -> what the status rule found; %(day)s is the day that it was answered by
CHECKS = {
    (Question.DECLARED, True): _("The obligation is declared or reported."),
    (Question.DECLARED, False): _("No obligation is declared, so no deadline can be missed."),
    (Question.NOTHING_HELD, True): _("The State clarified that there is nothing to destroy or clear (%(day)s)."),
    (Question.NOTHING_HELD, False): _("The State has not said that there is nothing to destroy or clear."),
    (Question.COMPLETED, True): _("It is fulfilled (%(day)s)."),
    (Question.COMPLETED, False): _("No declaration that it is fulfilled is on record."),
    (Question.WITHDRAWN, True): _("The State's withdrawal took effect on %(day)s, which froze the deadline."),
    (Question.WITHDRAWN, False): _("The State is bound by the Convention."),
    (Question.REQUEST_OPEN, True): _("A request for an extension is open: no decision on it is in the register."),
    (Question.REQUEST_OPEN, False): _("No request for an extension is open."),
    (Question.PASSED, True): _("The deadline has passed (%(day)s)."),
    (Question.PASSED, False): _("The deadline has not passed (%(day)s)."),
    (Question.LAST_DAY_PASSED, True): _("The last day to ask for an extension has passed (%(day)s)."),
    (Question.LAST_DAY_PASSED, False): _("The last day to ask for an extension has not passed, or is not known yet."),
    (Question.EXTENDED, True): _("The deadline has been extended before."),
    (Question.EXTENDED, False): _("It is the first deadline, set by the Convention itself."),
}

#: why a meeting is named, or none
HEARINGS = {
    Hearing.KNOWN: _(
        "A request goes to the last Meeting of States Parties or Review Conference that ends before the deadline, at "
        "least nine months before its first day (Articles 3.5 and 4.6). A later request is late, not void."
    ),
    Hearing.NOT_SCHEDULED: _(
        "The meeting that would decide on a request is not scheduled yet. A date computed from an older meeting would "
        "be wrong by a year, so none is given. As a rule a request has to be in preparation about twenty months before "
        "the deadline."
    ),
    Hearing.NONE_BEFORE: _(
        "The register knows no Meeting of States Parties or Review Conference that ends before the deadline, so no "
        "last day to ask can be given."
    ),
}
