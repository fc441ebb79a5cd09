"""Where things are kept: PostgreSQL for what is known, encrypted files for what documents say."""
