"""The naive central system: stock consumer, `ocpp` package for RPC, one `create()` per sample."""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.naive.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402 (Django must be set up first)
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402
from ocpp.routing import on  # noqa: E402
from ocpp.v16 import ChargePoint, call_result  # noqa: E402

from bench.naive.models import Sample  # noqa: E402


class NaiveChargePoint(ChargePoint):  # type: ignore[misc]
    """Handles MeterValues the obvious way."""

    @on("MeterValues")  # type: ignore[untyped-decorator]
    async def on_meter_values(self, connector_id: int, meter_value: list[Any], **_extra: Any) -> Any:
        """Store every sampled value as a row."""
        await database_sync_to_async(self._store)(connector_id, meter_value)
        return call_result.MeterValues()

    def _store(self, connector_id: int, meter_value: list[Any]) -> None:
        for reading in meter_value:
            for sample in reading["sampled_value"]:
                Sample.objects.create(
                    charge_point=self.id,
                    connector=connector_id,
                    timestamp=reading["timestamp"],
                    measurand=sample.get("measurand", ""),
                    phase=sample.get("phase", ""),
                    unit=sample.get("unit", ""),
                    value=sample["value"],
                )


class Consumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Hands each frame to the `ocpp` package."""

    async def connect(self) -> None:
        """Accept everybody."""
        self.charge_point = NaiveChargePoint(self.scope["path"].rsplit("/", 1)[-1], self)
        await self.accept("ocpp1.6")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Route one frame."""
        del bytes_data
        await self.charge_point.route_message(text_data)


application = ProtocolTypeRouter({"websocket": URLRouter([re_path(r"^ocpp/", Consumer.as_asgi())])})
