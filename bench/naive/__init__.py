"""The naive design, for comparison: daphne, a stock Channels consumer, `ocpp` routing, one row per sample."""
