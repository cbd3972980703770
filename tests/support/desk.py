"""A process beside the server that runs management commands and code: Django is loaded once for all of them.

`python -m tests.support.desk SOCKET` loads Django, forks a process for every one that connects to SOCKET and
gives it the environment that the first line holds; each later line is a JSON request, answered with one line.
A fork has never had to do with a database: what the product remembers of rows is of one database only.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_S = 150


class Desk:
    """The process, as tests see it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(_listening())
        self._lines = self._socket.makefile("rw", encoding="utf-8")
        self._tell(environment)

    def _tell(self, what: object) -> None:
        self._lines.write(json.dumps(what) + "\n")
        self._lines.flush()

    def run(self, request: list[str]) -> str:
        """Run ["command", *arguments] or ["code", source]; return what it printed, or fail with its error."""
        self._tell(request)
        line = self._lines.readline()
        assert line, f"{request}: the process ended"
        answer = json.loads(line)
        assert answer["ok"], f"{request}: {answer['printed']}\n{answer['error']}"
        return str(answer["printed"])

    def close(self) -> None:
        """End the process."""
        self._lines.close()
        self._socket.close()


@cache
def _listening() -> str:
    """Return the socket of the process that forks, started by the first who asks in this process."""
    folder = tempfile.TemporaryDirectory(prefix="evkit-desk-")
    path = Path(folder.name) / "socket"
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"DJANGO_SETTINGS_MODULE": "evkit.settings", "EVKIT_DATA_DIR": folder.name}
    command = [sys.executable, "-m", "tests.support.desk", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)

    def end() -> None:
        process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    deadline = time.monotonic() + START_S
    while not path.exists():
        assert process.poll() is None, "the process that forks ended"
        assert time.monotonic() < deadline, "the process that forks does not listen"
        time.sleep(0.02)
    return str(path)


def _perform(request: list[str]) -> dict[str, Any]:
    from django.core.management import execute_from_command_line
    from django.db import connections

    printed, error = io.StringIO(), io.StringIO()
    ok = True
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(error):
        try:
            if request[0] == "code":
                exec(compile(request[1], "<test>", "exec"), {"__name__": "__main__"})
            else:
                execute_from_command_line(["manage.py", *request[1:]])
        except SystemExit as ended:
            ok = not ended.code
        except Exception:  # noqa: BLE001 - the test shall see whatever it was
            traceback.print_exc(file=error)
            ok = False
    connections.close_all()
    return {"ok": ok, "printed": printed.getvalue(), "error": error.getvalue()}


def _settle_in(environment: dict[str, str]) -> None:
    """Read the settings again, from another environment."""
    from django.conf import settings
    from django.db import connections

    os.environ.clear()
    os.environ.update(environment)
    module = importlib.reload(sys.modules["evkit.settings"])
    for name in filter(str.isupper, dir(module)):
        setattr(settings, name, getattr(module, name))
    connections.settings = connections.configure_settings(settings.DATABASES)
    for alias in connections:
        with contextlib.suppress(AttributeError):
            del connections[alias]


def _serve(lines: Any) -> None:
    """Answer requests until the other side is gone."""
    _settle_in(json.loads(lines.readline()))
    for line in lines:
        lines.write(json.dumps(_perform(json.loads(line))) + "\n")
        lines.flush()


def main(path: str) -> None:
    """Fork a process for everybody who comes."""
    import django

    sys.stdout = sys.stderr
    gc.disable()  # none of them lives for long
    django.setup()
    importlib.import_module("evkit.urls")  # the checks before every command ask for all of it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{path}.new")
    listener.listen(64)
    listener.settimeout(2.0)
    Path(f"{path}.new").rename(path)
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            guest, _address = listener.accept()
        except TimeoutError:
            continue
        if not os.fork():
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                _serve(guest.makefile("rw", encoding="utf-8"))
            os._exit(0)
        guest.close()


if __name__ == "__main__":
    main(sys.argv[1])
