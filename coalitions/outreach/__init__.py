"""Who was contacted about which time-bound obligation, and whom to contact next: for Coordinators and the ISU."""
