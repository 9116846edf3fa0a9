"""Figures and lists that look across capabilities: what the staff's pages show of the whole programme."""
