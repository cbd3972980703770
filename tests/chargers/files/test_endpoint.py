"""The file endpoint of a running server, over real sockets, on both databases."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chargers.files.endpoint import MAX_TRANSFERS
from tests.support.server import Server

JOBS = """
import json
from datetime import timedelta
from io import BytesIO
from chargers.models import ChargePoint, FileJob, FirmwareFile
from chargers.services.file_jobs import request_diagnostics, update_firmware
from chargers.services.files import add_firmware
from chargers.services.secrets import open_payload
from evkit.core.clock import utc_now
from evkit.core.recorders import SYSTEM
now, point = utc_now(), ChargePoint.objects.get(identity="CP_1")
logs = [request_diagnostics(charge_point=point, base_url="http://e", since=None, until=None, now=now)
        for _ in range(3)]
FileJob.objects.filter(pk=logs[1].pk).update(expires_at=now)
firmware = FirmwareFile.objects.first() or add_firmware(
    chunks=[bytes(range(256)) * 8], name="../fw 2.bin", vendor="V", model="M", version="2", now=now,
    actor=SYSTEM,
)
job = update_firmware(charge_point=point, firmware=firmware, base_url="http://e", retrieve_at=None, now=now)
print(json.dumps([*(j.token for j in logs), job.token, open_payload(job.command.payload)["location"]]))
"""
ROWS = """
import json
from chargers.models import FileJob
print(json.dumps({j.token: [j.state, j.size, j.sha256, j.file_name] for j in FileJob.objects.all()}))
"""


class Files:
    """The server's endpoint, with tokens of four jobs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.log, self.expired, self.other, self.firmware, self.location = json.loads(server.shell(JOBS))

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        link.request(method, path, body, dict(headers or {}))
        answer = link.getresponse()
        result = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        link.close()
        return result

    def row(self, token: str) -> list[Any]:
        rows: dict[str, list[Any]] = json.loads(self.server.shell(ROWS))
        return rows[token]

    def left_over(self) -> list[Path]:
        return list((self.server.data_dir / "files" / "incoming").glob("*"))


@pytest.fixture
def files(shared_server: Server) -> Files:
    return Files(shared_server)


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def memory_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_uploads_are_kept_whole_and_wrong_addresses_are_refused(files: Files) -> None:
    assert files.ask("PUT", "/files/wrong/x.log", b"x")[0] == 404
    assert files.ask("PUT", f"/files/{files.expired}/x.log", b"x")[0] == 404
    assert files.ask("PUT", "/files/%00/x.log", b"x")[0] == 404
    assert files.ask("GET", f"/files/{files.log}/x.log")[0] == 405
    assert files.ask("PUT", f"/files/{files.log}/../../../etc/x.log", b"hello")[0] == 201
    digest = hashlib.sha256(b"hello").hexdigest()
    assert files.row(files.log) == ["uploading", 5, digest, "x.log"]
    body = (
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="cp.zip"\r\n\r\nPK\r\n--\r\n--b--\r\n'
    )
    multipart = {"Content-Type": "multipart/form-data; boundary=b"}
    assert files.ask("POST", f"/files/{files.other}/", body[:-12], multipart)[0] == 400
    assert files.ask("POST", f"/files/{files.other}/", body, multipart)[0] == 201
    assert files.row(files.other) == ["uploading", 6, hashlib.sha256(b"PK\r\n--").hexdigest(), "cp.zip"]
    assert files.ask("PUT", f"/files/{files.log}/", b"", {"Content-Length": str(2**40)})[0] == 413
    assert files.left_over() == []


def test_firmware_is_served_with_ranges_and_never_inline(files: Files) -> None:
    content = bytes(range(256)) * 8
    assert files.location == f"http://e/files/{files.firmware}/fw_2.bin"
    path = f"/files/{files.firmware}/fw_2.bin"
    status, headers, body = files.ask("GET", path)
    assert (status, body) == (200, content)
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''fw_2.bin"
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, body = files.ask("GET", path, headers={"Range": "bytes=100-199"})
    assert (status, headers["content-range"], body) == (206, "bytes 100-199/2048", content[100:200])
    assert files.ask("GET", path, headers={"Range": "bytes=-8"})[2] == content[-8:]
    assert files.ask("GET", path, headers={"Range": "bytes=2048-"})[0] == 416
    assert files.ask("HEAD", path)[2] == b""
    assert files.ask("PUT", path, b"evil")[0] == 405


def test_200_megabytes_are_received_with_constant_memory(files: Files) -> None:
    chunk = bytes(1 << 20)
    assert files.server.process is not None
    before = memory_kib(files.server.process.pid)
    most = before

    def chunks() -> Iterator[bytes]:
        nonlocal most
        for _ in range(200):
            most = max(most, memory_kib(files.server.process.pid))  # type: ignore[union-attr]  # runs
            yield chunk

    size = {"Content-Length": str(200 << 20)}
    assert files.ask("PUT", f"/files/{files.log}/big.log", chunks(), size)[0] == 201
    assert files.row(files.log)[1] == 200 << 20
    assert most - before < 40 * 1024


def test_an_upload_that_breaks_off_leaves_nothing(files: Files) -> None:
    with socket.create_connection(("127.0.0.1", files.server.port)) as link:
        head = f"PUT /files/{files.log}/x.log HTTP/1.1\r\nHost: e\r\nContent-Length: 5000000\r\n\r\n"
        link.sendall(head.encode() + bytes(3_000_000))
    assert soon(lambda: not files.left_over())
    assert files.row(files.log)[:2] == ["requested", None]


def test_too_many_transfers_at_once_are_asked_to_come_again(files: Files) -> None:
    head = f"PUT /files/{files.log}/x.log HTTP/1.1\r\nHost: e\r\nContent-Length: 9\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(MAX_TRANSFERS):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", files.server.port)))
            link.sendall(head.encode() + b"1234")
        assert soon(lambda: len(files.left_over()) == MAX_TRANSFERS)
        status, headers, _body = files.ask("PUT", f"/files/{files.log}/x.log", b"hello")
        assert (status, headers["retry-after"]) == (503, "60")
    assert soon(lambda: not files.left_over())
    assert files.ask("PUT", f"/files/{files.log}/x.log", b"hello")[0] == 201
