"""The ASGI application behind `/live/`: browsers of this host only, with their session's user."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.http import parse_cookie

from evkit.console.ids import read_ids
from evkit.console.live.hub import LiveHub
from evkit.console.live.page import NOT_ALLOWED, LivePage, Receive, Send

PATH: Final = "/live/"

App = Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]


class LiveApplication:
    """Serves the feed of a page; `?site=1&site=2` names the sites it shows.

    Any other path is refused. A viewer who may see none of the sites is told so in the close code: a
    refused handshake would look to the script like a server that is down.
    """

    def __init__(self, hub: LiveHub | None = None) -> None:
        self._hub = hub or LiveHub()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        await receive()
        if scope["path"] != PATH:
            await send({"type": "websocket.close"})
            return
        page = LivePage(session_key(scope), _asked(scope))
        try:
            allowed = await self._hub.join(page)
            await send({"type": "websocket.accept"})
            if allowed:
                await page.serve(receive, send)
            else:
                await send({"type": "websocket.close", "code": NOT_ALLOWED})
        finally:
            await self._hub.leave(page)


def live_application(hub: LiveHub | None = None) -> App:
    """Return the application; pages of other hosts are refused."""
    application: App = AllowedHostsOriginValidator(LiveApplication(hub))
    return application


def session_key(scope: Mapping[str, Any]) -> str:
    """Return the key of the browser's session, "" without one."""
    headers = [value for name, value in scope["headers"] if name == b"cookie"]
    cookies = parse_cookie(b"; ".join(headers).decode("latin-1"))
    return cookies.get(settings.SESSION_COOKIE_NAME, "")


def _asked(scope: Mapping[str, Any]) -> frozenset[int]:
    query = parse_qs(scope["query_string"].decode("ascii", "replace"))
    return read_ids(",".join(query.get("site", [])))
