"""A charge point for the tests of pages: a plain OCPP 1.6J client on a thread."""

from __future__ import annotations

import itertools
import json
import queue
import threading
from datetime import UTC, datetime
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class ChargePoint:
    """Connects, sends calls and answers every call of the central system with `answer`."""

    def __init__(self, url: str, identity: str) -> None:
        self._socket = connect(f"{url}{identity}", subprotocols=["ocpp1.6"])  # type: ignore[list-item]
        self._numbers = itertools.count(1)
        self._answers: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()
        self.received: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.answer: dict[str, Any] = {"status": "Accepted"}
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.call("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "T 1"})

    def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a call and return what was answered."""
        self._socket.send(json.dumps([2, f"m{next(self._numbers)}", action, payload]))
        kind, answer = self._answers.get(timeout=10)
        assert kind == 3, f"{action}: {answer}"
        return answer

    def status(self, connector: int, status: str, error: str = "NoError") -> None:
        """Report the status of a connector."""
        payload = {"connectorId": connector, "status": status, "errorCode": error, "timestamp": now()}
        self.call("StatusNotification", payload)

    def start(self, connector: int, tag: str) -> int:
        """Start a transaction and return its number."""
        payload = {"connectorId": connector, "idTag": tag, "meterStart": 1000, "timestamp": now()}
        return int(self.call("StartTransaction", payload)["transactionId"])

    def meter(self, connector: int, transaction: int, power_w: float, soc: float) -> None:
        """Report power and state of charge."""
        values = [
            {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
            {"value": str(soc), "measurand": "SoC", "unit": "Percent"},
        ]
        payload = {
            "connectorId": connector,
            "transactionId": transaction,
            "meterValue": [{"timestamp": now(), "sampledValue": values}],
        }
        self.call("MeterValues", payload)

    def stop(self, transaction: int) -> None:
        """Stop a transaction."""
        payload = {"transactionId": transaction, "meterStop": 2000, "timestamp": now(), "reason": "Remote"}
        self.call("StopTransaction", payload)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
        self._thread.join(5)

    def _read(self) -> None:
        try:
            for frame in self._socket:
                kind, number, *rest = json.loads(frame)
                if kind == 2:
                    self._socket.send(json.dumps([3, number, self.answer]))
                    self.received.put((rest[0], rest[1]))
                else:
                    self._answers.put((kind, rest[0]))
        except ConnectionClosed:
            return


def now() -> str:
    """Return the time as OCPP writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
