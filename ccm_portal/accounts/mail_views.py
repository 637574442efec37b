"""The one click that stops a kind of mail."""

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ccm_portal.accounts.actions import STOP_SALT, stop_mail
from ccm_portal.accounts.enums import MailKind, MailTiming
from ccm_portal.accounts.models import User


@csrf_exempt  # a mail program posts here for its reader (RFC 8058); the signed link is the proof
@login_not_required
@never_cache
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a kind of mail without signing in: a GET asks, a POST does."""
    try:
        reader, what = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature:
        raise Http404 from None
    user = get_object_or_404(User, pk=reader, is_active=True)
    if request.method == "POST":
        stop_mail(user, what)
    labels = {**dict(MailKind.choices), **dict(MailTiming.choices)}
    context = {"is_done": request.method == "POST", "is_digest": what in MailTiming.values, "what": labels[what]}
    return render(request, "accounts/mail_stop.html", context)
