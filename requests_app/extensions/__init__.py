"""A State's warning that it may miss a deadline, and its guided request for more time."""
