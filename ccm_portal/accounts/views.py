"""Offices of the Convention, who holds them on a day, and the letter that reaches the holder."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import write_to_office
from ccm_portal.accounts.forms import LetterForm
from ccm_portal.accounts.models import User
from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.holders import Post, post_of, posts_on
from ccm_portal.register.models import Office, OfficeTerm
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list

COLUMNS = ["office", "code", "holders", "since", "until", "verified", "example", "source"]


@login_not_required
def office_list(request: HttpRequest) -> HttpResponse:
    """Who holds which office on a day. The office and its State are public, addresses are not."""
    on = as_of(request)
    return show_list(
        request,
        "accounts/office_list.html",
        posts_on(on),
        name="offices",
        columns=COLUMNS,
        record=_record,
        filterset=AsOfForm(request.GET),
        on=on,
    )


def _record(post: Post) -> dict[str, Any]:
    return {
        "office": post.office.name,
        "code": post.office.code,
        "holders": post.names,
        "since": min((term.starts for term in post.holders), default=None),
        "until": max((term.ends for term in post.holders if term.ends), default=None),
        "verified": all(term.is_verified for term in post.holders),
        "example": any(term.is_example for term in post.holders),
        "source": sorted({term.source for term in post.holders}),
    }


@login_not_required
def office_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One office: its holders on a day and through the years."""
    office, on = get_object_or_404(Office, code=code), as_of(request)
    terms = list(OfficeTerm.objects.filter(office=office).select_related("state", "office"))
    post = post_of(office, on)
    context = {
        "office": office,
        "post": post,
        "terms": terms,
        "contacts": [term for term in post.holders if request.user.is_authenticated and term.contact_email],
        "on": on,
    }
    return render(request, "accounts/office_detail.html", context)


@login_not_required
def office_write(request: HttpRequest, code: str) -> HttpResponse:
    """A letter to whoever holds the office today."""
    office, today = get_object_or_404(Office, code=code), timezone.localdate()
    user = request.user if isinstance(request.user, User) else None
    form = LetterForm(request.POST or None, initial={"name": user.name, "email": user.email} if user else None)
    status = 200
    if request.method == "POST":
        if form.is_by_a_machine:  # it learns nothing, and nothing is sent
            return redirect(office)
        status = 422
        if form.is_valid():
            answer = _relay(request, office, form, user)
            if answer is not None:
                return answer
            status = 429 if form.has_error(NON_FIELD_ERRORS, "too_many") else 422
    context = {"office": office, "form": form, "post": post_of(office, today)}
    return render(request, "accounts/office_write.html", context, status=status)


def _relay(request: HttpRequest, office: Office, form: LetterForm, user: User | None) -> HttpResponse | None:
    """Send the letter and say whom it reaches; nothing if it was refused, with the reason on the form."""
    data = form.cleaned_data
    if not ratelimit.consume(request, action="office_letter", key=data["email"].lower()):
        form.add_error(
            None, ValidationError(_("Too many letters for now. Please wait an hour; nothing was sent."), "too_many")
        )
        return None
    found = write_to_office(
        office, name=data["name"], email=data["email"], text=data["text"], by=user, today=timezone.localdate()
    )
    if not found.addresses:
        form.add_error(None, _("No address is on record for this office or the ISU, so nothing was sent."))
        return None
    if found.reached:
        text = _("Your letter is on its way to: %(names)s.") % {"names": "; ".join(found.reached)}
    else:
        text = _("No address of a holder is on record today. Your letter went to the ISU, which passes it on.")
    messages.success(request, text)
    return redirect(office)
