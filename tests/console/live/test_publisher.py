from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers, get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer

from chargers.events import (
    ChargePointChanged,
    CommandChanged,
    ConfigurationApplied,
    DeferredAnswered,
    DeferredAsked,
)
from evkit.console.live.notes import SETTINGS, TOPICS
from evkit.console.live.publisher import GROUP, LivePublisher, publish, subscribe
from evkit.core.events import Event, EventBus
from sites.events import SettingsChanged, SiteChanged
from tests.support.databases import redis_url

SITE = 91_001
"""No other test has a site of this number: events of theirs may still be under way."""


async def listen(group: str = GROUP) -> str:
    layer = get_channel_layer()
    channel: str = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def heard(channel: str) -> list[dict[str, object]]:
    message = await asyncio.wait_for(get_channel_layer().receive(channel), 20)
    notes: list[dict[str, object]] = message["notes"]
    return notes


@pytest.fixture
async def publisher() -> LivePublisher:
    made = LivePublisher(interval_s=0.1)
    made.attach(asyncio.get_running_loop())
    return made


class TestLivePublisher:
    async def test_tells_ids_of_what_changed_to_the_site_concerned(self, publisher: LivePublisher) -> None:
        channel = await listen()
        publisher.changed([ChargePointChanged(7, SITE), CommandChanged(3, 4, SITE), ChargePointChanged(9, 2)])
        assert await heard(channel) == [
            {"type": "changed", "site": SITE, "charge_points": [4, 7]},
            {"type": "changed", "site": 2, "charge_points": [9]},
        ]

    @pytest.mark.parametrize("event", [DeferredAsked(1, 7, SITE), DeferredAnswered(1, 7, SITE)])
    async def test_a_question_has_a_topic_of_its_own(self, publisher: LivePublisher, event: Event) -> None:
        channel = await listen()
        publisher.changed([event])
        assert await heard(channel) == [{"type": "asked", "site": SITE, "charge_points": [7]}]

    async def test_many_changes_go_out_together_after_the_first(self, publisher: LivePublisher) -> None:
        channel = await listen()
        began = time.monotonic()
        publisher.changed([ChargePointChanged(1, SITE)])
        await heard(channel)
        for number in range(2, 50):
            publisher.changed([ChargePointChanged(number, SITE)])
        (note,) = await heard(channel)
        assert note["charge_points"] == list(range(2, 50))
        assert time.monotonic() - began > 0.05

    @pytest.mark.parametrize("event", [ConfigurationApplied(), SettingsChanged(), SiteChanged(SITE)])
    async def test_new_settings_concern_everybody(self, publisher: LivePublisher, event: Event) -> None:
        channel = await listen()
        publisher.changed([event])
        assert await heard(channel) == [{"type": "changed", "site": None, "charge_points": None}]

    async def test_a_charge_point_without_a_site_concerns_nobody(self, publisher: LivePublisher) -> None:
        channel = await listen()
        publisher.changed([ChargePointChanged(1, None)])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(get_channel_layer().receive(channel), 0.3)

    async def test_nobody_listening_harms_nobody(self) -> None:
        LivePublisher(interval_s=0).changed([ChargePointChanged(1, SITE)])


@pytest.mark.redis
class TestWithoutBrowsersInThisProcess:
    async def test_reaches_the_browsers_of_other_processes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        config = {"hosts": [redis_url()], "prefix": f"evkit-tests-{uuid4()}"}
        layer = RedisPubSubChannelLayer(**config)
        monkeypatch.setitem(channel_layers.backends, DEFAULT_CHANNEL_LAYER, layer)
        channel = await listen()
        lonely = LivePublisher(interval_s=0)
        for number in (7, 8):
            lonely.changed([ChargePointChanged(number, SITE)])
            assert (await heard(channel))[0]["charge_points"] == [number]


class TestSubscribe:
    def test_twice_counts_once(self) -> None:
        own = EventBus()
        subscribe(own)
        subscribe(own)
        listened = [event_type for event_type, subscriber in own._subscribers if subscriber is publish]
        assert listened == [*TOPICS, *SETTINGS]
