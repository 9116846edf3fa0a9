"""What is kept how long, and forgetting it."""
