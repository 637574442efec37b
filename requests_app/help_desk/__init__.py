"""Help tickets: advice of the ISU to one State, read by nobody else (mandate of the ISU, paragraph b)."""
