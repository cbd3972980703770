"""List pages: a table with its order, filters, columns and page in the URL, saved filters and CSV."""
