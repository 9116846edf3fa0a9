"""What can happen at the clinic: one call of a domain's operation each, at the instant the stage shows."""
