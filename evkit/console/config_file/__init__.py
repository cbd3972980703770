"""The declarative configuration file: reading, checking, applying and exporting it."""
