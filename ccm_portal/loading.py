"""Loads all reference data, from every app, in one transaction."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import User
from ccm_portal.register.known import known_register
from ccm_portal.register.reference import BadReference, Tally, load_register
from coalitions.reference import load_coalitions
from reports.finding import known_library
from reports.reference import load_rates, load_reports
from requests_app.queries import known_support
from requests_app.reference import load_assistance

#: What the audit trail calls a load.
LOADED = "reference data loaded"
#: How many records an audit entry names one by one; the history of each record has them all.
MAX_CHANGES_KEPT = 2000


def load_all(
    folder: Path,
    *,
    keep: bool = True,
    by: User | None = None,
    tally: Tally | None = None,
    subject: str = "",
    **details: Any,
) -> Tally:
    """Everything in a folder with `treaty/`, `assistance/` and perhaps `portal/`; with `keep=False` only a preview.

    A folder that holds the treaty files alone is taken as `treaty/`; the portal's own copy gives the rest. Raises
    BadReference, with nothing written, where any row cannot be used; it names all of them.
    """
    own: Path = settings.REFERENCE_DIR
    treaty = folder if (folder / "states_parties.csv").exists() else folder / "treaty"
    assistance = folder / "assistance" if (folder / "assistance").is_dir() else own / "assistance"
    portal = folder / "portal" if (folder / "portal").is_dir() else own / "portal"
    tally = tally or Tally(is_import=folder.resolve() != own.resolve())
    with transaction.atomic():
        try:
            load_register(treaty, assistance, portal, tally)
            load_assistance(assistance, portal, tally)
            load_coalitions(assistance, portal, tally)
            load_reports(assistance, tally)
            load_rates(treaty, tally)
        except BadReference as error:
            tally.note_errors(error)
        tally.raise_errors()
        tally.drop_warnings_of_context()
        record_event(
            LOADED,
            by=by,
            subject=subject or folder.name,
            added=tally.added,
            changed=tally.changed,
            left=tally.left,
            warnings=tally.warnings,
            changes=[asdict(change) for change in tally.changes[:MAX_CHANGES_KEPT]],
            **details,
        )
        if not keep:
            transaction.set_rollback(True)
    known_register.forget()
    known_support.forget()
    known_library.forget()
    return tally
