"""The MeterValues frame of the benchmarks: 20 sampled values, about 2.5 kB."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

ID_MARK = "ID_MARK_0000"
TIME_MARK = "2000-01-01T00:00:00.000Z"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)

_PHASED = (
    ("Current.Import", "A", 16.02),
    ("Voltage", "V", 230.4),
    ("Power.Active.Import", "W", 3691.2),
    ("Current.Offered", "A", 32.0),
    ("Power.Reactive.Import", "var", 120.5),
)
_SINGLE = (
    ("Energy.Active.Import.Register", "Wh", 1234567.0),
    ("Power.Active.Import", "W", 11073.6),
    ("SoC", "Percent", 54.0),
    ("Temperature", "Celsius", 31.5),
    ("Power.Offered", "W", 22080.0),
)


def template() -> str:
    """Return the frame with marks for its message id and its timestamp."""
    samples = [
        _sample(measurand, unit, value, f"L{phase}")
        for measurand, unit, value in _PHASED
        for phase in (1, 2, 3)
    ]
    samples += [_sample(measurand, unit, value) for measurand, unit, value in _SINGLE]
    payload = {
        "connectorId": 1,
        "meterValue": [{"timestamp": TIME_MARK, "sampledValue": samples}],
    }
    return json.dumps([2, ID_MARK, "MeterValues", payload], separators=(",", ":"))


def _sample(measurand: str, unit: str, value: float, phase: str | None = None) -> dict[str, str]:
    sample = {
        "value": f"{value:.2f}",
        "context": "Sample.Periodic",
        "format": "Raw",
        "measurand": measurand,
        "location": "Outlet",
        "unit": unit,
    }
    return {**sample, "phase": phase} if phase else sample


def frame(number: int) -> bytes:
    """Return the frame with its own message id and timestamp, one millisecond apart."""
    moment = START + timedelta(milliseconds=number)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return _TEMPLATE.replace(_ID, b"%012d" % number).replace(_TIME, text.encode())


_TEMPLATE = template().encode()
_ID = ID_MARK.encode()
_TIME = TIME_MARK.encode()
