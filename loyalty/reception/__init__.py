"""Reception: the friend's way in, from the opened invitation to a wish for a time."""
