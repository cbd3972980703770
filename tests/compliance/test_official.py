"""The strict checks let through what the schemas allow, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compliance.official import check_call, check_result


@pytest.mark.parametrize(
    "frame",
    [
        [2, "1", "Reset", {"type": "Warm"}],
        [2, "1", "Reset", {"type": "Hard", "more": 1}],
        [2, "1", "Reset", {}],
        [2, "1", "NoSuchAction", {}],
        [2, "", "Reset", {"type": "Hard"}],
        [2, "x" * 37, "Reset", {"type": "Hard"}],
        [2, 1, "Reset", {"type": "Hard"}],
        [2, "1", "Reset"],
        [2, "1", "RemoteStartTransaction", {"idTag": "x" * 21}],
        [2, "1", "UpdateFirmware", {"location": "ftp://example.org/f", "retrieveDate": "tomorrow"}],
    ],
)
def test_an_incorrect_call_is_caught(frame: list[Any]) -> None:
    with pytest.raises(AssertionError):
        check_call(frame)


@pytest.mark.parametrize(
    "frame",
    [
        [3, "2", {"currentTime": "2026-01-31T12:00:00Z"}],
        [3, "1", {"currentTime": "2026-01-31 12:00"}],
        [3, "1", {}],
        [4, "1", "InternalError", "", {}],
    ],
)
def test_an_incorrect_result_is_caught(frame: list[Any]) -> None:
    with pytest.raises(AssertionError):
        check_result(frame, "1", "Heartbeat")


def test_correct_frames_pass() -> None:
    check_call([2, "1", "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}])
    check_result([3, "1", {"currentTime": "2026-01-31T12:00:00.000Z"}], "1", "Heartbeat")
