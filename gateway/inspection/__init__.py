"""Looks inside documents, in a process of its own that can harm nothing but its own work."""
