"""A person's own choices of mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from requests_app.mailing.actions import save_settings
from requests_app.mailing.forms import MailForm


def mail_settings(request: HttpRequest) -> HttpResponse:
    """Which mails reach the person, and how often."""
    user: User = request.user  # type: ignore[assignment]
    form = MailForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        areas = [area.pk for area in chosen["areas"]]
        save_settings(user, form.choices, areas=areas, language=chosen.get("language", user.language))
        messages.success(request, _("Your choices are kept."))
        return redirect("mailing:settings")
    return render(request, "mailing/mail_settings.html", {"form": form}, status=422 if form.errors else 200)
