"""What every list does with its address: filter, page, and export what is on screen as CSV, XLSX or JSON."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_filters import FilterSet

from ccm_portal.ui.tables import Record, to_csv, to_json, to_xlsx

PAGE_SIZES = (25, 10, 50, 100)
EXPORT_LIMIT = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(form: str, name: str, columns: Sequence[str], records: Iterable[Record]) -> HttpResponse:
    """Records as a file. Raises BadRequest for a format that lists do not have."""
    if form == "json":
        return HttpResponse(to_json(columns, records), content_type="application/json")
    if form == "csv":
        body: str | bytes = "\ufeff" + to_csv(columns, records)  # the mark lets spreadsheets see UTF-8
        response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    elif form == "xlsx":
        response = HttpResponse(to_xlsx(columns, records), content_type=XLSX)
    else:
        raise BadRequest(_("Lists come as csv, xlsx or json, not as “%(form)s”.") % {"form": form[:20]})
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def page_size(request: HttpRequest) -> int:
    """Rows per page: 25 unless the address asks for another size that lists have."""
    asked = request.GET.get("per_page", "")
    return int(asked) if asked.isdigit() and int(asked) in PAGE_SIZES else PAGE_SIZES[0]


def show_list(
    request: HttpRequest,
    template: str,
    rows: Any,
    *,
    name: str,
    columns: Sequence[str],
    record: Callable[[Any], Record],
    filterset: FilterSet | Form | None = None,
    prepare: Callable[[Any], Any] = lambda rows: rows,
    of_page: Callable[[Any], dict[str, Any]] = lambda rows: {},
    by_key: Callable[[list[Any]], list[Any]] | None = None,
    is_dear: bool = False,
    **context: Any,
) -> HttpResponse:
    """A page of rows, or all of them as a file. `prepare` completes the rows of one page with a fixed number of
    queries, and `of_page` gives what else the page says of them; `record` turns one into the columns of the export.
    `by_key` reads rows with all that is shown of them, in the same order, by the keys of those found; where finding
    them is dear they are looked for once, not once for their number and once for the page. A filter that is not
    well-formed finds nothing: all rows in its place would be taken for its answer. Raises BadRequest for a file of it.
    """
    form_of_filter = getattr(filterset, "form", filterset)
    if form_of_filter is not None and form_of_filter.is_bound and form_of_filter.errors:
        if request.GET.get("format"):
            raise BadRequest(_("The filter of this list is not well-formed, so there is no file of it."))
        rows = rows.none() if isinstance(rows, QuerySet) else []
    found = rows.values_list("pk", flat=True) if by_key else rows

    def complete(some: list[Any]) -> Any:
        return prepare(by_key(some) if by_key else some)

    if form := request.GET.get("format"):
        return export(form, name, columns, (record(row) for row in complete(list(found[:EXPORT_LIMIT]))))
    page = Paginator(list(found) if is_dear else found, page_size(request)).get_page(request.GET.get("page"))
    page.object_list = complete(list(page.object_list))
    return render(
        request,
        template,
        {"page": page, "filter_form": form_of_filter, **context, **of_page(page.object_list)},
    )
