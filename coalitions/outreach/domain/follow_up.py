"""When a State is to be contacted about a clock, by when, and where the contact then stands."""

from datetime import date

from ccm_portal.treaty.dates import add_months
from coalitions.outreach.enums import OutreachStatus, Reason, Result

#: A request for more time is prepared 24 to 18 months before the deadline (practice since 2018).
DEADLINE_MONTHS = 24
LAST_DAY_MONTHS = 6
#: Days within which the contact is to be made.
DUE_DAYS: dict[Reason, int] = {
    Reason.DEADLINE_PASSED: 14,
    Reason.LAST_DAY_PASSED: 14,
    Reason.LAST_DAY_NEAR: 14,
    Reason.DEADLINE_NEAR: 30,
    Reason.AGAIN: 0,  # on the day agreed
}


def reason_to_contact(deadline: date, latest_submission: date | None, on: date) -> Reason | None:
    """The most pressing reason on a day to contact a State that has asked for nothing; None where there is time."""
    if deadline < on:
        return Reason.DEADLINE_PASSED
    if latest_submission is not None and latest_submission < on:
        return Reason.LAST_DAY_PASSED
    if latest_submission is not None and latest_submission <= add_months(on, LAST_DAY_MONTHS):
        return Reason.LAST_DAY_NEAR
    return Reason.DEADLINE_NEAR if deadline <= add_months(on, DEADLINE_MONTHS) else None


#: The result of a contact -> where the outreach stands; None where the portal closed it without a contact.
STANDING: dict[Result, OutreachStatus | None] = {
    Result.CONTACTED: OutreachStatus.CONTACTED,
    Result.ON_TIME: OutreachStatus.CONTACTED,
    Result.EXTENSION: OutreachStatus.CONTACTED,
    Result.ASSISTANCE: OutreachStatus.CONTACTED,
    Result.NO_ANSWER: OutreachStatus.CONTACTED,
    Result.DECLINED: OutreachStatus.DECLINED,
    Result.RESOLVED: None,
}


def outreach_status(*, has_asked: bool, last_word: OutreachStatus | None, is_pressing: bool) -> OutreachStatus | None:
    """Where the contact stands: an open request says most, then the latest contact or note, then the clock."""
    if has_asked:
        return OutreachStatus.REQUESTED
    return last_word or (OutreachStatus.PRESSING if is_pressing else None)
