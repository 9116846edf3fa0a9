"""Patients: identity, family, languages, consents, source, and the summary row that pages read."""
