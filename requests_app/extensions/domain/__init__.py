"""Pure rules of risk flags and extension requests."""
