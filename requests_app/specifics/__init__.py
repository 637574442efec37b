"""The parts of a need that depend on its area: costs by year, capacity, victims, law, land released, visits."""
