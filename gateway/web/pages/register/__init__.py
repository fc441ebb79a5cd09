"""Pages for the register, users and tokens."""
