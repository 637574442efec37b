"""National authors: who writes a request with the State, what they remark, and the sign-off before it goes out."""
