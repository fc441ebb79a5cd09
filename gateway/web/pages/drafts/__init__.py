"""The pages on which a protocol is written, commented, vetted and put out to be signed."""
