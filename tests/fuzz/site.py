"""The running server with charge points for a campaign, and commands that wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.prepared import prepare
from tests.support.server import Server

WITNESS = "WITNESS"

COMMANDS = """
from datetime import timedelta
from chargers.models import ChargePoint
from chargers.services.commands import queue_command
from evkit.core.clock import utc_now
asked = [
    ("GetConfiguration", {}),
    ("Reset", {"type": "Soft"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
    ("UnlockConnector", {"connectorId": 1}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    ("ClearChargingProfile", {}),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}),
    ("GetLocalListVersion", {}),
    ("ClearCache", {}),
    ("RemoteStartTransaction", {"connectorId": 1, "idTag": "B4A63CDF2212"}),
]
now, patience = utc_now(), timedelta(hours=6)
for point in ChargePoint.objects.filter(identity__startswith="FUZZ_"):
    for action, payload in asked * 20:
        queue_command(charge_point=point, action=action, payload=payload, now=now, patience=patience)
"""


def identities(count: int) -> list[str]:
    """Return the identities of the charge points that send nonsense."""
    return [f"FUZZ_{number}" for number in range(1, count + 1)]


def _depot(count: int) -> str:
    points = "\n".join(
        f"  - {{identity: {name}, site: depot, connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}"
        for name in [WITNESS, *identities(count)]
    )
    return (
        "sites:\n  - {code: depot, name: {fr: D, en: D}, timezone: Europe/Paris}\n"
        f"charge_points:\n{points}\nid_tags:\n  - {{value: B4A63CDF2212}}\n"
        "  - {value: BLOCKED, blocked: true}\n"
    )


@contextmanager
def fuzz_site(folder: Path, *, fuzzers: int, database_url: str = "") -> Iterator[Server]:
    """Run evkit for a campaign of so many charge points."""
    server = Server(data_dir=folder, database_url=database_url)
    prepare(server)
    declared = folder / "depot.yaml"
    declared.write_text(_depot(fuzzers), encoding="utf-8")
    server.manage("apply_config", str(declared))
    server.shell(COMMANDS)
    server.start()
    try:
        yield server
    finally:
        server.stop()
