"""A process beside the server that runs management commands and code: Django is loaded once, not per command.

`python -m tests.support.desk` reads one JSON request a line from its input and answers with one line.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """The process, as tests see it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.desk"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, request: list[str]) -> str:
        """Run ["command", *arguments] or ["code", source]; return what it printed, or fail with its error."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{request}: the process ended"
        answer = json.loads(line)
        assert answer["ok"], f"{request}: {answer['printed']}\n{answer['error']}"
        return str(answer["printed"])

    def close(self) -> None:
        """End the process; it has nothing left to do, so it may be killed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()


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


def main() -> None:
    """Answer requests until the input ends."""
    import django

    answers = sys.stdout
    sys.stdout = sys.stderr
    django.setup()
    for line in sys.stdin:
        answers.write(json.dumps(_perform(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
