"""Benchmarks: `make bench` runs them all; each prints one JSON line. Only ratios inside one run decide."""
