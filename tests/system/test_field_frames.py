"""Odd frames of real charge points, sent to the running server: each is answered, kept, and recorded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DEPOT, run_server
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

FRAMES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data" / "field_frames.jsonl").read_text().splitlines()
]
CALLS = [
    frame
    for frame in FRAMES
    if frame["via"] == "call" and frame["ocpp"] == "1.6" and frame["frame"].startswith("[2")
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("field")
    depot = folder / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    yield from run_server(Server(data_dir=folder), depot)


@pytest.fixture
def charge_point(server: Server) -> Iterator[Reply]:
    reply = shake(server.port, Handshake("/ocpp/CP_2"))
    assert reply.status == 101
    yield reply
    reply.close()


def query(server: Server, sql: str, *parameters: object) -> list[Any]:
    connection = sqlite3.connect(f"file:{server.data_dir / 'evkit.sqlite3'}?mode=ro", uri=True)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def exchange(reply: Reply, frame: str) -> list[Any]:
    """Send `frame` and return the next answer; calls of the server in between are refused."""
    reply.send_text(frame.encode())
    while True:
        opcode, payload = reply.receive()
        assert opcode in {1, 9}, f"closed: {payload!r}"
        if opcode == 9:
            continue
        answer: list[Any] = json.loads(payload)
        if answer[0] != 2:
            return answer
        reply.send_text(json.dumps([4, answer[1], "NotSupported", "", {}]).encode())


def heartbeat(reply: Reply) -> None:
    """The connection lives."""
    assert exchange(reply, '[2,"alive","Heartbeat",{}]')[:2] == [3, "alive"]


def start(reply: Reply) -> int:
    moment = datetime.now(UTC).isoformat()
    payload = {"connectorId": 1, "idTag": "B4A63CDF2212", "meterStart": 5, "timestamp": moment}
    return int(
        exchange(reply, json.dumps([2, f"s{moment}", "StartTransaction", payload]))[2]["transactionId"]
    )


def stop(reply: Reply, number: int) -> None:
    payload = {"transactionId": number, "meterStop": 10**9, "timestamp": datetime.now(UTC).isoformat()}
    exchange(reply, json.dumps([2, f"e{number}", "StopTransaction", payload]))


def deviations(server: Server) -> int:
    return int(query(server, "SELECT coalesce(sum(count), 0) FROM chargers_observeddeviation")[0][0])


def kept(server: Server, frame: str) -> int:
    return int(query(server, "SELECT count(*) FROM history_message WHERE frame = ?", frame)[0][0])


@pytest.mark.parametrize("odd", CALLS, ids=[frame["id"] for frame in CALLS])
def test_a_frame_is_answered_kept_and_recorded(
    server: Server, charge_point: Reply, odd: dict[str, Any]
) -> None:
    number = start(charge_point) if "TX" in odd["frame"] else None
    frame = odd["frame"].replace("TX", str(number))
    if odd["id"] == "start-dup-new-id":
        first = exchange(charge_point, frame.replace("1000006", "1000005"))
    before = deviations(server)
    answer = exchange(charge_point, frame)
    if odd["expect"]["answer"].startswith("CALLRESULT"):
        assert answer[0] == 3, answer
    else:
        assert answer[0] == 4, answer
    if odd["id"] == "start-dup-new-id":
        assert answer[2] == first[2]
    assert json.dumps(answer[1]) in frame
    heartbeat(charge_point)
    assert kept(server, frame) == 1
    assert deviations(server) > before, "no deviation was recorded"
    if number is not None and "StopTransaction" not in frame:
        stop(charge_point, number)


def test_a_truncated_answer_fails_our_call_and_keeps_the_connection(
    server: Server, charge_point: Reply
) -> None:
    odd = next(frame for frame in FRAMES if frame["id"] == "json-truncated-result")
    before = deviations(server)
    charge_point.send_text(odd["frame"].encode())
    heartbeat(charge_point)
    assert kept(server, odd["frame"]) == 1
    assert deviations(server) > before


def test_an_error_for_a_call_that_was_never_sent_is_only_logged(server: Server, charge_point: Reply) -> None:
    odd = next(frame for frame in FRAMES if frame["id"] == "callerror-unknown-id")
    charge_point.send_text(odd["frame"].encode())
    heartbeat(charge_point)
    assert kept(server, odd["frame"]) == 1


def test_pipelined_calls_are_both_answered_in_order(server: Server, charge_point: Reply) -> None:
    odd = next(frame for frame in FRAMES if frame["id"] == "pipelined-calls")
    for frame in odd["frame"].split(" + "):
        charge_point.send_text(frame.encode())
    answers = [json.loads(charge_point.receive()[1]) for _frame in range(2)]
    assert [(answer[0], answer[1]) for answer in answers] == [(3, "a"), (3, "b")]
    heartbeat(charge_point)


def test_times_that_we_send_have_no_fraction_and_a_z(charge_point: Reply) -> None:
    answer = exchange(charge_point, '[2,"t","Heartbeat",{}]')
    datetime.strptime(answer[2]["currentTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
