"""What the Convention computes: pure functions of dates, no Django, no database, no clock."""
