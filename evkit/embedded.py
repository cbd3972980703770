"""What embedded mode runs beside the web server, in threads of the same process."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from celery.beat import EmbeddedService
from django.db import connections

from evkit.celery import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery.worker import WorkController

log = logging.getLogger(__name__)


class BackgroundWork:
    """A Celery worker and beat on the memory broker, as threads.

    The queue lives in memory and is lost at exit: whatever must run is a database row plus a sweep.
    """

    def __init__(self) -> None:
        self._worker: WorkController | None = None
        self._thread = threading.Thread(target=self._run_worker, name="celery-worker", daemon=True)
        self._beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")

    def start(self) -> None:
        """Start both threads."""
        self._thread.start()
        self._beat.start()

    def stop(self) -> None:
        """End both threads; a task that runs is left to finish for two seconds."""
        self._beat.stop()
        if self._worker is not None:
            self._worker.stop(in_sighandler=False)
        self._thread.join(2.0)

    def _run_worker(self) -> None:
        self._worker = app.WorkController(
            pool_cls="solo", concurrency=1, without_gossip=True, without_mingle=True, without_heartbeat=True
        )
        try:
            self._worker.start()
        except Exception:
            log.exception("worker_failed")
        finally:
            connections.close_all()


class LoopThread:
    """An asyncio program on a thread of its own, cancelled at the end.

    Args:
        name: of the thread.
        main: makes the coroutine to run.
    """

    def __init__(self, name: str, main: Callable[[], object]) -> None:
        self._main = main
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel the program and wait for it, at most five seconds."""
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._main())  # type: ignore[arg-type]  # a coroutine
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except Exception:
            log.exception("thread_failed")
