"""Who may charge: the central system, the local list and the cache (OCPP 1.6 §3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.calls import CallFailedError
from chargers.simulator.clock import parse_time
from chargers.simulator.connector import Connector, Reservation
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

ACCEPTED = "Accepted"


class Authorisation:
    """Local list, authorization cache and the Authorize call of one charge point.

    Id tags are matched without regard to case (OCPP 1.6 §7.29, CiString).
    """

    __slots__ = ("_cache", "_cp", "list_version", "local_list")

    def __init__(self, cp: SimulatedChargePoint) -> None:
        self._cp = cp
        self._cache: dict[str, Payload] = {}
        self.local_list: dict[str, Payload] = {}
        self.list_version = 0

    def remember(self, id_tag: str, info: Payload | None) -> None:
        """Put what the central system said about a tag into the cache."""
        if info is not None and self._cp.configuration.flag("AuthorizationCacheEnabled"):
            self._cache[id_tag.casefold()] = info

    def clear_cache(self) -> None:
        """Forget the cache."""
        self._cache.clear()

    def parent(self, id_tag: str) -> str | None:
        """Return the parent of a tag as far as known here."""
        info = self._known(id_tag) or {}
        return info.get("parentIdTag")

    def same_owner(self, one: str, other: str) -> bool:
        """Tell whether two tags are the same or of one group."""
        if one.casefold() == other.casefold():
            return True
        parent = self.parent(one)
        return parent is not None and parent == self.parent(other)

    def may_use(self, connector: Connector, id_tag: str) -> bool:
        """Tell whether state and reservations let this tag charge here."""
        if connector.error_code != "NoError" or not connector.operative:
            return False
        held = [item for item in (connector.reservation, self._cp.station.reservation) if item]
        return all(self.reserved_for(item, id_tag) for item in held)

    def reserved_for(self, reservation: Reservation, id_tag: str) -> bool:
        """Tell whether a reservation is for this tag or its group (OCPP 1.6 §5.13)."""
        if reservation.id_tag.casefold() == id_tag.casefold():
            return True
        parent = reservation.parent_id_tag
        return parent is not None and parent == self.parent(id_tag)

    async def ask(self, id_tag: str) -> str:
        """Return the authorization status of a tag, from the best source available."""
        configuration = self._cp.configuration
        if configuration.flag("LocalPreAuthorize") and self._local_status(id_tag) == ACCEPTED:
            return ACCEPTED
        if not self._cp.online:
            return self._offline_status(id_tag)
        try:
            answer = await self._cp.send_call("Authorize", {"idTag": id_tag})
        except CallFailedError:
            return self._offline_status(id_tag)
        info = answer.get("idTagInfo") or {}
        self.remember(id_tag, info)
        return str(info.get("status", "Invalid"))

    def _known(self, id_tag: str) -> Payload | None:
        key = id_tag.casefold()
        if self._cp.configuration.flag("LocalAuthListEnabled") and key in self.local_list:
            return self.local_list[key]
        return self._cache.get(key)

    def _local_status(self, id_tag: str) -> str | None:
        info = self._known(id_tag)
        if info is None:
            return None
        if self._has_expired(info):
            return "Expired"
        return str(info.get("status", "Invalid"))

    def _has_expired(self, info: Payload) -> bool:
        expiry = info.get("expiryDate")
        try:
            return expiry is not None and parse_time(expiry) <= self._cp.clock.now()
        except (TypeError, ValueError):
            return False

    def _offline_status(self, id_tag: str) -> str:
        status = self._local_status(id_tag)
        if status is None:
            unknown = self._cp.configuration.flag("AllowOfflineTxForUnknownId")
            return ACCEPTED if unknown else "Invalid"
        if not self._cp.configuration.flag("LocalAuthorizeOffline"):
            return "Invalid"
        return status
