"""Recording: what the clinic's own system says of a patient or a visit, taken over in one go, repeatable."""
