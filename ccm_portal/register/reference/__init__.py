"""Reads the register's reference files (CSV) into the database: may be run any number of times.

Contradictory or unreadable rows raise `BadReference`; the caller's transaction then leaves nothing half-saved.
"""

from pathlib import Path

from ccm_portal.register import enums
from ccm_portal.register.reference.institutions import (
    load_action_plans,
    load_bodies,
    load_offices,
    load_organisations,
    load_targets,
)
from ccm_portal.register.reference.obligations import (
    load_clocks,
    load_published_dates,
    load_victim_assistance,
    read_lodgings,
)
from ccm_portal.register.reference.papers import load_papers
from ccm_portal.register.reference.records import load_decisions, load_documents, load_indicators, load_pages
from ccm_portal.register.reference.rows import (
    BadReference,
    Row,
    by_key,
    choose,
    optional_rows,
    partial_date,
    read_rows,
)
from ccm_portal.register.reference.shelf import Shelf, Tally
from ccm_portal.register.reference.states import (
    load_initial_reports,
    load_meetings,
    load_report_contents,
    load_states,
)

__all__ = [
    "BadReference",
    "Row",
    "Shelf",
    "Tally",
    "by_key",
    "choose",
    "load_register",
    "optional_rows",
    "partial_date",
    "read_rows",
]


def load_register(treaty: Path, assistance: Path, portal: Path, tally: Tally) -> None:
    """Everything that the register holds, from its three folders. Run inside a transaction."""
    states = load_states(treaty, portal, tally)
    meetings = load_meetings(treaty, portal, states, tally)
    lodged = read_lodgings(portal / "extension_requests.csv")
    load_clocks(treaty / "article3.csv", enums.Limb.STOCKPILES, states, meetings, lodged, tally)
    load_clocks(treaty / "article4.csv", enums.Limb.CLEARANCE_EXISTING, states, meetings, lodged, tally)
    load_published_dates(treaty / "golden_dates.csv", states, tally)
    load_targets(portal / "targets.csv", tally)
    load_victim_assistance(treaty / "article5.csv", states, tally)
    load_initial_reports(treaty / "article7.csv", states, tally)
    load_report_contents(portal, states, tally)
    load_offices(assistance / "coordinators.csv", states, meetings, tally)
    load_bodies(portal, tally)
    load_organisations(assistance, states, tally)
    load_action_plans(portal, tally)
    load_indicators(portal, tally)
    documents = load_documents(portal, states, meetings, tally)
    load_decisions(portal, meetings, documents, tally)
    load_pages(portal, tally)
    load_papers(portal.parent / "papers", tally)
