"""A sample site of any size, declared for the simulator's charge points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import yaml

from chargers.simulator.depot import busy_id_tag
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec
from chargers.types import PhaseRotation

PER_ZONE: Final = 20
ZONES_PER_HALL: Final = 5
BATTERIES_WH: Final = (250_000, 350_000, 422_000)
SHARE_OF_LIMIT: Final = 0.6


def sample_yaml(specs: Sequence[ChargePointSpec], *, site: str) -> str:
    """Return the file that `apply_config` takes to declare these simulated charge points."""
    return yaml.safe_dump(sample_configuration(specs, site=site), allow_unicode=True, sort_keys=False)


def sample_configuration(specs: Sequence[ChargePointSpec], *, site: str) -> dict[str, list[Any]]:
    """Return a site whose limit is 60 % of what its connectors could draw, with a vehicle per connector.

    The vehicles carry the id tags that the simulator presents in its scenario `busy`. A simulated
    connector of one phase draws from L1.
    """
    rated_w = sum(connector.rated_power_w for spec in specs for connector in spec.connectors)
    places = [(spec, connector) for spec in specs for connector in spec.connectors]
    return {
        "sites": [
            {
                "code": site,
                "name": {"fr": "Site d'exemple", "en": "Sample site"},
                "timezone": "Europe/Paris",
                "limit": {"value": round(rated_w * SHARE_OF_LIMIT, -3), "unit": "W"},
            }
        ],
        "charge_points": [
            {
                "identity": spec.identity,
                "site": site,
                "zone": zone_name(index),
                "connectors": [_connector(connector) for connector in spec.connectors],
            }
            for index, spec in enumerate(specs)
        ],
        "vehicles": [
            {
                "code": vehicle_code(index),
                "name": f"Bus {index:03d}",
                "battery_wh": BATTERIES_WH[index % len(BATTERIES_WH)],
            }
            for index, _place in enumerate(places, start=1)
        ],
        "id_tags": [
            {"value": busy_id_tag(spec.identity, connector.number), "vehicle": vehicle_code(index)}
            for index, (spec, connector) in enumerate(places, start=1)
        ],
    }


def vehicle_code(index: int) -> str:
    """Return the code of the vehicle that belongs to the n-th connector."""
    return f"bus-{index:03d}"


def zone_name(index: int) -> str:
    """Return where the n-th charge point stands: rows of twenty, halls of five rows."""
    hall, row = divmod(index // PER_ZONE, ZONES_PER_HALL)
    return f"Hall {chr(ord('A') + hall % 26)} · {row + 1}"


def _connector(spec: ConnectorSpec) -> dict[str, object]:
    if spec.current == "DC":
        return {"number": spec.number, "current": "DC", "max_power_w": spec.max_power_w}
    return {
        "number": spec.number,
        "current": "AC",
        "max_current_a": spec.max_current_a,
        "phases": spec.phases,
        "phase_rotation": PhaseRotation.RST.value,
    }
