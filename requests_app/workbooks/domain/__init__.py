"""What a returned form says, from its cells alone. No Django but the enums."""
