"""Whatever stands in a file, it is applied or refused with lines: nothing else happens."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evkit.console.config_file.nodes import Source
from evkit.console.config_file.problems import ConfigurationRefusedError
from evkit.console.config_file.service import Options, apply_configuration
from evkit.core.clock import utc_now
from sites.models import Site

LIMIT = {"value": 400.0, "unit": "A"}
RANGE = {"days": ["mon"], "from": "20:00", "to": "06:00"}
GOOD: dict[str, Any] = {
    "project": {
        "limit": LIMIT,
        "retention": {"messages_days": 1, "meter_samples_days": None, "transactions_days": 3},
        "schedules": [{"code": "nights", "ranges": [RANGE]}],
    },
    "sites": [
        {
            "code": "s",
            "name": {"fr": "f", "en": "e"},
            "timezone": "UTC",
            "limit": LIMIT,
            "voltage_v": 230,
            "smart_charging": {
                "enabled": True,
                "distribution": "equal",
                "launch_reserve": 1,
                "dead_band": LIMIT,
            },
            "feeders": [{"code": "f1", "parent": None, "limit": LIMIT}, {"code": "f2", "parent": "f1"}],
            "groups": [{"number": 0, "name": "n", "ranges": [RANGE]}, {"number": 1, "schedule": "nights"}],
        }
    ],
    "charge_points": [
        {
            "identity": "A",
            "site": "s",
            "name": "n",
            "zone": "z",
            "security_profile": 1,
            "password": "0123456789",
            "feeder": "f2",
            "max_power_w": 1000,
            "heartbeat_interval": 60,
            "quirks": {"tag_suffix": True},
            "connectors": [
                {"number": 1, "max_current_a": 32, "phases": 3, "current": "AC", "groups": [0, 1]}
            ],
        }
    ],
    "vehicles": [{"code": "v", "name": "n", "battery_wh": 1000, "priority": 1}],
    "id_tags": [{"value": "T", "vehicle": "v", "parent": "P"}, {"value": "P", "expires": None}],
    "users": [{"username": "u", "role": "guest", "sites": ["s"], "language": "fr"}],
}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["s", "f1", "f2", "T", "nights", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def paths_of(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in nested data, the root apart."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        inner = []
    return [place for key, each in inner for place in [(*path, key), *paths_of(each, (*path, key))]]


def with_value(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The good configuration with another value in one place."""
    data = copy.deepcopy(GOOD)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


class TestAnyValueAnywhere(TestCase):
    @given(path=st.sampled_from(paths_of(GOOD)), value=VALUES, prune=st.booleans())
    @settings(max_examples=300, deadline=None)
    def test_a_file_is_applied_or_refused_with_lines(self, path, value, prune):
        text = json.dumps(with_value(path, value), indent=1)
        options = Options(with_passwords=False, prune=prune)
        refusal = None
        try:
            apply_configuration(source=Source("a.json", text), now=utc_now(), options=options)
        except ConfigurationRefusedError as error:
            refusal = error
        if refusal is not None:
            assert all(problem.line > 0 for problem in refusal.problems)
            assert not Site.objects.exists()


class TestTheGoodConfiguration(TestCase):
    def test_it_is_applied(self):
        assert apply_configuration(source=Source("a.json", json.dumps(GOOD)), now=utc_now()).differences
