"""Reports: what the charge points of sites did in a period, as charts, tables and files."""
