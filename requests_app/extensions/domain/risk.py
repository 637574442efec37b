"""What a State's own warning does to the status of its clock."""

from ccm_portal.treaty.deadlines import Status

#: The status of a clock -> the same once its State says that it may not complete in time. What is over stays over,
#: and a request under way or a missed deadline says more than a warning.
FLAGGED: dict[Status, Status] = {
    Status.ON_TRACK: Status.AT_RISK,
    Status.EXTENDED: Status.AT_RISK,
    Status.AT_RISK: Status.AT_RISK,
    Status.EXTENSION_REQUESTED: Status.EXTENSION_REQUESTED,
    Status.OVERDUE: Status.OVERDUE,
    Status.COMPLETED: Status.COMPLETED,
    Status.NO_OBLIGATION_DECLARED: Status.NO_OBLIGATION_DECLARED,
    Status.FROZEN: Status.FROZEN,
}
