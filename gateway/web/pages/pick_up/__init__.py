"""The pages from which an archive is picked up."""
