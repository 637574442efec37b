"""Pure rules of splitting and joining."""
