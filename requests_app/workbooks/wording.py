"""What the pages say of a returned form."""

from django.utils.translation import gettext as _

from requests_app.workbooks.domain.grids import NotRead, Place


def told_of(error: NotRead) -> str:
    """Why a file is not read, with the place where there is one."""
    reason = str(error.trouble.label)
    return f"{place_of(error.place)}: {reason}" if error.place else reason


def place_of(place: Place) -> str:
    return _("%(table)s, line %(line)s") % {"table": place.label, "line": place.line}
