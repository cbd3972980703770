"""The state machine of file jobs (OCPP 1.6 §4.4, §4.5, §7.24, §7.25; security whitepaper §6.8, §6.19): pure.

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
    JobKind.SIGNED_FIRMWARE: (
        State.REQUESTED,
        State.ACCEPTED,
        State.DOWNLOADING,
        State.DOWNLOADED,
        State.VERIFIED,
        State.INSTALLING,
        State.INSTALLED,
    ),
    JobKind.DIAGNOSTICS: (State.REQUESTED, State.ACCEPTED, State.UPLOADING, State.UPLOADED),
    JobKind.LOG: (State.REQUESTED, State.ACCEPTED, State.UPLOADING, State.UPLOADED),
}
OTHER_WORDS: Final = {"SignatureVerified": State.VERIFIED, "InstallRebooting": State.INSTALLING}
FAILURES: Final = frozenset(
    {
        "BadMessage",
        "DownloadFailed",
        "InstallVerificationFailed",
        "InstallationFailed",
        "InvalidSignature",
        "NotSupportedOperation",
        "PermissionDenied",
        "UploadFailed",
        "UploadFailure",
    }
)
DONE: Final = frozenset({State.INSTALLED, State.UPLOADED})
GIVEN_UP: Final = frozenset({State.FAILED, State.TIMED_OUT, State.NOTHING, State.CANCELLED})
OPEN: Final = frozenset(set(State) - DONE - GIVEN_UP)


def next_state(kind: str, state: str, status: str) -> State | None:
    """Return where a reported status leads to; None where it changes nothing.

    Args:
        kind: of the job.
        state: where it stands.
        status: as in the status notification of its kind.
    """
    if state in DONE or state == State.CANCELLED:
        return None
    if status in FAILURES:
        return None if state == State.FAILED else State.FAILED
    steps = STEPS[kind]
    word = OTHER_WORDS.get(status, status.lower())
    target = next((step for step in steps[2:] if step == word), None)
    if target is None or (state not in GIVEN_UP and steps.index(target) <= steps.index(State(state))):
        return None
    return target


def progress(kind: str, state: str) -> tuple[int, int] | None:
    """Return the steps that are done, and all of them; None for a job that will go no further."""
    steps = STEPS[kind][1:]
    if state not in STEPS[kind]:
        return None
    return STEPS[kind].index(State(state)), len(steps)
