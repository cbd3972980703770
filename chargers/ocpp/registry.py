"""The charge points whose sockets this process holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chargers.ocpp.connection import ChargePointConnection


class Registry:
    """Connections by charge point; used on the event loop only."""

    def __init__(self) -> None:
        self._by_id: dict[int, ChargePointConnection] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[ChargePointConnection]:
        return iter(list(self._by_id.values()))

    def add(self, connection: ChargePointConnection) -> ChargePointConnection | None:
        """Register `connection` as the newest of its charge point; return the one it replaces."""
        key = connection.link.charge_point_id
        old = self._by_id.get(key)
        self._by_id[key] = connection
        return old

    def remove(self, connection: ChargePointConnection) -> None:
        """Forget `connection`, unless a newer one has taken its place."""
        key = connection.link.charge_point_id
        if self._by_id.get(key) is connection:
            del self._by_id[key]

    def get(self, charge_point_id: int) -> ChargePointConnection | None:
        """Return the connection of a charge point, if this process holds it."""
        return self._by_id.get(charge_point_id)
