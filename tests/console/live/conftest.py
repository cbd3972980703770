from __future__ import annotations

import pytest
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import InMemoryChannelLayer, channel_layers

from evkit.core.events import bus


@pytest.fixture(autouse=True)
def own_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear nothing of what tests before this one have caused."""
    bus.flush()
    monkeypatch.setitem(channel_layers.backends, DEFAULT_CHANNEL_LAYER, InMemoryChannelLayer())
