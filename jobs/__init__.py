"""Background work: what sends messages, what runs by the clock, and what tells whether both are alive."""
