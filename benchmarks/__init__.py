"""Speed as ratios to a floor written by hand, one script per path: ``python -m benchmarks.board``."""
