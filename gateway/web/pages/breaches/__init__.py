"""Pages for privacy breaches, and for exercises of them."""
