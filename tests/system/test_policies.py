"""Who may charge where: a site per policy, each asked by a charge point over a real WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_server
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

POLICIES = {
    "strict": "",
    "open": "unknown_tags: accept",
    "any": "free_charging: any_tag",
    "free": "free_charging: no_tag",
    "shared": "concurrency: allow",
    "late": "offline_starts: accept",
}
SITES = "\n".join(
    f"  - {{code: {code}, name: {{fr: S, en: S}}, timezone: Europe/Paris{', ' + policy if policy else ''}}}"
    for code, policy in POLICIES.items()
)
POINTS = "\n".join(
    f"  - {{identity: {code}-{number}, site: {code}, "
    "connectors: [{number: 1, max_power_w: 22000, current: AC}]}"
    for code in POLICIES
    for number in (1, 2)
)
TAGS = """id_tags:
  - {value: KNOWN}
  - {value: BLOCKED, blocked: true}
  - {value: EXPIRED, expires: 2020-01-01T00:00:00Z}
"""
NUMBERS = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("policies")
    declared = folder / "sites.yaml"
    text = f"sites:\n{SITES}\ncharge_points:\n{POINTS}\n{TAGS}".replace(
        "2020-01-01T00:00:00Z", "'2020-01-01T00:00:00Z'"
    )
    declared.write_text(text, encoding="utf-8")
    yield from run_server(Server(data_dir=folder), declared)


def call(reply: Reply, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    message_id = str(next(NUMBERS))
    reply.send_text(json.dumps([2, message_id, action, payload]).encode())
    while True:
        opcode, text = reply.receive()
        assert opcode in {1, 9}, text
        answer: list[Any] = json.loads(text) if opcode == 1 else [0]
        if answer[0] == 3 and answer[1] == message_id:
            result: dict[str, Any] = answer[2]
            return result
        assert answer[0] in {0, 2}, answer


def connected(server: Server, identity: str) -> Reply:
    reply = shake(server.port, Handshake(f"/ocpp/{identity}"))
    assert reply.status == 101
    return reply


def authorized(server: Server, site: str, tag: str) -> str:
    reply = connected(server, f"{site}-1")
    status = str(call(reply, "Authorize", {"idTag": tag})["idTagInfo"]["status"])
    reply.close()
    return status


def started(server: Server, identity: str, tag: str, *, ago: timedelta = timedelta()) -> str:
    """Start and stop nothing: return the decision about a start that began so long ago."""
    reply = connected(server, identity)
    moment = (datetime.now(UTC) - ago).isoformat()
    payload = {"connectorId": 1, "idTag": tag, "meterStart": 1, "timestamp": moment}
    answer = call(reply, "StartTransaction", payload)
    assert answer["transactionId"] > 0, "stored, whatever the decision"
    reply.close()
    return str(answer["idTagInfo"]["status"])


@pytest.mark.parametrize(
    ("site", "tag", "status"),
    [
        ("strict", "KNOWN", "Accepted"),
        ("strict", "STRANGE", "Invalid"),
        ("strict", "EXPIRED", "Expired"),
        ("strict", "BLOCKED", "Blocked"),
        ("open", "STRANGE", "Accepted"),
        ("open", "EXPIRED", "Expired"),
        ("any", "STRANGE", "Accepted"),
        ("any", "EXPIRED", "Accepted"),
        ("any", "BLOCKED", "Blocked"),
        ("free", "STRANGE", "Accepted"),
        ("free", "BLOCKED", "Blocked"),
        ("late", "STRANGE", "Invalid"),
    ],
)
def test_authorize(server: Server, site: str, tag: str, status: str) -> None:
    assert authorized(server, site, tag) == status


@pytest.mark.parametrize(
    ("site", "status"), [("strict", "Invalid"), ("any", "Invalid"), ("free", "Accepted")]
)
def test_a_start_without_an_id_tag(server: Server, site: str, status: str) -> None:
    assert started(server, f"{site}-1", "") == status


@pytest.mark.parametrize(
    ("site", "tag", "status"),
    [("strict", "STRANGE", "Invalid"), ("late", "STRANGE", "Accepted"), ("late", "BLOCKED", "Blocked")],
)
def test_a_start_while_offline(server: Server, site: str, tag: str, status: str) -> None:
    assert started(server, f"{site}-2", tag, ago=timedelta(hours=2)) == status


@pytest.mark.parametrize(("site", "status"), [("strict", "ConcurrentTx"), ("shared", "Accepted")])
def test_one_id_tag_at_two_charge_points(server: Server, site: str, status: str) -> None:
    tag = f"KNOWN-{site}"
    server.shell(
        f"from charging.models import IdToken; IdToken.objects.create(value='{tag}', key='{tag.upper()}')"
    )
    assert started(server, f"{site}-1", tag) == "Accepted"
    assert started(server, f"{site}-2", tag) == status
