"""The API assembled from its resources."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer

from evkit.console.api.auth import TokenBearer
from evkit.console.api.errors import register_error_handlers
from evkit.console.api.resources import (
    charge_points,
    commands,
    external,
    messages,
    meter_values,
    sites,
    transactions,
)


class JsonRenderer(BaseRenderer):
    """Writes answers as JSON; numbers that JSON does not have become null."""

    media_type = "application/json"

    def render(self, _request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the body of an answer."""
        del response_status
        return msgspec.json.encode(data)


api = NinjaAPI(
    title="evkit",
    version="1",
    description="Sites, charge points, commands, transactions and messages. Times are UTC.",
    urls_namespace="api",
    docs_url=None,
    auth=TokenBearer(),
    renderer=JsonRenderer(),
)
register_error_handlers(api)
for resource in (sites, external, commands, charge_points, transactions, meter_values, messages):
    api.add_router("", resource.router)
