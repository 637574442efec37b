"""Pure rules of shares: what they cover, how they spread over years, which step comes next."""
