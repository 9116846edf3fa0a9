"""Messages: one row per patient, step and anchor, which is the outbox, the queue and the history at once."""
