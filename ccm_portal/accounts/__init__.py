"""People, the posts they hold, sign-in, the audit trail and outgoing mail."""
