"""File formats people write: the register file and the pack file, read as a whole or refused."""
