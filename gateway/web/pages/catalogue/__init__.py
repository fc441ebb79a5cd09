"""The catalogue of an agency's protocols."""
