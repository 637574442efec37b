"""Who starts and stops silence procedures, and who sets time limits."""

from ccm_portal.accounts.models import User
from requests_app.domain import lifecycle
from requests_app.enums import Action, Status
from requests_app.models import AssistanceRequest
from requests_app.permissions import answers_for, is_handled_by, owns
from requests_app.waiting.enums import Purpose
from requests_app.waiting.models import NeedMet, Silence


def purpose_open_to(user: User, request: AssistanceRequest) -> Purpose | None:
    """What a person may start a silence procedure for. Those who handle a request circulate it, and its State may
    object; only the State itself releases its text to more readers, and those who handle it may object."""
    if not request.is_open:
        return None
    if owns(user.access, request):
        return Purpose.PUBLISH
    can_relay = lifecycle.is_possible(Action.RELAY, Status(request.status))
    return Purpose.CIRCULATE if user.access.sees_all_requests and can_relay else None


def can_stop(user: User, silence: Silence) -> bool:
    """Those who are asked, and those who started it."""
    return silence.is_running and (owns(user.access, silence.request) or is_handled_by(user.access, silence.request))


def can_set_limits(user: User) -> bool:
    """The ISU keeps the table of time limits."""
    return user.access.is_isu


def answers_question(user: User, question: NeedMet) -> bool:
    """Whether a question after closing was put to the person's own State or organisation."""
    if question.supporter is None:
        return owns(user.access, question.request)
    return answers_for(user.access, question.supporter)
