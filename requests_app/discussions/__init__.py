"""The discussion of one request among its participants."""
