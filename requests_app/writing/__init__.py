"""How a request is written: in steps that save themselves, so that nothing typed is lost."""
