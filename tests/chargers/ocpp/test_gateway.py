"""The channel of a process: other processes reach it, however long it has been listening."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.layers import channel_layers
from pytest_django.fixtures import Settings

from chargers.ocpp import gateway
from chargers.ocpp.gateway import Gateway, send_to_process
from chargers.ocpp.registry import Registry
from evkit.core.events import EventBus
from tests.support.databases import redis_url


class Listening(Gateway):
    """A gateway that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(Registry(), "process-1", EventBus())
        self.told: list[Any] = []

    def _take(self, message: Any) -> None:
        self.told.append(message["kind"])


@pytest.mark.redis
class TestChannel:
    async def test_outlives_the_renewal_of_its_membership(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [redis_url()], "prefix": "evkit-test-gateway"},
            }
        }
        monkeypatch.setattr(channel_layers, "backends", {})
        monkeypatch.setattr(gateway, "RENEW_S", 0.05)
        listening = Listening()
        await listening.start(None)  # type: ignore[arg-type]  # only told messages need the engine
        await asyncio.sleep(0.4)
        await send_to_process("process-1", {"kind": "command"})
        for _attempt in range(1000):
            if listening.told:
                break
            await asyncio.sleep(0.02)
        await listening.stop()
        await asyncio.sleep(0)
        assert listening.told == ["command"]
        assert "gateway_channel_lost" not in caplog.text
