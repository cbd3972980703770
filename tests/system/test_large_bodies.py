"""What is too large is refused before it is kept, told in the language of who sends it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from evkit.console.importing.files import MOST_BYTES
from tests.conftest import DEPOT, run_server
from tests.support.server import Server
from tests.system.test_request_heads import answer, dial

IMPORT = "/transactions/import/"
PART = 256 * 1024
MEGABYTE = 1024**2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("bodies")
    depot = folder / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    spool = folder / "spool"
    spool.mkdir()
    yield from run_server(Server(data_dir=folder, extra_environment={"TMPDIR": str(spool)}), depot)


def head(path: str, *more: str) -> bytes:
    fields = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: text/csv", *more)
    return "\r\n".join([*fields, "", ""]).encode()


def send_chunks(connection: socket.socket, size: int) -> None:
    for _part in range(size // PART):
        connection.sendall(b"%x\r\n%b\r\n" % (PART, b"x" * PART))
    connection.sendall(b"0\r\n\r\n")


class TestLargeBodies:
    @pytest.mark.parametrize(
        ("language", "told"), [("fr", "Vous pouvez envoyer ici au plus 10"), ("en", "At most 10 MB")]
    )
    def test_a_length_that_is_told_is_refused_before_anything_is_sent(
        self, server: Server, language: str, told: str
    ) -> None:
        with dial(server) as connection:
            length = f"Content-Length: {MOST_BYTES + MEGABYTE}"
            connection.sendall(head(IMPORT, length, f"Accept-Language: {language}"))
            status, body = answer(connection)
        assert status == 413
        assert told in body.decode()

    def test_chunks_are_counted(self, server: Server) -> None:
        with dial(server) as connection:
            connection.sendall(head(IMPORT, "Transfer-Encoding: chunked"))
            send_chunks(connection, MOST_BYTES + MEGABYTE)
            status, body = answer(connection)
            assert (status, b"At most 10 MB" in body) == (413, True)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert answer(connection)[0] == 200
        assert list((Path(server.data_dir) / "spool").iterdir()) == []

    def test_pages_that_take_no_file_take_less(self, server: Server) -> None:
        with dial(server) as connection:
            connection.sendall(head("/account/login/", "Transfer-Encoding: chunked"))
            send_chunks(connection, 3 * MEGABYTE)
            assert answer(connection)[0] == 413

    def test_programs_get_json(self, server: Server) -> None:
        with dial(server) as connection:
            connection.sendall(head("/api/v1/sites/depot/meter", f"Content-Length: {3 * MEGABYTE}"))
            status, body = answer(connection)
        assert (status, b'"code":"too_large"' in body) == (413, True)

    def test_what_fits_comes_to_the_page(self, server: Server) -> None:
        with dial(server) as connection:
            connection.sendall(head(IMPORT, "Transfer-Encoding: chunked"))
            send_chunks(connection, MOST_BYTES)
            assert answer(connection)[0] == 403  # no form of ours: without its token
