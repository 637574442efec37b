"""Pure rules of the parts of a need."""
