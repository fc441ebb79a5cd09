"""The rules of the field as pure values and functions: no input, output, clock or randomness."""
