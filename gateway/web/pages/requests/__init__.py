"""Pages for requests for information, on both sides."""
