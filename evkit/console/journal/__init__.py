"""The audit journal in words: what was changed or asked for, with the fields by their names."""
