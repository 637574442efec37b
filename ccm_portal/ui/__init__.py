"""Presentation that every app shares: template tags, lists, exports, dates from an address. No models, no rules."""
