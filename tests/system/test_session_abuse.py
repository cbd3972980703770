"""Charge points that abuse their sockets: memory stays bounded, and others are served as before."""

from __future__ import annotations

import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_server
from tests.fuzz.campaign import resident_mib
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

HALF_OPEN = 200
CROWD = 30
SITE = (
    "sites:\n  - {code: depot, name: {fr: D, en: D}, timezone: Europe/Paris}\ncharge_points:\n"
    + "\n".join(
        f"  - {{identity: {name}, site: depot, connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}"
        for name in ["WITNESS", *(f"CP_{number}" for number in range(CROWD))]
    )
)
METER = (
    '[2,"%s","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2025-03-01T12:00:00Z",'
    '"sampledValue":[{"value":"7"}]}]}]'
)
TOO_BIG = 1009
PINGS = (bytes([0x89, 0x80 | 125]) + bytes(4) + bytes(125)) * 500
"""Five hundred frames of RFC 6455 §5.5.2, masked with the key zero."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("abuse")
    depot = folder / "depot.yaml"
    depot.write_text(SITE, encoding="utf-8")
    yield from run_server(Server(data_dir=folder), depot)


@pytest.fixture(scope="module")
def half_open(server: Server) -> Iterator[list[socket.socket]]:
    """Sockets that send the beginning of a handshake, or nothing; held while the other tests run."""
    sockets = []
    for number in range(HALF_OPEN):
        half = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        if number % 2:
            half.sendall(b"GET /ocpp/CP_1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
        sockets.append(half)
    yield sockets
    for half in sockets:
        half.close()


@pytest.fixture(autouse=True)
def _beside_half_open(half_open: list[socket.socket]) -> None:
    """Every test here runs beside the half-open sockets."""


def connect(server: Server, identity: str) -> Reply:
    reply = shake(server.port, Handshake(f"/ocpp/{identity}"))
    assert reply.status == 101
    return reply


def ask(reply: Reply, frame: str) -> list[Any]:
    reply.send_text(frame.encode())
    return answer(reply)


def answer(reply: Reply) -> list[Any]:
    """Return the next answer; pings are passed over."""
    while True:
        opcode, payload = reply.receive()
        assert opcode in {1, 9}, f"closed: {payload!r}"
        if opcode == 1:
            value: list[Any] = json.loads(payload)
            return value


def masked(frame: str) -> bytes:
    """Return a text frame of 126 bytes and more (RFC 6455 §5.2), masked with the key zero."""
    payload = frame.encode()
    return bytes([0x81, 0xFE]) + len(payload).to_bytes(2, "big") + b"\0\0\0\0" + payload


def closed_with(reply: Reply) -> int:
    """Return the code with which the server ends the connection."""
    while True:
        opcode, payload = reply.receive()
        if opcode == 8:
            return int.from_bytes(payload[:2], "big")


def timed(witness: Reply, message_id: str, odd: list[Any] | None = None) -> float:
    """Return the seconds until a message is answered; an answer that is no result is added to `odd`."""
    began = time.perf_counter()
    reply = ask(witness, METER % message_id)
    if odd is not None and reply[0] != 3:
        odd.append(reply)
    return time.perf_counter() - began


@contextmanager
def undisturbed(server: Server, *, growth_mib: float = 64.0, median_s: float = 0.5) -> Iterator[None]:
    """Watch another charge point and the memory: every call is answered soon, and nothing piles up.

    Soon means `median_s`, or ten times what an answer takes beforehand on a busy machine.
    """
    assert server.process is not None
    witness, over = connect(server, "WITNESS"), threading.Event()
    latencies: list[float] = []
    odd: list[Any] = []
    ask(witness, METER % "warm")
    usual_s = statistics.median(timed(witness, f"u{number}") for number in range(9))
    before = resident_mib(server.process.pid)

    def watch() -> None:
        while not over.is_set():
            latencies.append(timed(witness, f"w{time.perf_counter()}", odd))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)
    assert not thread.is_alive(), "the other charge point was not answered"
    assert ask(witness, METER % "after")[0] == 3, "the other charge point lost its connection"
    witness.close()
    assert odd == []
    assert latencies
    assert statistics.median(latencies) < max(median_s, 10 * usual_s)
    assert max(latencies) < 5
    assert resident_mib(server.process.pid) - before < growth_mib


def test_a_frame_of_two_megabytes_ends_its_own_connection_only(server: Server) -> None:
    frame = '[2,"big","DataTransfer",{"vendorId":"v","data":"' + "x" * 2 * 1024 * 1024 + '"}]'
    with undisturbed(server):
        for _ in range(10):
            reply = connect(server, "CP_1")
            reply.send_text(frame.encode())
            assert closed_with(reply) == TOO_BIG
            reply.close()


def test_two_megabytes_in_fragments_are_refused_as_well(server: Server) -> None:
    def fragment(head: int, size: int) -> bytes:
        return bytes([head, 0xFF]) + size.to_bytes(8, "big") + b"\0\0\0\0" + b"x" * size

    with undisturbed(server):
        reply = connect(server, "CP_1")
        reply.socket.sendall(fragment(0x01, 700_000))
        reply.socket.sendall(fragment(0x00, 700_000))
        assert closed_with(reply) == TOO_BIG
        reply.close()


def test_pipelined_calls_are_all_answered_in_order(server: Server) -> None:
    with undisturbed(server):
        reply = connect(server, "CP_2")
        for number in range(400):
            reply.send_text((METER % f"p{number}").encode())
        answers = [answer(reply) for _ in range(400)]
        assert [each[:2] for each in answers] == [[3, f"p{number}"] for number in range(400)]
        reply.close()


def test_of_one_identity_only_the_newest_socket_stays(server: Server) -> None:
    with undisturbed(server):
        sockets = [connect(server, "CP_3") for _ in range(40)]
        assert ask(sockets[-1], '[2,"newest","Heartbeat",{}]')[:2] == [3, "newest"]
        for old in sockets[:-1]:
            assert closed_with(old) > 0
            old.close()
        assert ask(sockets[-1], '[2,"still","Heartbeat",{}]')[:2] == [3, "still"]
        sockets[-1].close()


def test_readers_that_never_read_are_not_read_either(server: Server) -> None:
    """What they do not read stays in bounded buffers; then their own sockets fill up."""
    frame = '[2,"%d","DataTransfer",{"vendorId":"' + "v" * 200 + '","data":"x"}]'
    with undisturbed(server):
        readers = [connect(server, f"CP_{number}") for number in range(4, 8)]
        left = dict.fromkeys(range(4), b"")
        for reply in readers:
            reply.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reply.socket.setblocking(False)
        began = time.monotonic()
        sent = 0
        while time.monotonic() - began < 2:
            for index, reply in enumerate(readers):
                burst = left[index] or b"".join(masked(frame % (sent + number)) for number in range(50))
                try:
                    done = reply.socket.send(burst)
                except BlockingIOError:
                    done = 0
                    time.sleep(0.01)
                left[index] = burst[done:]
                sent += done
        assert sent > 100_000
        for reply in readers:
            reply.close()


def test_a_reader_that_never_reads_is_cut_off_once_another_takes_its_place(server: Server) -> None:
    """Closing alone would wait for ever for it to take the answers that the server still holds."""
    stuck = shake(server.port, Handshake("/ocpp/CP_10"), receive_buffer=4096)
    fill_until_nothing_moves(stuck.socket)
    newest = connect(server, "CP_10")
    assert ask(newest, '[2,"newest","Heartbeat",{}]')[:2] == [3, "newest"]
    with pytest.raises(ConnectionError):
        send_on(stuck.socket, 30)
    stuck.close()
    newest.close()


def send_on(peer: socket.socket, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.2)
        with suppress(BlockingIOError):
            peer.send(b"x")


def test_pings_of_a_reader_that_never_reads_do_not_pile_up(server: Server) -> None:
    with undisturbed(server, growth_mib=32.0):
        stuck = shake(server.port, Handshake("/ocpp/CP_11"), receive_buffer=4096)
        fill_until_nothing_moves(stuck.socket)
        stuck.close()


def test_a_flood_of_pings_leaves_others_their_turn(server: Server) -> None:
    with undisturbed(server):
        reply = connect(server, "CP_12")
        reply.socket.settimeout(1)
        over = threading.Event()

        def read() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    reply.socket.recv(2**20)

        reader = threading.Thread(target=read)
        reader.start()
        began = time.monotonic()
        while time.monotonic() - began < 3:
            reply.socket.sendall(PINGS)
        over.set()
        reader.join(10)
        reply.close()


def fill_until_nothing_moves(peer: socket.socket) -> None:
    """Send pings and read no pongs until the server takes no more for a while; 64 MiB at most."""
    peer.setblocking(False)
    sent, left, moved = 0, b"", time.monotonic()
    while time.monotonic() - moved < 1.5 and sent < 64 * 2**20:
        left = left or PINGS
        try:
            done = peer.send(left)
            sent, left, moved = sent + done, left[done:], time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)


def test_a_flood_from_one_charge_point_slows_down_itself(server: Server) -> None:
    with undisturbed(server):
        reply = connect(server, "CP_8")
        reply.socket.settimeout(0.2)
        began = time.monotonic()
        sent = 0
        while time.monotonic() - began < 2:
            try:
                reply.send_text((METER % f"f{sent}").encode())
                sent += 1
            except TimeoutError:
                break
        assert sent > 100
        reply.close()


def test_a_flood_of_junk_slows_down_itself(server: Server) -> None:
    with undisturbed(server):
        reply = connect(server, "CP_9")
        reply.socket.settimeout(0.2)
        began = time.monotonic()
        while time.monotonic() - began < 2:
            try:
                reply.send_text(b'[3,"never-asked",{"a":"' + b"x" * 2000 + b'"}]')
            except TimeoutError:
                break
        reply.close()


def test_a_head_that_never_ends_is_cut_off(server: Server) -> None:
    with undisturbed(server):
        peer = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        peer.sendall(b"GET /ocpp/CP_1 HTTP/1.1\r\n")
        padding = (b"X-Padding: " + b"x" * 1000 + b"\r\n") * 100_000
        with pytest.raises(ConnectionError):
            peer.sendall(padding)
        peer.close()


def test_half_open_sockets_are_given_up(server: Server, half_open: list[socket.socket]) -> None:
    """They were opened before the tests above; the server ends them, whatever was sent."""
    for half in half_open:
        half.settimeout(15)
        try:
            assert half.recv(100) == b""
        except ConnectionResetError:
            continue
    assert ask(connect(server, "CP_1"), '[2,"fine","Heartbeat",{}]')[:2] == [3, "fine"]
