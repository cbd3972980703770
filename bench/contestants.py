"""The servers that are measured: an echo, the naive design, and evkit as its users run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.support.server import ROOT, Server, free_port

START_S = 30.0


@contextmanager
def echo() -> Iterator[int]:
    """Run the echo server; yield its port."""
    port = free_port()
    with _process([sys.executable, "-m", "bench.echo", str(port)], port, {}):
        yield port


@contextmanager
def naive(database_url: str) -> Iterator[int]:
    """Run the naive design under daphne on `database_url`; yield its port."""
    environment = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "bench.naive.settings"}
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v0"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )
    port = free_port()
    daphne = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port)]
    options = ["--websocket_timeout", "-1", "-v0", "bench.naive.asgi:application"]
    with _process([*daphne, *options], port, environment):
        yield port


@contextmanager
def evkit(
    folder: Path, *, charge_points: int, database_url: str = "", redis_url: str = ""
) -> Iterator[Server]:
    """Run evkit with a site of `charge_points` declared charge points; yield the server."""
    server = Server(data_dir=folder, database_url=database_url, redis_url=redis_url)
    server.manage("migrate", "--verbosity", "0")
    depot = folder / "bench.yaml"
    depot.write_text(yaml.safe_dump(site_of(charge_points)), encoding="utf-8")
    server.manage("apply_config", str(depot))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def site_of(charge_points: int) -> dict[str, object]:
    """Return the configuration of a site with so many charge points, B00000 and on."""
    connector = {"number": 1, "max_power_w": 50000, "current": "DC"}
    return {
        "sites": [{"code": "bench", "name": {"fr": "Banc", "en": "Bench"}, "timezone": "Europe/Paris"}],
        "charge_points": [
            {"identity": identity, "site": "bench", "connectors": [connector]}
            for identity in identities(charge_points)
        ],
    }


def identities(count: int) -> list[str]:
    """Return the identities of the benchmark's charge points."""
    return [f"B{number:05d}" for number in range(count)]


def paths(count: int) -> list[str]:
    """Return the paths under which they connect."""
    return [f"/ocpp/{identity}" for identity in identities(count)]


@contextmanager
def _process(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_port(process, port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen")
