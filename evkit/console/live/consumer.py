"""The WebSocket of a page: tells it what changed on the sites that its viewer may see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from evkit.console.ids import read_ids
from evkit.console.live.publisher import ALL_SITES, publisher, site_group
from sites.permissions import principal_of_user

NOT_ALLOWED = 4403


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """One page's feed; `?site=1&site=2` names the sites it shows.

    The page pings now and then; each ping checks again that the viewer may still look.
    """

    groups_joined: frozenset[str] = frozenset()

    async def connect(self) -> None:
        """Accept a viewer of at least one of the sites asked for."""
        groups = await self._allowed_groups()
        if not groups:
            await self.close(NOT_ALLOWED)
            return
        publisher.attach(asyncio.get_running_loop())
        await self._join(groups)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the groups, whatever the close code."""
        del code
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive_json(self, content: Any, **_kwargs: Any) -> None:
        """Answer a ping; close when the viewer may no longer look."""
        if not isinstance(content, Mapping) or content.get("type") != "ping":
            return
        groups = await self._allowed_groups()
        if not groups:
            await self.close(NOT_ALLOWED)
            return
        await self._join(groups)
        await self.send_json({"type": "pong"})

    async def live_changed(self, event: Mapping[str, Any]) -> None:
        """Pass on which charge points changed."""
        await self.send_json(
            {"type": "changed", "site": event["site"], "charge_points": event["charge_points"]}
        )

    async def live_asked(self, event: Mapping[str, Any]) -> None:
        """Pass on that a charge point waits for somebody's decision, or no longer does."""
        await self.send_json({"type": "asked", "site": event["site"]})

    async def _join(self, groups: frozenset[str]) -> None:
        """Belong to exactly these groups; joining again keeps the membership from expiring."""
        for group in self.groups_joined - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self.groups_joined = groups

    async def _allowed_groups(self) -> frozenset[str]:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        asked = read_ids(",".join(query.get("site", [])))
        user = await get_user(self.scope)
        groups: frozenset[str] = await database_sync_to_async(allowed_groups)(user, asked)
        return groups


def allowed_groups(user: Any, asked: frozenset[int]) -> frozenset[str]:
    """Return the groups of those sites among `asked` that the user may see; none for a stranger."""
    visible = principal_of_user(user).sites().filter(pk__in=asked).values_list("pk", flat=True)
    groups = frozenset(site_group(site_id) for site_id in visible)
    return groups | {ALL_SITES} if groups else groups
