"""What people say in files and in requests in the same words: labels, statements, packs."""
