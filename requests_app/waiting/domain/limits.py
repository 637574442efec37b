"""How long each step of a request may take. The ISU may set other days for the portal, with a reason (`TimeLimit`)."""

from collections.abc import Mapping

from requests_app.waiting.enums import Limit

#: Days from the day on which the step became due; working days for the silence procedure. No source sets them but the
#: five working days, which the Committee of Security Council resolution 1540 gives for objections.
TIME_LIMITS: dict[Limit, int] = {
    Limit.CONFIRM: 30,
    Limit.FIRST_STEP: 14,
    Limit.CLARIFY: 21,
    Limit.ANSWER: 30,
    Limit.AGREE: 60,
    Limit.START: 180,
    Limit.DELIVER: 365,
    Limit.CLOSE: 30,
    Limit.STILL_VALID: 30,
    Limit.SILENCE: 5,
    Limit.NO_ANSWER: 45,
    Limit.NO_MATCH: 90,
}


def limits_with(changed: Mapping[str, int]) -> dict[Limit, int]:
    """The table with what the ISU has changed."""
    return {limit: changed.get(limit.value, days) for limit, days in TIME_LIMITS.items()}
