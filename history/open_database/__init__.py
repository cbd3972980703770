"""Stable SQL views of what is stored, for other tools; `docs/database.md` lists every column."""
