"""`python -m evkit run` (everything in one process) and `python -m evkit serve` (one web process)."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import django

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evkit.server import Companion
    from evkit.tls import TlsServer

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
        command.add_argument(
            "--tls-port",
            type=int,
            default=int(os.environ.get("TLS_PORT") or 0),
            help="listen here with TLS as well (wss://), see docs/security.md",
        )
    commands.choices["serve"].add_argument(
        "--only",
        choices=["pages", "charge-points"],
        help="leave the other half to other processes, see docs/operations.md",
    )
    options = parser.parse_args()
    if options.command == "run":
        os.environ.pop("EVKIT_ONLY", None)
    elif options.only:
        os.environ["EVKIT_ONLY"] = options.only
    gc.disable()  # what is loaded stays: looking through it again and again makes up a fifth of the start
    django.setup()
    gc.enable()
    if options.command == "serve":
        return _serve(Listening(options.host, options.port, options.tls_port))
    where = Listening(options.host, options.port, options.tls_port)
    return _run(where, demo=os.environ.get("DEMO", "1") != "0")


class Listening(NamedTuple):
    """Where the server listens; a TLS port of 0 is none."""

    host: str
    port: int
    tls_port: int = 0


def _serve(where: Listening, companions: Sequence[Companion] = ()) -> int:
    gc.disable()  # until it listens, see `tune_interpreter`
    from evkit.server import Server, server_config

    tls = _tls() if where.tls_port else None
    config = server_config(host=where.host, port=where.port)
    server = Server(config, companions, tls=tls, tls_port=where.tls_port)
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


def _tls() -> TlsServer:
    from django.conf import settings

    from evkit.core.clock import utc_now
    from evkit.tls import TlsServer, TlsSettings

    folder = settings.EVKIT_DATA_DIR / "tls"
    certificate, key = settings.EVKIT_TLS_CERTIFICATE, settings.EVKIT_TLS_KEY
    return TlsServer(TlsSettings(folder, settings.EVKIT_TLS_NAMES, certificate, key), now=utc_now())


def _run(where: Listening, *, demo: bool) -> int:
    from evkit.embedded import BackgroundWork, LoopThread
    from evkit.first_run import prepare, run_demo_fleet

    password_file = prepare(demo=demo)
    companions: list[Companion] = [BackgroundWork()]
    if demo:
        companions.append(LoopThread("demo", lambda: run_demo_fleet(f"ws://{where.host}:{where.port}/ocpp/")))
    print(  # noqa: T201 (what `make run` promises to print)
        f"\n  evkit runs at http://{where.host}:{where.port}\n{_how_to_log_in(password_file)}\n",
        flush=True,
    )
    return _serve(where, companions)


def _how_to_log_in(password_file: Path) -> str:
    if not password_file.exists():
        return "  log in as an administrator of this installation; Ctrl-C stops\n"
    password = password_file.read_text(encoding="utf-8").strip()
    return f"  log in as admin, password {password}\n  (kept in {password_file}; Ctrl-C stops)\n"


if __name__ == "__main__":
    sys.exit(main())
