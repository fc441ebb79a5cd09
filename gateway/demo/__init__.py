"""The demonstration: the whole job on one machine, with the commands an operator would type."""
