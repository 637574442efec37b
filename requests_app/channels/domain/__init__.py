"""Rules of direct channels. No Django."""
