"""Random and mutated frames against the running server; `make fuzz` for the long run."""
