"""Public pages of what is on record: deposits and declarations, and the short pages that the ISU edits."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ccm_portal.register.declarations import COLUMNS, declarations
from ccm_portal.register.forms import DeclarationFilter
from ccm_portal.register.holders import with_holders
from ccm_portal.register.models import PageText
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from ccm_portal.ui.text import blocks


@login_not_required
def declaration_list(request: HttpRequest) -> HttpResponse:
    """What States have signed, deposited and declared by a day."""
    form, on = DeclarationFilter(request.GET), as_of(request)
    return show_list(
        request,
        "register/declaration_list.html",
        declarations(on, form.cleaned_data if form.is_valid() else {}),
        name="declarations",
        columns=COLUMNS,
        record=lambda act: act.as_record(),
        filterset=form,
        on=on,
    )


@login_not_required
def page_list(request: HttpRequest) -> HttpResponse:
    """The short pages."""
    return render(request, "register/page_list.html", {"pages": PageText.objects.all()})


@login_not_required
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One short page. A dated text keeps the holders of its day; any other names those of the day it is read."""
    page, on = get_object_or_404(PageText, slug=slug), as_of(request)
    text = blocks(with_holders(page.body, page.dated_on or on))
    return render(request, "register/page_detail.html", {"text_page": page, "blocks": text, "on": on})
