"""Rewards: the catalogue and what comes out of it: vouchers, gift certificates, packages, hand-overs."""
