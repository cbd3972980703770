"""Probes of what the process needs; each returns the cause of a failure, "" when all is well."""

from __future__ import annotations

import asyncio
import secrets
from functools import lru_cache
from typing import Any

from asgiref.sync import async_to_sync
from celery import Celery
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers
from django.conf import settings
from django.db import connection

PATIENCE_S = 1.0


def database() -> str:
    """Ask the database for something; without it OCPP cannot be served."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
            cursor.fetchone()
    except Exception as error:  # noqa: BLE001 (whatever the driver raises is the cause)
        connection.close()
        return _cause(error)
    return ""


def channel_layer() -> str:
    """Send a message through the channel layer; without it pages do not update by themselves."""
    try:
        async_to_sync(_send)()
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises is the cause)
        return _cause(error)
    return ""


async def _send() -> None:
    layer: Any = channel_layers[DEFAULT_CHANNEL_LAYER]
    message = {"type": "probe"}
    await asyncio.wait_for(layer.group_send(f"probe.{secrets.token_hex(4)}", message), PATIENCE_S)


def workers() -> str:
    """Ping the Celery workers; without one, sweeps and schedules stand still."""
    try:
        answers = _celery(settings.CELERY_BROKER_URL).control.ping(timeout=PATIENCE_S, limit=1)
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises is the cause)
        return _cause(error)
    return "" if answers else f"no worker answered within {PATIENCE_S:g} s"


@lru_cache(maxsize=4)
def _celery(broker_url: str) -> Celery:
    """Return a Celery application that only asks: impatient, and not the current one."""
    named = "memory://localhost" if broker_url == "memory://" else broker_url
    app = Celery("probe", broker=named, set_as_current=False)
    app.conf.update(
        broker_connection_timeout=PATIENCE_S,
        broker_connection_retry=False,
        broker_connection_max_retries=1,
        broker_transport_options={"socket_connect_timeout": PATIENCE_S, "socket_timeout": PATIENCE_S},
    )
    return app


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]
