"""How mail reaches each person, and the digest of new requests in the areas that a person chooses."""
