"""What the API answers: models that name each field, and how they come from the domain."""
