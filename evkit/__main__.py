"""`python -m evkit run` (everything in one process) and `python -m evkit serve` (one web process)."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

import django
import uvicorn

if TYPE_CHECKING:
    from evkit.embedded import LoopThread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evkit.settings")


def main() -> int:
    """Run the command given on the command line."""
    parser = argparse.ArgumentParser(prog="python -m evkit")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("run", "prepare the embedded database and run everything in one process"),
        ("serve", "run one web and OCPP process; the database must be migrated"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        command.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    options = parser.parse_args()
    django.setup()
    if options.command == "serve":
        return _serve(options.host, options.port)
    return _run(options.host, options.port, demo=os.environ.get("DEMO", "1") != "0")


def _serve(host: str, port: int) -> int:
    from evkit.server import server_config

    server = uvicorn.Server(server_config(host=host, port=port))
    server.run()
    return 0 if server.started else 1


def _run(host: str, port: int, *, demo: bool) -> int:
    from evkit.embedded import BackgroundWork
    from evkit.first_run import prepare

    password_file = prepare(demo=demo)
    background = BackgroundWork()
    background.start()
    fleet = _demo_fleet(host, port) if demo else None
    print(  # noqa: T201 (what `make run` promises to print)
        f"\n  evkit runs at http://{host}:{port}\n"
        f"  log in as admin, password {password_file.read_text().strip()}\n"
        f"  (kept in {password_file}; Ctrl-C stops)\n",
        flush=True,
    )
    try:
        return _serve(host, port)
    finally:
        if fleet is not None:
            fleet.stop()
        background.stop()


def _demo_fleet(host: str, port: int) -> LoopThread:
    from evkit.embedded import LoopThread
    from evkit.first_run import run_demo_fleet

    fleet = LoopThread("demo", lambda: run_demo_fleet(f"ws://{host}:{port}/ocpp/"))
    fleet.start()
    return fleet


if __name__ == "__main__":
    sys.exit(main())
