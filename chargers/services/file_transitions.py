"""The state machine of file jobs (OCPP 1.6 §4.4, §4.5, §7.24, §7.25): pure.

Statuses come late, twice, out of order or after a failure that the charge point tries to mend by itself;
a job only goes forward, except that a new attempt after a failure begins it again.
"""

from __future__ import annotations

from typing import Final

from chargers.types import FileJobState as State
from chargers.types import JobKind

STEPS: Final[dict[str, tuple[State, ...]]] = {
    JobKind.FIRMWARE: (
        State.REQUESTED,
        State.ACCEPTED,
        State.DOWNLOADING,
        State.DOWNLOADED,
        State.INSTALLING,
        State.INSTALLED,
    ),
    JobKind.DIAGNOSTICS: (State.REQUESTED, State.ACCEPTED, State.UPLOADING, State.UPLOADED),
}
FAILURES: Final = frozenset({"DownloadFailed", "InstallationFailed", "UploadFailed"})
DONE: Final = frozenset({State.INSTALLED, State.UPLOADED})
GIVEN_UP: Final = frozenset({State.FAILED, State.TIMED_OUT, State.NOTHING})
OPEN: Final = frozenset(set(State) - DONE - GIVEN_UP)


def next_state(kind: str, state: str, status: str) -> State | None:
    """Return where a reported status leads to; None where it changes nothing.

    Args:
        kind: of the job.
        state: where it stands.
        status: as in FirmwareStatusNotification or DiagnosticsStatusNotification.
    """
    if state in DONE:
        return None
    if status in FAILURES:
        return None if state == State.FAILED else State.FAILED
    steps = STEPS[kind]
    target = next((step for step in steps[2:] if step == status.lower()), None)
    if target is None or (state not in GIVEN_UP and steps.index(target) <= steps.index(State(state))):
        return None
    return target


def progress(kind: str, state: str) -> tuple[int, int] | None:
    """Return the steps that are done, and all of them; None for a job that will go no further."""
    steps = STEPS[kind][1:]
    if state not in STEPS[kind]:
        return None
    return STEPS[kind].index(State(state)), len(steps)
