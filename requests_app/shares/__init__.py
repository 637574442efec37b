"""What each supporter takes on of a request, and what was really delivered."""
