"""The official cases of OCPP 1.6 for a central system, each against the running server."""
