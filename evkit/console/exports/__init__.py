"""Files of stored data: one description of a table gives its Excel workbook and its CSV.

To add a table: an `Export` in a file of its own, one line in `registry.py`.
"""
