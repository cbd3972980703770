"""Engines of connections for tests of sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from chargers.models import ChargePoint
from chargers.ocpp.engine import Engine
from evkit.wiring import build_engine
from tests.factories import ChargePointFactory


@pytest.fixture
async def make_engine() -> AsyncIterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def make(**overrides: Any) -> Engine:
        engines.append(build_engine(**overrides))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.stop()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def charge_point() -> ChargePoint:
    return await sync_to_async(ChargePointFactory)(identity="CP")
