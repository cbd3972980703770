"""The central system as its API shows it, for one charge point."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.server import Server

PATIENCE_S = 20
Facts = dict[str, Any]


@dataclass(frozen=True)
class Csms:
    """What an operator sees and asks of the charge point `identity`."""

    server: Server
    token: str
    identity: str

    def ask(self, action: str, payload: Mapping[str, Any] | None = None) -> int:
        """Queue a message to the charge point and return the command's number."""
        body = {"action": action, "payload": dict(payload or {})}
        path = f"charge-points/{self.identity}/commands"
        return int(self.server.request("POST", path, self.token, body)["id"])

    def send_list(self, update: str) -> int:
        """Queue the local list as evkit composes it and return the command's number."""
        path = f"charge-points/{self.identity}/local-list"
        return int(self.server.request("POST", path, self.token, {"update": update})["id"])

    def local_list(self) -> Facts:
        """Return the charge point's local list."""
        return self._get(f"charge-points/{self.identity}/local-list")

    def await_outcome(self, number: int, **expected: Any) -> Facts:
        """Return a command once it shows the `expected` fields."""
        return self._await(f"commands/{number}", expected)

    def await_transaction(self, number: int, **expected: Any) -> Facts:
        """Return a transaction of this charge point once it shows the `expected` fields."""
        found = self._await(f"transactions/{number}", expected)
        assert found["charge_point"] == self.identity
        return found

    def transactions(self) -> list[Facts]:
        """Return the charge point's transactions, the newest first."""
        items: list[Facts] = self._get(f"transactions?charge_point={self.identity}")["items"]
        return items

    def reservation(self, number: int, **expected: Any) -> Facts:
        """Return a reservation by its number on the wire, once it shows the `expected` fields."""
        path = f"reservations?charge_point={self.identity}"
        return self._await(path, expected, lambda found: self._of_number(found, number))

    @staticmethod
    def _of_number(found: Facts, number: int) -> Facts:
        return next(item for item in found["items"] if item["reservation_id"] == number)

    def transfer(self, command: int, **expected: Any) -> Facts:
        """Return the transfer of a file that a command asked for, once it shows the `expected` fields."""
        path = f"charge-points/{self.identity}/files"
        return self._await(
            path, expected, lambda found: next(i for i in found["items"] if i["command"] == command)
        )

    def security_events(self) -> list[Facts]:
        """Return the security events of the charge point, the newest first."""
        items: list[Facts] = self._get(f"charge-points/{self.identity}/security-events")["items"]
        return items

    def certificates(self) -> Facts:
        """Return the certificates of the charge point, issued and installed."""
        return self._get(f"charge-points/{self.identity}/certificates")

    def await_certificates(self, kind: str, wanted: Callable[[Any], bool]) -> list[Facts]:
        """Return the certificates of a kind once they are as `wanted`."""
        deadline = time.monotonic() + PATIENCE_S
        while not wanted(found := self.certificates()[kind]):
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
        rows: list[Facts] = found
        return rows

    def authority(self) -> str:
        """Return the root certificate of the central system's own authority."""
        return str(self._get("authority")["certificate"])

    def await_link(self, *, connected: bool) -> None:
        """Wait until the central system shows the charge point connected, or not."""
        self._await(f"charge-points/{self.identity}", {"connected": connected})

    def charge_point(self) -> Facts:
        """Return the charge point."""
        return self._get(f"charge-points/{self.identity}")

    def connector(self, number: int = 1) -> Facts:
        """Return a connector of the charge point."""
        found: Facts = next(c for c in self.charge_point()["connectors"] if c["number"] == number)
        return found

    def _get(self, path: str) -> Facts:
        found: Facts = self.server.get(path, self.token)
        return found

    def sweep(self) -> None:
        """Let the regular work of the workers be done now; this server has none of its own."""
        tasks = "from charging.tasks import sweep_reservations; from chargers.tasks import sweep_commands"
        self.server.shell(f"{tasks}; sweep_commands(); sweep_reservations()")

    def _await(
        self, path: str, expected: Mapping[str, Any], pick: Callable[[Facts], Facts] = lambda found: found
    ) -> Facts:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = pick(self._get(path))
            if all(found[name] == value for name, value in expected.items()):
                return found
            assert time.monotonic() < deadline, f"{dict(expected)} expected, {path} shows {found}"
            time.sleep(0.02)
