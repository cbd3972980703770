"""Django's SQLite backend, with transactions of one process that take turns (`base`)."""
