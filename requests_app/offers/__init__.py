"""What supporters offer: its capacity and what is left, workshops with their waiting list, the roster of expertise."""
