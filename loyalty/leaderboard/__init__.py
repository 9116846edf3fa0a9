"""The monthly referral leaderboard: drafted by a job, reviewed and published by a manager, then frozen."""
