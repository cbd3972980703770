"""A charge point in the hands of a test: it sends what the test says and shows what it was sent."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ssl import SSLContext
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.compliance.official import check_call, check_result
from tests.support.server import OCPP_16

PATIENCE_S = 20
ACCEPTED = {"status": "Accepted"}
Payload = dict[str, Any]


def ago(**span: float) -> str:
    """Return the time that long ago, as OCPP writes it; `ago()` is now."""
    moment = datetime.now(UTC) - timedelta(**span)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Station:
    """The charge point `identity`; `tag` is known and accepted, and used by no other charge point.

    Every frame from the central system is checked strictly by the official schema as it arrives.
    """

    def __init__(
        self,
        ocpp_url: str,
        identity: str,
        tag: str,
        *,
        tls: SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.identity = identity
        self.tag = tag
        self._url = f"{ocpp_url}{identity}"
        self._tls = tls
        self._headers = headers
        self._numbers = itertools.count(1)
        self._asked: deque[list[Any]] = deque()
        self._socket: ClientConnection | None = None

    def connect(self) -> Station:
        """Open the WebSocket."""
        self._socket = connect(
            self._url,
            subprotocols=[OCPP_16],
            ssl=self._tls,
            additional_headers=self._headers,
            proxy=None,
            open_timeout=PATIENCE_S,
        )
        assert self._socket.subprotocol == OCPP_16
        return self

    def disconnect(self) -> None:
        """Close the WebSocket; nothing that was asked may be left unlooked at."""
        assert not self._asked, f"not expected by the case: {self._asked}"
        self._opened.close()
        self._socket = None

    def cut(self) -> None:
        """Lose the connection, as in a power cut: without a closing handshake."""
        self._opened.socket.close()
        self._socket = None

    @property
    def _opened(self) -> ClientConnection:
        assert self._socket is not None, "not connected"
        return self._socket

    def call(self, action: str, **payload: Any) -> Payload:
        """Send a CALL and return the payload of its CALLRESULT."""
        message_id = f"{self.identity}-{next(self._numbers)}"
        self._opened.send(json.dumps([2, message_id, action, payload]))
        while True:
            frame = self._receive()
            if frame[0] != 2:
                check_result(frame, message_id, action)
                answer: Payload = frame[2]
                return answer
            self._asked.append(frame)

    def expect(self, action: str, answer: Mapping[str, Any] = ACCEPTED) -> Payload:
        """Return the payload of the next CALL, which must be `action`, after answering it."""
        frame = self._asked.popleft() if self._asked else self._receive()
        assert frame[0] == 2, f"{action} expected, got {frame}"
        assert frame[2] == action, f"{action} expected, got {frame}"
        self._opened.send(json.dumps([3, frame[1], answer]))
        payload: Payload = frame[3]
        return payload

    def _receive(self) -> list[Any]:
        frame: list[Any] = json.loads(self._opened.recv(PATIENCE_S))
        if frame[0] == 2:
            check_call(frame)
        return frame

    def boot(self) -> Payload:
        """Announce ourselves, then both connectors and the whole as available."""
        answer = self.call(
            "BootNotification",
            chargePointVendor="Example",
            chargePointModel="Two sockets",
            chargePointSerialNumber="0001",
            firmwareVersion="1.0",
        )
        for connector in (0, 1, 2):
            self.status("Available", connector=connector)
        return answer

    def status(self, status: str, *, connector: int = 1, error: str = "NoError") -> None:
        """Tell the status of a connector."""
        payload = {"connectorId": connector, "errorCode": error, "status": status, "timestamp": ago()}
        assert self.call("StatusNotification", **payload) == {}

    def authorize(self, tag: str | None = None) -> Payload:
        """Present a tag and return what is said of it."""
        info: Payload = self.call("Authorize", idTag=tag or self.tag)["idTagInfo"]
        return info

    def start(self, tag: str | None = None, *, at: str | None = None, meter: int = 1000) -> Payload:
        """Start a transaction on connector 1 and return the whole answer."""
        return self.call(
            "StartTransaction",
            connectorId=1,
            idTag=tag or self.tag,
            meterStart=meter,
            timestamp=at or ago(),
        )

    def stop(self, number: int, *, at: str | None = None, meter: int = 4000, **more: Any) -> Payload:
        """Stop a transaction; `more` are further fields such as `reason`."""
        return self.call(
            "StopTransaction", transactionId=number, meterStop=meter, timestamp=at or ago(), **more
        )

    def charge(self) -> int:
        """Go from an available connector to a running transaction and return its number."""
        self.status("Preparing")
        assert self.authorize()["status"] == "Accepted"
        answer = self.start()
        assert answer["idTagInfo"]["status"] == "Accepted"
        self.status("Charging")
        return int(answer["transactionId"])

    def leave(self) -> None:
        """The cable is taken out after a transaction."""
        self.status("Finishing")
        self.status("Available")
