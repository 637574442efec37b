"""Several needs under one country request; splitting and joining requests."""
