"""Decisions of the clinic layer: which settings exist, what countries preset, who may do what."""
