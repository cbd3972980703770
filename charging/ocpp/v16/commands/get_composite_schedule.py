from __future__ import annotations

from chargers.ocpp.commanding import CommandRoute

ROUTE = CommandRoute()
"""GetCompositeSchedule (OCPP 1.6 §5.7): the schedule stays in the command's response."""
