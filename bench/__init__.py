"""Benchmarks: `make bench`. Ratios within one run count; absolutes depend on the machine."""
