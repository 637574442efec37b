"""The page on which a State says who writes a request, where they talk, and where it is signed off. Whoever does not
write does not know that there is such a page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from requests_app.actions import Refused
from requests_app.authors import actions, permissions
from requests_app.authors.forms import InviteForm, RemarkForm, SignOffForm
from requests_app.authors.models import Remark
from requests_app.help_desk.actions import open_ticket
from requests_app.help_desk.models import HelpTicket, Subject
from requests_app.models import AssistanceRequest, sign_off_of
from requests_app.permissions import owns, writes_with_state


def _request_or_404(user: User, reference: str) -> AssistanceRequest:
    rows = AssistanceRequest.objects.visible_to(user).select_related("state")
    found = get_object_or_404(rows, reference=reference)
    if not writes_with_state(user, found):
        raise Http404
    return found


def authors(request: HttpRequest, reference: str) -> HttpResponse:
    """Who writes, what was remarked, and where the sign-off stands."""
    user: User = request.user  # type: ignore[assignment]
    return _show(request, _request_or_404(user, reference))


def _show(request: HttpRequest, asked: AssistanceRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    today = timezone.localdate()
    leads = permissions.can_invite(user, asked)
    asks = permissions.can_ask_sign_off(user, asked)
    sign_off = sign_off_of(asked)
    context = {
        "asked": asked,
        "authors": asked.authors.current().select_related("user"),
        "focal_points": User.objects.focal_points(asked.state_id, today),
        "remarks": Remark.objects.visible_to(user).filter(request=asked).select_related("author"),
        "leads": leads,
        "is_owner": owns(user.access, asked),
        "invite_form": InviteForm() if leads else None,
        "remark_form": RemarkForm() if permissions.can_remark(user, asked) else None,
        "sign_off": sign_off,
        "signs": sign_off is not None and permissions.can_sign(user, sign_off),
        "sign_off_form": SignOffForm(people=_signers(asked)) if asks else None,
        "missing_account": "",
        **forms,
    }
    return render(request, "authors/authors.html", context, status=status)


def _signers(asked: AssistanceRequest) -> list[User]:
    focal_points = User.objects.focal_points(asked.state_id, timezone.localdate())
    authors = asked.authors.current().filter(may_sign_off=True).select_related("user")
    return [*focal_points, *(author.user for author in authors)]


@require_POST
def author_invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask somebody of the State to write too; or ask the ISU for the account that the person lacks."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    if not permissions.can_invite(user, asked):
        raise PermissionDenied(_("Only the focal point of the State says who writes."))
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, invite_form=form, status=422)
    email = form.cleaned_data["email"]
    if "ask_isu" in request.POST:
        return redirect(_ask_for_account(asked, email, by=user))
    try:
        author = actions.invite_author(
            asked,
            email=email,
            level=form.cleaned_data["level"],
            may_sign_off=form.cleaned_data["may_sign_off"],
            until=form.cleaned_data["until"],
            by=user,
            now=timezone.now(),
        )
    except actions.NoAccount as refusal:
        form.add_error("email", str(refusal))
        return _show(request, asked, invite_form=form, missing_account=email, status=422)
    messages.success(request, _("%(name)s is invited.") % {"name": author.user.name})
    return redirect("authors:authors", reference)


def _ask_for_account(asked: AssistanceRequest, email: str, *, by: User) -> HelpTicket:
    """A ticket to the ISU, which opens accounts. It does not name the request: drafts are the State's own."""
    ticket = HelpTicket(state=asked.state, kind=Subject.OTHER, subject=_("Account for a national author"))
    text = _("Please open an account as national author of %(state)s for %(email)s.")
    return open_ticket(ticket, text=text % {"state": asked.state.name, "email": email}, by=by, now=timezone.now())


@require_POST
def author_end(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """End an invitation at once."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    if not owns(user.access, asked):
        raise PermissionDenied(_("Only the focal point of the State says who writes."))
    author = get_object_or_404(asked.authors.select_related("request", "user"), pk=pk)
    actions.end_authorship(author, by=user, now=timezone.now())
    messages.success(request, _("%(name)s does not take part any more.") % {"name": author.user.name})
    return redirect("authors:authors", reference)


@require_POST
def remark(request: HttpRequest, reference: str) -> HttpResponse:
    """Say something to the others who write."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    if not permissions.can_remark(user, asked):
        raise PermissionDenied(_("You were invited to read only."))
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, remark_form=form, status=422)
    actions.write_remark(asked, text=form.cleaned_data["text"], by=user, now=timezone.now())
    return redirect("authors:authors", reference)


@require_POST
def sign_off(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the sign-off (`ask`), give it (`give`), or call it off (`call_off`)."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    try:
        if "give" in request.POST:
            messages.success(request, _give(request, user, asked))
        elif not permissions.can_ask_sign_off(user, asked):
            raise PermissionDenied(_("Only the focal point asks for a sign-off, and only for a draft."))
        elif "call_off" in request.POST:
            if found := sign_off_of(asked):
                actions.call_off_sign_off(found, by=user, now=timezone.now())
            messages.success(request, _("The sign-off is no longer asked for."))
        else:
            form = SignOffForm(request.POST, people=_signers(asked))
            if not form.is_valid():
                return _show(request, asked, sign_off_form=form, status=422)
            post = form.cleaned_data["post"]
            actions.ask_sign_off(asked, post, by=user, now=timezone.now())
            messages.success(request, _("%(name)s is asked to sign off.") % {"name": post.name})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("authors:authors", reference)


def _give(request: HttpRequest, user: User, asked: AssistanceRequest) -> str:
    found, sent = sign_off_of(asked), request.POST.get("version", "")
    if found is None or not permissions.can_sign(user, found):
        raise PermissionDenied(_("Your sign-off is not asked for here."))
    version = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
    actions.give_sign_off(found, version=version, by=user, now=timezone.now())
    return _("Signed off. The draft can be submitted as it stands.")
