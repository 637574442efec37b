"""What supporters say of themselves, which requests they follow, and in which they have shown interest."""
