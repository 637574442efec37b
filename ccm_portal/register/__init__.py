"""What the Convention knows: States, obligations, treaty acts, reports, meetings, offices, organisations, plans."""
