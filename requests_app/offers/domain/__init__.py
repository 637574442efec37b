"""Pure rules of offers: who has a place in a workshop, and until when one may apply."""
