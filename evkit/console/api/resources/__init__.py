"""One file per resource: its shape, and its endpoints."""
