"""A believable clinic, An Nhiên in Nha Trang, made through the domain's own operations.

Its story is told relative to the day on which it is loaded: "last month" is the last calendar month, and the
next appointment is in three days. Only the command line imports this room.
"""
