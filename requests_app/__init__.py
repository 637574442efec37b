"""Needs and requests, evidence, relays and answers, supporters and their offers, matching."""
