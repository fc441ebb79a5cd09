"""Pages for sending packs, and what became of them."""
