"""Points: an append-only ledger, lots with their own last days, and nothing that counts twice."""
