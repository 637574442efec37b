"""Direct channels between a requesting State and one supporter, opened once both have said yes."""
