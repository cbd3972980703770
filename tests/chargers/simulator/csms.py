"""A tiny central system made of the `ocpp` package's routing, over real sockets."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as OcppChargePoint
from ocpp.v16 import call, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import AuthorizationStatus, DataTransferStatus, GenericStatus, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request

Payload = dict[str, Any]


class Link(OcppChargePoint):
    """One connection to a charge point, answered by the `ocpp` package."""

    def __init__(self, identity: str, socket: ServerConnection, csms: Csms) -> None:
        super().__init__(identity, socket, response_timeout=csms.response_timeout_s)
        self.csms = csms
        self.socket = socket
        if socket.request is None:
            raise ValueError("the handshake has not taken place")
        self.request: Request = socket.request

    async def route_message(self, raw_msg: str) -> None:
        self.csms.frames.append(raw_msg)
        with suppress(ValueError):
            frame = json.loads(raw_msg)
            if frame[0] == 2:
                self.csms.calls.append((self.id, frame[2], frame[3]))
        await super().route_message(raw_msg)

    @on("BootNotification")
    def boot(self, **_: Any) -> call_result.BootNotification:
        csms = self.csms
        status = csms.boot_answers.pop(0) if csms.boot_answers else "Accepted"
        return call_result.BootNotification(now(), csms.interval_s, RegistrationStatus(status))

    @on("Heartbeat")
    def heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(now())

    @on("StatusNotification")
    def status(self, **_: Any) -> call_result.StatusNotification:
        return call_result.StatusNotification()

    @on("Authorize")
    def authorize(self, id_tag: str) -> call_result.Authorize:
        return call_result.Authorize(self.csms.id_tag_info(id_tag))

    @on("StartTransaction")
    def start_transaction(self, id_tag: str, **_: Any) -> call_result.StartTransaction:
        number = next(self.csms.numbers)
        return call_result.StartTransaction(number, self.csms.id_tag_info(id_tag))

    @on("StopTransaction")
    def stop_transaction(self, **_: Any) -> call_result.StopTransaction:
        return call_result.StopTransaction()

    @on("MeterValues")
    def meter_values(self, **_: Any) -> call_result.MeterValues:
        return call_result.MeterValues()

    @on("DataTransfer")
    def data_transfer(self, **_: Any) -> call_result.DataTransfer:
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    @on("FirmwareStatusNotification")
    def firmware_status(self, **_: Any) -> call_result.FirmwareStatusNotification:
        return call_result.FirmwareStatusNotification()

    @on("SecurityEventNotification")
    def security_event(self, **_: Any) -> call_result.SecurityEventNotification:
        return call_result.SecurityEventNotification()

    @on("SignCertificate")
    def sign_certificate(self, **_: Any) -> call_result.SignCertificate:
        return call_result.SignCertificate(GenericStatus.accepted)

    @on("LogStatusNotification")
    def log_status(self, **_: Any) -> call_result.LogStatusNotification:
        return call_result.LogStatusNotification()

    @on("SignedFirmwareStatusNotification")
    def signed_firmware_status(self, **_: Any) -> call_result.SignedFirmwareStatusNotification:
        return call_result.SignedFirmwareStatusNotification()

    @on("DiagnosticsStatusNotification")
    def diagnostics_status(self, **_: Any) -> call_result.DiagnosticsStatusNotification:
        return call_result.DiagnosticsStatusNotification()


class Csms:
    """What the central system has seen, and how it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.interval_s = 300
        self.response_timeout_s = 20.0
        self.boot_answers: list[str] = []
        self.statuses: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.numbers = itertools.count(1001)
        self.calls: list[tuple[str, str, Payload]] = []
        self.frames: list[str] = []
        self.links: list[Link] = []

    @property
    def link(self) -> Link:
        """The newest connection."""
        return self.links[-1]

    def of(self, action: str) -> list[Payload]:
        """Payloads of the calls received with that action, oldest first."""
        return [payload for _, name, payload in self.calls if name == action]

    def actions(self, *without: str) -> list[str]:
        """Actions received, oldest first."""
        return [name for _, name, _ in self.calls if name not in without]

    def statuses_of(self, connector: int) -> list[str]:
        """Statuses reported for a connector, oldest first."""
        rows = self.of("StatusNotification")
        return [row["status"] for row in rows if row["connectorId"] == connector]

    def status_of(self, connector: int) -> str | None:
        """Last status reported for a connector."""
        found = self.statuses_of(connector)
        return found[-1] if found else None

    def id_tag_info(self, id_tag: str) -> IdTagInfo:
        status = AuthorizationStatus(self.statuses.get(id_tag, "Accepted"))
        return IdTagInfo(status, parent_id_tag=self.parents.get(id_tag))

    async def ask(self, action: str, *fields: Any, **named: Any) -> Any:
        """Send a call over the newest connection and return its answer."""
        return await self.link.call(getattr(call, action)(*fields, **named))

    async def until(self, condition: Callable[[], bool], patience_s: float = 10.0) -> None:
        """Wait until something has been seen."""
        async with asyncio.timeout(patience_s):
            while not condition():  # noqa: ASYNC110 - frames of other tasks are polled
                await asyncio.sleep(0.01)

    async def serve_socket(self, socket: ServerConnection) -> None:
        path = socket.request.path if socket.request else ""
        link = Link(path.rsplit("/", 1)[-1], socket, self)
        self.links.append(link)
        with suppress(ConnectionClosed):
            await link.start()


@asynccontextmanager
async def running_csms(**options: Any) -> AsyncIterator[Csms]:
    """Serve on a free port; `options` go to `websockets.serve`."""
    csms = Csms()
    settings: dict[str, Any] = {"subprotocols": ["ocpp1.6"], "compression": None, **options}
    async with serve(csms.serve_socket, "127.0.0.1", 0, **settings) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        csms.url = f"ws://127.0.0.1:{port}/ocpp/"
        yield csms


def now() -> str:
    return datetime.now(tz=UTC).isoformat()
