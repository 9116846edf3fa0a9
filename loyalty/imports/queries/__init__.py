"""Reads of the imports capability."""
