"""The real server as a process of its own, as its users run it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.typing import Subprotocol

from tests.support.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
START_S = 150
ANSWER_S = 30
"""So long an answer of the API is awaited: a busy machine may stand still for seconds."""
OCPP_16 = Subprotocol("ocpp1.6")


def free_port() -> int:
    """Return a TCP port that nobody uses now, nor takes while a server restarts.

    It lies below the range from which the system gives ports to clients (32768 and up on Linux): a client of
    another test could otherwise take it between a stop and the next start.
    """
    while True:
        port = secrets.choice(range(15_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


@dataclass
class Server:
    """One evkit process on its own data folder and database.

    `command` is what follows `python -m`; `{port}` is replaced by the port. `tls_port` 0 is no TLS listener.
    """

    data_dir: Path
    database_url: str = ""
    redis_url: str = ""
    command: str = "evkit serve --port {port}"
    port: int = field(default_factory=free_port)
    tls_port: int = 0
    extra_environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    desk: Desk | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/"

    @property
    def secure_ocpp_url(self) -> str:
        return f"wss://localhost:{self.tls_port}/ocpp/"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        return {
            **inherited,
            "EVKIT_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "EVKIT_SECRET_KEY": "a key for tests only",
            "DJANGO_SETTINGS_MODULE": "evkit.settings",
            "TLS_PORT": str(self.tls_port or ""),
            **self.extra_environment,
        }

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        return self._at_desk("command", *arguments)

    def shell(self, code: str) -> str:
        """Run Python code with Django set up, in the server's environment."""
        return self._at_desk("code", code)

    def _at_desk(self, *request: str) -> str:
        if self.desk is None:
            self.desk = Desk(self.environment)
        return self.desk.run(list(request))

    def start(self) -> Server:
        """Start the process and wait until it answers."""
        log = (self.data_dir / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command.format(port=self.port).split()],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"server ended:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=10):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"server does not answer:\n{self.log()}")

    def kill(self) -> None:
        """End the process with SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def stop(self) -> None:
        """End the process as Ctrl-C does."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def log(self) -> str:
        """Return what the process has written."""
        path = self.data_dir / "server.log"
        return path.read_text(errors="replace")[-8000:] if path.exists() else ""

    def get(self, path: str, token: str) -> Any:
        """Return the JSON of an API resource."""
        return self.request("GET", path, token)

    def request(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """Return the JSON answer of the API to one request."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as response:
                return json.load(response)
        except TimeoutError as error:
            raise AssertionError(f"{method} {path}: no answer in {ANSWER_S} s\n{self.log()}") from error
