"""Probes of what the process needs; each returns the cause of a failure, "" when all is well."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from celery import current_app
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers
from django.db import connection

Probe = Callable[[], str]

PING_S = 1.0


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
        async_to_sync(_send_and_receive)()
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises is the cause)
        return _cause(error)
    return ""


async def _send_and_receive() -> None:
    layer: Any = channel_layers[DEFAULT_CHANNEL_LAYER]
    await layer.group_send(f"probe.{secrets.token_hex(4)}", {"type": "probe"})


def workers() -> str:
    """Ping the Celery workers; without one, sweeps and schedules stand still."""
    try:
        answers = current_app.control.ping(timeout=PING_S, limit=1)
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises is the cause)
        return _cause(error)
    return "" if answers else f"no worker answered within {PING_S:g} s"


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]
