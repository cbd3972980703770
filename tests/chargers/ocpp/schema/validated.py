"""Messages given to the validation, and what it says of them."""

from __future__ import annotations

import json
from typing import Any

from chargers.ocpp.schema import Validated, validate_call, validate_result
from tests.chargers.ocpp.schema.conforming import TIME


def call(action: str, payload: object) -> Validated[Any]:
    return validate_call("1.6", action, json.dumps(payload).encode())


def result(action: str, payload: object) -> Validated[Any]:
    return validate_result("1.6", action, json.dumps(payload).encode())


def codes(validated: Validated[Any]) -> list[str]:
    return sorted(deviation.code for deviation in validated.deviations)


def readings(*samples: object) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": TIME, "sampledValue": list(samples)}]}
