"""The pages of one charge point: one file per tab."""
