"""Loads all reference data, from every app, in one transaction."""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from ccm_portal.accounts.actions import record_event
from ccm_portal.accounts.models import User
from ccm_portal.register.clocks import formal_meetings
from ccm_portal.register.reference import Tally, load_register
from coalitions.reference import load_coalitions
from reports.reference import load_rates, load_reports
from requests_app.queries import known_support
from requests_app.reference import load_assistance


def load_all(folder: Path, *, keep: bool = True, by: User | None = None) -> Tally:
    """Everything in a folder with `treaty/`, `assistance/` and perhaps `portal/`; with `keep=False` only a preview.

    A folder that holds the treaty files alone is taken as `treaty/`; the portal's own copy gives the rest. Raises
    BadReference, with nothing written, where a row cannot be used.
    """
    own: Path = settings.REFERENCE_DIR
    treaty = folder if (folder / "states_parties.csv").exists() else folder / "treaty"
    assistance = folder / "assistance" if (folder / "assistance").is_dir() else own / "assistance"
    portal = folder / "portal" if (folder / "portal").is_dir() else own / "portal"
    tally = Tally()
    with transaction.atomic():
        load_register(treaty, assistance, portal, tally)
        load_assistance(assistance, portal, tally)
        load_coalitions(assistance, portal, tally)
        load_reports(assistance, tally)
        load_rates(treaty, tally)
        record_event("reference data loaded", by=by, subject=folder.name, added=tally.added, changed=tally.changed)
        if not keep:
            transaction.set_rollback(True)
    formal_meetings.forget()
    known_support.forget()
    return tally
