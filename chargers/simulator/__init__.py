"""Simulated charge points: real OCPP 1.6J clients over WebSocket, for any central system."""
