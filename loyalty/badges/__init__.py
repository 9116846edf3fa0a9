"""Badges: small medals for deeds, awarded once, never for an illness or for money spent."""
