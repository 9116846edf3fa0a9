"""Decisions about ways in: one-time codes, throttles, passwords, second factors, how long a session lives."""
