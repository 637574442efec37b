"""Pages of applications to workshops. Only the host, the ISU and the applicant see one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from ccm_portal.ui.listing import show_list
from requests_app.forms import attempt
from requests_app.offers import actions, permissions
from requests_app.offers.enums import Decision
from requests_app.offers.forms import ApplicationForm, DecisionForm
from requests_app.offers.models import Application
from requests_app.offers.queries import Placed, applications_of
from requests_app.offers.views import offer_or_404

COLUMNS = [
    "number", "applicant", "institution", "language", "reason", "applied", "standing", "turn", "decided_on",
    "decided_because", "withdrawn_on", "example",
]  # fmt: skip


def _workshop_or_404(request: HttpRequest, pk: int) -> Any:
    offer = offer_or_404(request, pk)
    if not hasattr(offer, "workshop"):
        raise Http404
    return offer


def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """A State or an organisation asks for one place."""
    user: User = request.user  # type: ignore[assignment]
    offer, today = _workshop_or_404(request, pk), timezone.localdate()
    if not permissions.can_apply(user, offer):
        raise PermissionDenied(_("States and approved organisations apply to workshops of others."))
    party = {"state": user.access.state} if user.access.state else {"organisation": user.access.organisation}
    application = Application(workshop=offer.workshop, is_example=offer.is_example, **party)
    form = ApplicationForm(request.POST or None, instance=application)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        if attempt(form, lambda: actions.apply_to(form.save(commit=False), by=user, now=now, today=today)):
            messages.success(request, _("Your application is sent. Where it stands is shown here."))
            return redirect(application)
    context = {"form": form, "offer": offer, "closed": offer.workshop.closed_on(today)}
    return render(request, "offers/application_form.html", context, status=422 if form.errors else 200)


def application_list(request: HttpRequest, pk: int) -> HttpResponse:
    """All applications to a workshop, for its host and the ISU."""
    offer = _workshop_or_404(request, pk)
    if not permissions.sees_applications(request.user, offer):
        raise Http404
    return show_list(
        request,
        "offers/application_list.html",
        applications_of(offer.workshop, request.user),
        name=f"applications-{pk}",
        columns=COLUMNS,
        record=_record,
        offer=offer,
    )


def _record(item: Placed) -> dict[str, Any]:
    application = item.application
    return {
        "number": application.pk,
        "applicant": application.party.name,
        "institution": application.institution,
        "language": application.get_language_display(),
        "reason": application.reason,
        "applied": f"{application.applied_at:%Y-%m-%d %H:%M} UTC",
        "standing": item.place.standing,
        "turn": item.place.number or None,
        "decided_on": application.decided_on,
        "decided_because": application.decided_because,
        "withdrawn_on": application.withdrawn_on,
        "example": application.is_example,
    }


def _application_or_404(request: HttpRequest, pk: int, number: int) -> Application:
    offer = _workshop_or_404(request, pk)
    rows = Application.objects.visible_to(request.user).select_related("state", "organisation")
    application = get_object_or_404(rows, pk=number, workshop=offer.workshop)
    application.workshop = offer.workshop
    return application


def application_detail(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One application: what was asked, where it stands, and what its reader may do with it."""
    return _detail(request, _application_or_404(request, pk, number), DecisionForm())


def _detail(request: HttpRequest, application: Application, form: DecisionForm) -> HttpResponse:
    workshop = application.workshop
    context = {
        "application": application,
        "offer": workshop.offer,
        "place": workshop.places_of(list(workshop.applications.all()))[application.pk],
        "form": form if permissions.can_decide(request.user, application) else None,
        "can_withdraw": permissions.can_withdraw_application(request.user, application),
        "sees_applications": permissions.sees_applications(request.user, workshop.offer),
    }
    return render(request, "offers/application_detail.html", context, status=422 if form.errors else 200)


@require_POST
def application_decide(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The host accepts or declines."""
    application = _application_or_404(request, pk, number)
    if not permissions.can_decide(request.user, application):
        raise PermissionDenied(_("The host decides about the applications to its workshop."))
    form = DecisionForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: actions.decide(
            application,
            Decision(form.cleaned_data["decision"]),
            because=form.cleaned_data["because"],
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
        ),
    ):
        messages.success(request, _("Recorded. The applicant is told."))
        return redirect(application)
    return _detail(request, application, form)


@require_POST
def application_withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The applicant gives the place back."""
    application = _application_or_404(request, pk, number)
    if not permissions.can_withdraw_application(request.user, application):
        raise PermissionDenied(_("Whoever applied withdraws the application, once."))
    actions.withdraw_application(application, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("Your application is withdrawn."))
    return redirect(application)
