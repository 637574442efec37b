"""Pages of a request's discussion. Fetch through `visible_to`, ask permission, call an action."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from requests_app.actions import Refused
from requests_app.discussions import actions, permissions
from requests_app.discussions.forms import InviteForm, PostForm
from requests_app.discussions.models import Participation, Post
from requests_app.models import AssistanceRequest


def _request_or_404(user: User, reference: str) -> AssistanceRequest:
    """A request that the person may know of and whose discussion they have taken part in."""
    found = get_object_or_404(AssistanceRequest.objects.visible_to(user).select_related("state"), reference=reference)
    if not permissions.has_taken_part(user, found):
        raise Http404
    return found


def discussion(request: HttpRequest, reference: str) -> HttpResponse:
    """What was said, as far as the reader took part; and a new message."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    may_write = permissions.takes_part(user, asked)
    form = PostForm(request.POST or None)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied(_("You do not take part in this discussion any more."))
        if form.is_valid():
            actions.write_post(asked, text=form.cleaned_data["text"], by=user, now=timezone.now())
            return redirect("discussions:discussion", reference)
    posts = list(Post.objects.visible_to(user).filter(request=asked).select_related("author"))
    actions.note_reading(asked, posts, by=user)
    leads = permissions.leads(user, asked)
    context = {
        "asked": asked,
        "posts": posts,
        "form": form if may_write else None,
        "parties": asked.discussion_parties.current().select_related("supporter__state", "supporter__organisation"),
        "invite_form": InviteForm(request=asked) if leads else None,
        "leads": leads,
    }
    return render(request, "discussions/discussion.html", context, status=422 if form.errors else 200)


@require_POST
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a supporter to join."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    if not permissions.leads(user, asked):
        raise PermissionDenied(_("The requesting State and those who handle the request say who takes part."))
    form = InviteForm(request.POST, request=asked)
    if not form.is_valid():
        messages.error(request, _("Choose a supporter to which the request was relayed."))
        return redirect("discussions:discussion", reference)
    try:
        actions.invite(asked, form.cleaned_data["supporter"], by=user, now=timezone.now())
        messages.success(request, _("%(name)s takes part from now on.") % {"name": form.cleaned_data["supporter"]})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("discussions:discussion", reference)


@require_POST
def remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """End a supporter's part in the discussion."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(user, reference)
    if not permissions.leads(user, asked):
        raise PermissionDenied(_("The requesting State and those who handle the request say who takes part."))
    rows = Participation.objects.filter(request=asked).select_related("request", "supporter")
    actions.remove(get_object_or_404(rows, pk=pk), by=user, now=timezone.now())
    messages.success(request, _("Recorded."))
    return redirect("discussions:discussion", reference)
