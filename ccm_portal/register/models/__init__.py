"""The treaty register: facts with their source. Every deadline, status and count is computed from them."""

from ccm_portal.register.models.meetings import Meeting, MeetingSchedule, Target
from ccm_portal.register.models.obligations import (
    Completion,
    ExtensionDecision,
    Obligation,
    ObligationQuerySet,
    PublishedDate,
)
from ccm_portal.register.models.offices import Office, OfficeTerm, OfficeTermQuerySet, Organisation
from ccm_portal.register.models.plans import Action, ActionPlan, ActionPlanQuerySet, Indicator, IndicatorValue
from ccm_portal.register.models.records import (
    Decision,
    Document,
    DocumentVersion,
    ImportWarning,  # noqa: A004  the name of the requirement; nothing here imports the builtin
    PageText,
    Paper,
    document_path,
)
from ccm_portal.register.models.reports import (
    ReportedFigure,
    ReportForm,
    ReportingYear,
    ReportingYearQuerySet,
    TemplateFile,
    TransparencyReport,
    TransparencyReportQuerySet,
)
from ccm_portal.register.models.sourced import Sourced, earliest_day
from ccm_portal.register.models.states import State, StateQuerySet

__all__ = [
    "Action",
    "ActionPlan",
    "ActionPlanQuerySet",
    "Completion",
    "Decision",
    "Document",
    "DocumentVersion",
    "ExtensionDecision",
    "ImportWarning",
    "Indicator",
    "IndicatorValue",
    "Meeting",
    "MeetingSchedule",
    "Obligation",
    "ObligationQuerySet",
    "Office",
    "OfficeTerm",
    "OfficeTermQuerySet",
    "Organisation",
    "PageText",
    "Paper",
    "PublishedDate",
    "ReportForm",
    "ReportedFigure",
    "ReportingYear",
    "ReportingYearQuerySet",
    "Sourced",
    "State",
    "StateQuerySet",
    "Target",
    "TemplateFile",
    "TransparencyReport",
    "TransparencyReportQuerySet",
    "document_path",
    "earliest_day",
]
