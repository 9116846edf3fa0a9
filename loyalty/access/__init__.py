"""Ways in: one-time codes, revocable sessions, throttles and keys of the clinic's own system."""
