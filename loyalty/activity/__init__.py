"""Who did what to whom, before and after (A1), and which periodic job ran when. Append-only."""
