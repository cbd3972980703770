"""A PostgreSQL cluster of the test's own, to be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.support.server import free_port


def binaries() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`, if PostgreSQL's server programs are installed."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return candidates[-1].parent if candidates else None


class Cluster:
    """A cluster in a temporary folder, run by the user `postgres` when the tests run as root."""

    def __init__(self) -> None:
        folder = binaries()
        if folder is None:
            raise RuntimeError("PostgreSQL's server programs are not installed")
        self._bin = folder
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._data = Path(tempfile.mkdtemp(prefix="evkit-cluster-"))
        self.port = free_port()
        if self._as_user:
            shutil.chown(self._data, "postgres")
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync")

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-p {self.port} -k {self._data} -c listen_addresses=127.0.0.1 -c synchronous_commit=on"
        start = ["-D", str(self._data), "-l", str(self._data / "log"), "-o", options, "start"]
        for attempt in range(20):
            try:
                self._run("pg_ctl", *start)
                break
            except subprocess.CalledProcessError:
                if attempt == 19:
                    raise RuntimeError((self._data / "log").read_text()[-2000:]) from None
                time.sleep(0.2)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self._data / "log").read_text())

    def kill(self) -> None:
        """End every process of the cluster with SIGKILL, as a power cut would."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False
        ).stdout.split()
        pids = [postmaster, *map(int, children)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.01)

    def remove(self) -> None:
        """Stop it and delete its folder."""
        if (self._data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self._data, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as_user, str(self._bin / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/tmp",
        )


def _alive(pid: int) -> bool:
    """Tell whether a process still runs; a zombie holds nothing any more."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
