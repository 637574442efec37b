"""Country Coalitions and their commitments; the Coordinators' work plans and their activities."""
