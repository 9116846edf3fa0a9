"""Two records of one person become one, with everything that belongs to either (P17)."""
