"""Writing what a configuration file declares."""
