"""Who is waited for, for what, and what comes of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Party(TextChoices):
    """Whom a request waits on."""

    OWNER = "owner", _("The requesting State")
    HANDLERS = "handlers", _("The Coordinators and the ISU")
    SUPPORTERS = "supporters", _("The supporters asked")


class Limit(TextChoices):
    """What has a time limit; the days stand in `domain.limits.TIME_LIMITS`."""

    CONFIRM = "confirm", _("Confirm the need")
    FIRST_STEP = "first_step", _("Relay the request, or ask what is unclear")
    CLARIFY = "clarify", _("Send the clarification")
    ANSWER = "answer", _("Answer the relay")
    AGREE = "agree", _("Agree on the help")
    START = "start", _("Begin the delivery")
    DELIVER = "deliver", _("Complete the delivery")
    CLOSE = "close", _("Say what came of it, and close the request")
    STILL_VALID = "still_valid", _("Say whether the request is still valid")
    SILENCE = "silence", _("Let the silence procedure pass, or stop it")
    NO_ANSWER = "no_answer", _("Alarm: relayed, and nobody has answered")
    NO_MATCH = "no_match", _("Alarm: submitted, and no help is agreed")


class Word(TextChoices):
    """What waits for the word of one party."""

    SHARE = "share", _("Read and confirm what was recorded")
    CHANNEL = "channel", _("Agree to a direct channel, or decline it")
    NEED_MET = "need_met", _("Say whether the need was met")


class AlarmReason(TextChoices):
    NO_ANSWER = "no_answer", _("Nobody has answered")
    NO_MATCH = "no_match", _("No help is agreed")


class Purpose(TextChoices):
    """What a silence procedure is about."""

    CIRCULATE = "circulate", _("Circulate to supporters")
    PUBLISH = "publish", _("Release to more readers")


class SilenceResult(TextChoices):
    RUNNING = "running", _("Running")
    CARRIED_OUT = "carried_out", _("Carried out")
    STOPPED = "stopped", _("Stopped")
    NOT_POSSIBLE = "not_possible", _("No longer possible")


class NeedAnswer(TextChoices):
    YES = "yes", _("Yes")
    PARTLY = "in_part", _("Partly")
    NO = "no", _("No")
