"""The audit log's formats: entries as canonical JSON, and what is proved about them."""
