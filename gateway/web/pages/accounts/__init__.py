"""Pages for signing in, and one's own account."""
