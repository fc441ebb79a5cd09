"""Use cases: one function each, one transaction each, over ports that adapters implement."""
