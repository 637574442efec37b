"""The roster of expertise: a list for everybody, its lines written by the supporters themselves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from ccm_portal.ui.listing import show_list
from requests_app.actions import own_supporter
from requests_app.enums import Language, labels
from requests_app.offers import actions, permissions
from requests_app.offers.filters import ExpertiseFilter
from requests_app.offers.forms import ExpertiseForm
from requests_app.offers.models import Expertise
from requests_app.permissions import can_offer

COLUMNS = [
    "supporter", "holder", "area", "skill", "years", "languages", "south_south", "stated_on", "example",
]  # fmt: skip


@login_not_required
def expertise_list(request: HttpRequest) -> HttpResponse:
    """Who can do what, in which languages."""
    user = request.user
    chosen = ExpertiseFilter(request.GET, Expertise.objects.visible_to(user).for_list())

    def prepare(rows: list[Any]) -> list[Any]:
        for row in rows:
            row.language_labels = labels(Language, row.languages)
            row.is_own = permissions.can_change_expertise(user, row)
        return rows

    return show_list(
        request,
        "offers/expertise_list.html",
        chosen.qs,
        name="expertise",
        columns=COLUMNS,
        record=_record,
        prepare=prepare,
        filterset=chosen,
        can_state=isinstance(user, User) and can_offer(user),
    )


def _record(row: Any) -> dict[str, Any]:
    return {
        "supporter": row.supporter.name,
        "holder": row.holder,
        "area": str(row.area),
        "skill": row.skill,
        "years": row.years,
        "languages": row.language_labels,
        "south_south": row.is_south_south,
        "stated_on": row.stated_on,
        "example": row.is_example,
    }


def _own_or_refuse(request: HttpRequest, pk: int) -> Expertise:
    expertise = get_object_or_404(Expertise.objects.visible_to(request.user).for_list(), pk=pk)
    if not permissions.can_change_expertise(request.user, expertise):
        raise PermissionDenied(_("A line of the roster is written by the supporter that stated it."))
    return expertise


def expertise_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A supporter states what one of its institutions or posts can do, or corrects it."""
    user: User = request.user  # type: ignore[assignment]
    if not can_offer(user):
        raise PermissionDenied(_("Expertise is stated by States and by approved organisations."))
    expertise = _own_or_refuse(request, pk) if pk else Expertise(supporter=own_supporter(user.access))
    form = ExpertiseForm(request.POST or None, instance=expertise)
    if request.method == "POST" and form.is_valid():
        actions.state_expertise(form.save(commit=False), by=user, today=timezone.localdate())
        messages.success(request, _("The roster has it now."))
        return redirect("requests:expertise")
    context = {"form": form, "expertise": expertise, "is_new": pk is None}
    return render(request, "offers/expertise_form.html", context, status=422 if form.errors else 200)


@require_POST
def expertise_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A supporter takes a line from the roster."""
    expertise = _own_or_refuse(request, pk)
    actions.withdraw_expertise(expertise, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("It is not on the roster any more."))
    return redirect("requests:expertise")
