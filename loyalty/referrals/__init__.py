"""Referrals: codes, touches, stages, the two halves of the thanks, and milestones to look forward to."""
