"""From the nodes of a configuration file to what it declares."""
