"""The ASGI application: charge points with their files, browsers' live feed, and pages."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evkit.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.core.asgi import get_asgi_application  # noqa: E402

from chargers.files.endpoint import PREFIX, FileEndpoint  # noqa: E402
from chargers.ocpp.consumer import ChargePointConsumer  # noqa: E402
from chargers.ocpp.handshake import is_charge_point_path  # noqa: E402
from evkit.bodies import BoundedBodies  # noqa: E402
from evkit.core.lanes import UNHINDERED  # noqa: E402
from evkit.environment import CHARGE_POINTS, PAGES  # noqa: E402
from evkit.wiring import LiveHub, SharedAnswers, build_engine, live_application  # noqa: E402

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]


async def not_here(scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
    """Refuse what another process serves: a proxy has sent it to the wrong one."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Another process of evkit serves this.\n"})


class Application:
    """Dispatches by protocol and path.

    Args:
        only: `PAGES` or `CHARGE_POINTS` for a process that serves nothing else, "" for one that serves both.
    """

    def __init__(self, only: str = "") -> None:
        self._charge_points = only != PAGES
        self._people = only != CHARGE_POINTS
        self.engine = build_engine()
        hub = LiveHub()
        pages = SharedAnswers(get_asgi_application(), hub)  # type: ignore[arg-type]  # Django's own names for the same
        self._pages = BoundedBodies(pages)
        self._files = FileEndpoint(settings.EVKIT_DATA_DIR / "files" / "incoming")
        self._live = live_application(hub)
        self._proxies = settings.EVKIT_TRUSTED_PROXIES
        self._certificate_header = settings.EVKIT_CLIENT_CERTIFICATE_HEADER.encode()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope)(scope, receive, send)
        else:
            await self._socket(scope)(scope, receive, send)

    def _http(self, scope: Mapping[str, Any]) -> App:
        """Return what answers a request: files are charge points' business, probes everybody's."""
        path = scope["path"]
        if path.startswith(PREFIX):
            return self._files if self._charge_points else not_here
        return self._ask_page if self._people or path in UNHINDERED else not_here

    async def _ask_page(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        await self._pages(dict(scope), receive, send)

    def _socket(self, scope: Mapping[str, Any]) -> App:
        """Return what serves a WebSocket."""
        if is_charge_point_path(scope.get("raw_path") or scope["path"].encode()):
            if not self._charge_points:
                return not_here
            return ChargePointConsumer(self.engine, self._proxies, self._certificate_header)
        return self._live if self._people else not_here

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await self.engine.start()
                await send({"type": "lifespan.startup.complete"})
            elif event["type"] == "lifespan.shutdown":
                await self.engine.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Application(settings.EVKIT_ONLY)
