"""Takes over the transactions of a former system from a file: read, mapped, tried, imported."""
