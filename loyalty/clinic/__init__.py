"""The clinic itself: its programme settings, branches, services, doctors and staff."""
