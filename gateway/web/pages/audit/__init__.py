"""Pages for reviewing the log."""
