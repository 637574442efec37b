"""Clocks of a request: what waits on whom, alarms, silence procedures, yearly and closing questions, who reads it."""
