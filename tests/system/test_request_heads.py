"""What the server puts right in a request, and what it must leave alone."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.conftest import run_server
from tests.support.handshake import Handshake
from tests.support.server import Server

SITE = """
sites:
  - {code: depot, name: {fr: D, en: D}, timezone: Europe/Paris}
charge_points:
  - {identity: CP_1, site: depot, connectors: [{number: 1, max_power_w: 22000, current: AC}]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("heads")
    site = folder / "site.yaml"
    site.write_text(SITE, encoding="utf-8")
    yield from run_server(Server(data_dir=folder), site)


def dial(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read one whole response: its status and its body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", 0)):
        body += _more(connection)
    return int(head.split()[1]), body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "the server hung up"
    return data


def test_a_handshake_that_arrives_in_pieces_is_put_right_as_well(server: Server) -> None:
    request = Handshake("http://somewhere/ocpp/CP_1", connection=None).request()
    with dial(server) as connection:
        for start in range(0, len(request), 7):
            connection.sendall(request[start : start + 7])
            time.sleep(0.001)
        assert answer(connection)[0] == 101


def test_a_page_that_is_asked_for_in_pieces_comes(server: Server) -> None:
    with dial(server) as connection:
        for piece in (b"G", b"ET /healthz HTTP/1.1\r\nHo", b"st: 127.0.0.1\r\n\r", b"\n"):
            connection.sendall(piece)
            time.sleep(0.05)
        assert answer(connection)[0] == 200
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert answer(connection)[0] == 200


def test_a_body_that_looks_like_a_handshake_stays_as_long_as_it_is(server: Server) -> None:
    """Else its end would be the next request: of whoever shares the connection of a proxy."""
    hidden = b"GET /nowhere-else HTTP/1.1\r\nX: "
    body = b"GET / HTTP/1.1\r\nSec-WebSocket-Key: a\r\n\r\n" + b" " * 41 + hidden
    head = f"POST /api/v1/variables/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    with dial(server) as connection:
        connection.sendall(head.encode())
        time.sleep(0.2)
        connection.sendall(body)
        status, told = answer(connection)
        assert (status, json.loads(told)["error"]["code"]) == (401, "unauthenticated")
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert answer(connection)[0] == 200


def test_a_head_that_never_ends_is_cut_off(server: Server) -> None:
    with dial(server) as connection, pytest.raises(ConnectionError):
        flood(connection)


def flood(connection: socket.socket) -> None:
    """Send a head of 200 KiB that never ends."""
    for _ in range(200):
        connection.sendall(b"GET /" + b"a" * 1024)
        time.sleep(0.001)
    while connection.recv(65536):
        pass
    raise ConnectionResetError
