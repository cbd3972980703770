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
from evkit.wiring import LiveHub, SharedAnswers, build_engine, live_application  # noqa: E402

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Application:
    """Dispatches by protocol and path."""

    def __init__(self) -> None:
        self.engine = build_engine()
        hub = LiveHub()
        self._pages = SharedAnswers(get_asgi_application(), hub)  # type: ignore[arg-type]  # Django's own names for the same
        self._files = FileEndpoint(settings.EVKIT_DATA_DIR / "files" / "incoming")
        self._live = live_application(hub)
        self._proxies = frozenset(settings.EVKIT_TRUSTED_PROXIES)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._files(scope, receive, send)
        elif scope["type"] == "http":
            await self._pages(dict(scope), receive, send)
        elif is_charge_point_path(scope.get("raw_path") or scope["path"].encode()):
            await ChargePointConsumer(self.engine, self._proxies)(scope, receive, send)
        else:
            await self._live(scope, receive, send)

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


application = Application()
