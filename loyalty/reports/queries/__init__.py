"""Reads across capabilities, each a fixed number of statements whatever the clinic's size."""
