from __future__ import annotations

import pytest

from evkit.core.units import scale_of


class TestScaleOf:
    @pytest.mark.parametrize(
        ("unit", "value", "base", "in_base"),
        [
            ("Wh", 734.6, "Wh", 734.6),
            ("kWh", 1.5, "Wh", 1500.0),
            ("KWH", 1.5, "Wh", 1500.0),
            ("MWh", 2.0, "Wh", 2_000_000.0),
            ("kvarh", 1.0, "varh", 1000.0),
            ("kW", 3.45, "W", 3450.0),
            ("mW", 500.0, "W", 0.5),
            ("mA", 16_000.0, "A", 16.0),
            ("ma", 16_000.0, "A", 16.0),
            ("kV", 0.4, "V", 400.0),
            ("Celsius", 30.0, "Celsius", 30.0),
            ("Celcius", 30.0, "Celsius", 30.0),
            ("degC", 30.0, "Celsius", 30.0),
            ("°C", 30.0, "Celsius", 30.0),
            ("Fahrenheit", 212.0, "Celsius", 100.0),
            ("K", 273.15, "Celsius", 0.0),
            ("%", 42.0, "Percent", 42.0),
            ("Hz", 50.0, "Hertz", 50.0),
        ],
    )
    def test_a_known_unit_is_brought_to_its_base(self, unit, value, base, in_base):
        scale = scale_of(unit)
        assert scale is not None
        assert scale.base == base
        assert scale.to_base(value) == pytest.approx(in_base)

    @pytest.mark.parametrize("unit", ["", "rods", "W/h", "m", "M"])
    def test_an_unknown_unit_has_no_scale(self, unit):
        assert scale_of(unit) is None

    def test_mega_is_not_milli(self):
        mega, milli = scale_of("MW"), scale_of("mW")
        assert mega is not None
        assert milli is not None
        assert (mega.factor, milli.factor) == (1_000_000.0, 0.001)
