"""What every capability stands on: the database, the clock, money, texts, refusals and events."""
