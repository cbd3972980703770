"""The central system as its API shows it, for one charge point."""

from __future__ import annotations

import time
from collections.abc import Mapping
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

    def _await(self, path: str, expected: Mapping[str, Any]) -> Facts:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self._get(path)
            if all(found[name] == value for name, value in expected.items()):
                return found
            assert time.monotonic() < deadline, f"{dict(expected)} expected, {path} shows {found}"
            time.sleep(0.02)
