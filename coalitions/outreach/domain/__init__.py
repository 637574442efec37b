"""Pure rules of follow-ups and outreach."""
