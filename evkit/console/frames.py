"""One line of text for a raw OCPP-J frame (OCPP-J 1.6 §4.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from evkit.console.formats import number

CALL, RESULT, ERROR = 2, 3, 4
MAX_TEXT: Final = 160
HEADLINES: Final = {
    "Power.Active.Import": "kW",
    "SoC": "%",
    "Energy.Active.Import.Register": "kWh",
}


def is_error(frame: str) -> bool:
    """Tell whether a frame is a CALLERROR."""
    return frame.lstrip().startswith("[4") or frame.lstrip().startswith("[ 4")


def summary(action: str, frame: str) -> str:
    """Return the content of a frame in a few words; the raw text when it cannot be read."""
    try:
        parts = json.loads(frame)
    except ValueError:
        return frame[:MAX_TEXT]
    if not isinstance(parts, list) or len(parts) < 3:
        return frame[:MAX_TEXT]
    if parts[0] == ERROR:
        return " · ".join(str(part) for part in parts[2:4] if part)[:MAX_TEXT]
    payload = parts[3] if parts[0] == CALL and len(parts) > 3 else parts[2]
    if not isinstance(payload, Mapping):
        return str(payload)[:MAX_TEXT]
    if action == "MeterValues" and parts[0] == CALL:
        return meter_text(payload)
    return flat_text(payload)


def meter_text(payload: Mapping[str, object]) -> str:
    """Return connector, power, state of charge and energy of a MeterValues call."""
    values: dict[str, str] = {}
    meter_values = payload.get("meterValue")
    for entry in meter_values if isinstance(meter_values, list) else []:
        samples = entry.get("sampledValue") if isinstance(entry, Mapping) else None
        for sample in samples if isinstance(samples, list) else []:
            if isinstance(sample, Mapping):
                _keep_headline(values, sample)
    texts = [f"c{payload.get('connectorId', '?')}"]
    texts += [values[name] for name in HEADLINES if name in values]
    return " · ".join(texts)[:MAX_TEXT]


def _keep_headline(values: dict[str, str], sample: Mapping[str, object]) -> None:
    """Keep a sampled value if it is a total of one of the headline measurands."""
    measurand = str(sample.get("measurand", "Energy.Active.Import.Register"))
    unit = HEADLINES.get(measurand)
    if unit is None or sample.get("phase"):
        return
    try:
        value = float(str(sample.get("value")))
    except ValueError:
        return
    given = str(sample.get("unit", ""))
    kilo = unit.startswith("k") and not given.startswith("k")
    values[measurand] = f"{number(value / 1000 if kilo else value, 0 if unit == '%' else 1)} {unit}"


def flat_text(payload: Mapping[str, object]) -> str:
    """Return the values of a payload; what every message carries and nobody reads is left out."""
    if set(payload) == {"status"}:
        return str(payload["status"])
    texts = [_value_text(key, value) for key, value in payload.items() if key != "timestamp"]
    return " · ".join(text for text in texts if text)[:MAX_TEXT]


def _value_text(key: str, value: object) -> str:
    """Return one key with its value; the commonest ones in a short form."""
    if key == "connectorId":
        return f"c{value}"
    if key in {"status", "idTag", "type", "reason"}:
        return str(value)
    if value == "NoError" or value is None:
        return ""
    if key in {"csChargingProfiles", "chargingSchedule"} and isinstance(value, Mapping):
        return _schedule_text(value)
    nested = isinstance(value, dict | list)
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False) if nested else value
    return f"{key} {text}"


def _schedule_text(profile: Mapping[str, object]) -> str:
    """Return the limits of a charging profile or schedule: "12500 W, 6000 W"."""
    schedule = profile.get("chargingSchedule", profile)
    if not isinstance(schedule, Mapping):
        return ""
    periods = schedule.get("chargingSchedulePeriod")
    limits = [p.get("limit") for p in periods if isinstance(p, Mapping)] if isinstance(periods, list) else []
    unit = schedule.get("chargingRateUnit", "")
    return ", ".join(f"{number(float(str(limit)), 0)} {unit}" for limit in limits if limit is not None)
