"""The command line: thin commands that parse, call one use case, print, and set the exit code."""
