"""The door for charge points: a Channels consumer with its own receive loop.

The stock dispatch of Channels hops to a thread for every frame; this one never leaves the event loop
except for the hand-over to the writer.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from channels.consumer import AsyncConsumer

from chargers.ocpp.admission import Admission, Refusal, admit
from chargers.ocpp.connection import ChargePointConnection, Receive, Send
from chargers.ocpp.handling import Batch
from chargers.ocpp.handshake import (
    Offer,
    Peer,
    basic_password,
    choose_subprotocol,
    forwarded,
    header,
    identity_of,
    only,
    read_certificate_header,
)
from chargers.ocpp.short_way import EXTENSION
from chargers.services.calls import lose_calls
from chargers.services.connections import close_connection
from evkit.core.errors import EvkitError

if TYPE_CHECKING:
    from chargers.ocpp.engine import Engine

log = logging.getLogger(__name__)

REPLACED = 1000
UNDECIDED = 503
Scope = Mapping[str, Any]


class ChargePointConsumer(AsyncConsumer):
    """Serves one charge point from its handshake to its end.

    Args:
        engine: the process's engine.
        trusted_proxies: addresses whose X-Forwarded-* headers are believed.
        certificate_header: in which they tell the client's certificate (lower case), b"" if they tell none.
    """

    def __init__(
        self,
        engine: Engine,
        trusted_proxies: Container[str] = (),
        certificate_header: bytes = b"",
    ) -> None:
        self._engine = engine
        self._trusted_proxies = trusted_proxies
        self._certificate_header = certificate_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit or refuse the charge point, then serve it."""
        await self._engine.start()
        event = await receive()
        if event["type"] != "websocket.connect":
            return
        decision = await self._decide(scope)
        if isinstance(decision, Refusal):
            await _refuse(scope, send, decision)
            return
        connection = ChargePointConnection(
            self._engine,
            decision.link,
            send,
            idle_limit_s=decision.idle_limit_s,
            door=(scope.get("extensions") or {}).get(EXTENSION),
        )
        try:
            await self._take_over(connection, decision)
            await connection.accept(decision.echo)
            await connection.run(receive)
        finally:
            await self._end(connection)

    async def _decide(self, scope: Scope) -> Admission | Refusal:
        engine, peer = self._engine, self._peer(scope)
        identity = identity_of(scope.get("raw_path") or scope["path"].encode())
        if identity is None:
            return Refusal(404, "no identity in the path")
        offer = choose_subprotocol(scope.get("subprotocols") or [])
        if offer is None:
            return Refusal(400, "no subprotocol in common")
        key = f"{peer.address} {identity}"
        now = time.monotonic()
        if engine.throttle.refuses(peer.address, identity, now):
            return Refusal(429, "too many failures")
        decision = await self._ask(key, peer, identity, offer, header(scope["headers"], b"authorization"))
        if isinstance(decision, Admission):
            engine.throttle.succeeded(peer.address, identity, now)
        elif decision.status != UNDECIDED:
            engine.throttle.failed(peer.address, identity, now)
        return decision

    async def _ask(
        self, key: str, peer: Peer, identity: str, offer: Offer, authorization: bytes | None
    ) -> Admission | Refusal:
        """Have the registry decide, unless a newer handshake of the same peer comes first."""
        engine, token = self._engine, uuid4()

        def decide(batch: Batch) -> Admission | Refusal:
            if not engine.handshakes.is_newest(key, token):
                return Refusal(UNDECIDED, "a newer handshake took over")
            return admit(
                identity=identity,
                password=basic_password(authorization, identity),
                offer=offer,
                peer=peer,
                token=token,
                process=engine.process,
                batch=batch,
            )

        try:
            with engine.handshakes.waiting(key, token):
                return await engine.intake.run(decide, identity=identity)
        except EvkitError:
            return Refusal(UNDECIDED, "storage unavailable")

    def _peer(self, scope: Scope) -> Peer:
        address = (scope.get("client") or ("", 0))[0]
        encrypted = scope.get("scheme") == "wss"
        certificate = _own_certificate(scope)
        if address in self._trusted_proxies:
            headers = list(scope["headers"])
            address = forwarded(headers, b"x-forwarded-for").decode("latin-1")[:64] or address
            encrypted = encrypted or forwarded(headers, b"x-forwarded-proto") in {b"https", b"wss"}
            if self._certificate_header:
                told = read_certificate_header(only(headers, self._certificate_header))
                certificate = certificate or told
        return Peer(address, encrypted, certificate if encrypted else None)

    async def _take_over(self, connection: ChargePointConnection, admission: Admission) -> None:
        old = self._engine.registry.add(connection)
        if old is not None:
            await old.close(REPLACED, "a newer connection took over")
        elif admission.replaced_process and admission.replaced_process != self._engine.process:
            self._engine.gateway.evict(
                process=admission.replaced_process,
                charge_point_id=connection.link.charge_point_id,
                token=str(admission.replaced_token),
            )

    async def _end(self, connection: ChargePointConnection) -> None:
        self._engine.registry.remove(connection)
        connection.pump.stop()
        link = connection.link
        try:
            await self._engine.intake.run(
                lambda batch: self._record_end(connection, batch), identity=link.identity
            )
        except EvkitError as error:
            log.warning("close_not_recorded", extra={"identity": link.identity, "cause": str(error)})

    def _record_end(self, connection: ChargePointConnection, batch: Batch) -> None:
        link = connection.link
        close_connection(
            token=link.token,
            code=connection.close_code,
            reason=connection.close_reason,
            frames_in=connection.frames_in,
            frames_out=connection.frames_out,
            batch=batch,
        )
        lose_calls(link.charge_point_id, batch, routes=self._engine.commands, carried_by=link.token)


def _own_certificate(scope: Scope) -> bytes | None:
    """Return the certificate that the client proved to this server itself (ASGI's extension "tls")."""
    chain = ((scope.get("extensions") or {}).get("tls") or {}).get("client_cert_chain") or ()
    return ssl.PEM_cert_to_DER_cert(next(iter(chain))) if chain else None


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Refuse the handshake with an HTTP status where the server can, else with its own (403)."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="ocpp"'))
    if refusal.status == 429:
        headers.append((b"retry-after", b"60"))
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": refusal.reason.encode()})
