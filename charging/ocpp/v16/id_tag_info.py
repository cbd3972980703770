from __future__ import annotations

from chargers.ocpp.times import format_time
from charging.services.authorization import Decision


def id_tag_info(decision: Decision) -> dict[str, object]:
    """Return a decision as IdTagInfo (OCPP 1.6 §7.27)."""
    info: dict[str, object] = {"status": str(decision.status.value)}
    if decision.expires_at is not None:
        info["expiryDate"] = format_time(decision.expires_at)
    if decision.parent:
        info["parentIdTag"] = decision.parent
    return info
