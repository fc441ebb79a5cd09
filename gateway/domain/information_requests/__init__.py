"""Requests for information after a meeting: what they say, how they are judged, how they move."""
