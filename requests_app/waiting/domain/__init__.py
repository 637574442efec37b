"""The rules of waiting. Pure."""
