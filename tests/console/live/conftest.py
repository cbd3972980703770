from __future__ import annotations

from collections.abc import Iterator

import pytest
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import InMemoryChannelLayer, channel_layers

from evkit.core.events import bus


@pytest.fixture(autouse=True)
def own_layer() -> Iterator[None]:
    """Hear nothing of what tests before this one have caused."""
    bus.flush()
    previous = channel_layers.set(DEFAULT_CHANNEL_LAYER, InMemoryChannelLayer())
    yield
    channel_layers.set(DEFAULT_CHANNEL_LAYER, previous)
