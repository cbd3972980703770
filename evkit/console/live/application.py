"""The ASGI application behind `/live/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path, re_path

from evkit.console.live.consumer import LiveConsumer

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class NothingHere(AsyncWebsocketConsumer):
    """Refuses WebSockets on any other path."""

    async def connect(self) -> None:
        """Refuse."""
        await self.close()


def live_application() -> Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]:
    """Return the application: browsers of this host only, with their session's user."""
    routes = [path("live/", LiveConsumer.as_asgi()), re_path(r"", NothingHere.as_asgi())]
    application: Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]] = AllowedHostsOriginValidator(
        AuthMiddlewareStack(URLRouter(routes))
    )
    return application
