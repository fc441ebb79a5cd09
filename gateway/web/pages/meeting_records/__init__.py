"""Pages of what happens at a meeting and after it."""
