"""Whom a letter to an office reaches, how mail reaches a person, and whether the timer's jobs still run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ccm_portal.accounts.enums import MailKind, MailTiming
from ccm_portal.accounts.models import USUAL_TIMING, Appointment, User
from ccm_portal.register.enums import OfficeKind
from ccm_portal.register.holders import Post
from ccm_portal.register.models import OfficeTerm


@dataclass(frozen=True)
class Addressees:
    """The addresses that a letter goes to, and whose they are. `reached` is empty where the ISU receives it in the
    holder's place."""

    addresses: list[str]
    reached: list[str]


def addressees(post: Post, on: date) -> Addressees:
    """The portal's accounts of those who hold the office on the day; for a holder without an account the published
    address of the post; where that reaches nobody, the ISU."""
    if post.office.kind == OfficeKind.ISU:
        return Addressees(_isu(on), [post.office.name])
    accounts: dict[str | None, list[str]] = {}
    held = Appointment.objects.current(on).filter(office=post.office, user__is_active=True)
    for state, email in held.order_by("user__email").values_list("state", "user__email"):
        accounts.setdefault(state, []).append(email)
    found = [(term.holder, accounts.get(term.state_id) or _published(term)) for term in post.holders]
    reached = sorted({holder for holder, emails in found if emails})
    return Addressees(_once(e for _holder, emails in found for e in emails) if reached else _isu(on), reached)


def _isu(on: date) -> list[str]:
    """The ISU's accounts, or else its published address."""
    accounts = [user.email for user in User.objects.isu(on)]
    terms = OfficeTerm.objects.in_office(on).filter(office__kind=OfficeKind.ISU)
    return accounts or _once(email for term in terms for email in _published(term))


def _published(term: OfficeTerm) -> list[str]:
    return [term.contact_email] if term.contact_email else []


def _once(emails: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(emails))


def timings_of(user: User) -> dict[MailKind, MailTiming]:
    """How each kind of mail reaches a person."""
    chosen = {MailKind(choice.kind): MailTiming(choice.timing) for choice in user.mail_choices.all()}
    return USUAL_TIMING | chosen
