from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.v16.messages import MeterValue, SampledValue
from charging.metering.codec import Facets, pack, pairs
from charging.metering.headline import Headline
from charging.metering.reading import Quality, read_moments
from charging.metering.shapes import Shapes
from charging.metering.vendor_names import VendorNames
from charging.metering.vocabulary import LOCATIONS, MEASURANDS, PHASES, STANDARD, UNITS, Kind

RECEIVED = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
TEXT = "2026-01-10T11:59:58Z"
AT = datetime(2026, 1, 10, 11, 59, 58, tzinfo=UTC)


def sample(value, measurand=None, unit=None, **others):
    return SampledValue(value=str(value), measurand=measurand, unit=unit, **others)


def read(*samples, timestamp=TEXT):
    moments = read_moments(
        [MeterValue(timestamp=timestamp, sampled_value=list(samples))], RECEIVED, Shapes(VendorNames())
    )
    assert len(moments) <= 1
    return moments[0] if moments else None


def packed(moment):
    measurands = {number: name for name, number in STANDARD[Kind.MEASURAND].items()}
    return [
        (measurands[facets.measurand], PHASES[facets.phase], value) for facets, value in pairs(moment.packed)
    ]


class TestDefaults:
    def test_a_bare_value_is_the_import_register_in_wh(self):
        moment = read(sample("1234"))
        assert moment.headline == Headline(energy_wh=1234.0)
        assert (moment.at, moment.packed, moment.context, moment.quality) == (AT, None, 0, 0)

    @pytest.mark.parametrize(
        ("measurand", "unit"),
        [("Frequency", None), ("Frequency", "Hz"), ("Frequency", "Hertz"), ("Frequency", "Wh")],
    )
    def test_a_frequency_is_in_hertz(self, measurand, unit):
        [(facets, value)] = pairs(read(sample("49.95", measurand, unit)).packed)
        assert (MEASURANDS[facets.measurand], UNITS[facets.unit], value) == ("Frequency", "Hertz", 49.95)

    def test_a_power_factor_has_no_unit(self):
        [(facets, value)] = pairs(read(sample("-0.147", "Power.Factor")).packed)
        assert (MEASURANDS[facets.measurand], UNITS[facets.unit], value) == ("Power.Factor", "", -0.147)


class TestUnits:
    @pytest.mark.parametrize(
        ("measurand", "value", "unit", "column", "expected"),
        [
            ("Energy.Active.Import.Register", "733.255884", "kWh", "energy_wh", 733255.884),
            ("Power.Active.Import", "3.45", "kW", "power_w", 3450.0),
            ("Power.Active.Import", "100", "VA", "power_w", 100.0),
            ("Current.Import", "16000", "mA", "current_l1_a", 16.0),
            ("Voltage", "0.23", "kV", "voltage_v", 230.0),
            ("Voltage", "230", "Wh", "voltage_v", 230.0),
            ("Temperature", "30", "degC", "temperature_c", 30.0),
            ("Temperature", "30", "Celcius", "temperature_c", 30.0),
            ("Temperature", "303.15", "K", "temperature_c", 30.0),
            ("Temperature", "86", "Fahrenheit", "temperature_c", 30.0),
            ("Temperature", "30", "degrees", "temperature_c", 30.0),
            ("SoC", "42", "%", "soc_percent", 42.0),
            ("SoC", "42", None, "soc_percent", 42.0),
        ],
    )
    def test_headlines_are_in_base_units(self, measurand, value, unit, column, expected):
        assert getattr(read(sample(value, measurand, unit)).headline, column) == pytest.approx(expected)

    def test_a_unit_of_something_else_is_no_headline(self):
        moment = read(sample("230", "Power.Active.Import", "V"))
        assert moment.headline == Headline()
        assert packed(moment) == [("Power.Active.Import", "", 230.0)]


class TestValues:
    def test_a_decimal_comma_is_understood(self):
        assert read(sample("230,5", "Voltage", "V")).headline.voltage_v == 230.5

    @pytest.mark.parametrize("value", ["", "  "])
    def test_an_empty_value_says_nothing(self, value):
        assert read(sample(value)) is None

    def test_no_values_are_nothing(self):
        assert read() is None

    def test_an_empty_value_does_not_lose_the_others(self):
        assert read(sample(""), sample("7", "Voltage", "V")).headline == Headline(voltage_v=7.0)

    @pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "OK"])
    def test_what_is_no_number_is_kept_as_text(self, value):
        moment = read(sample(value, "Voltage", "V"))
        code = pack(Facets(measurand=MEASURANDS.index("Voltage"), unit=UNITS.index("V")))
        assert json.loads(moment.texts) == [{"code": code, "value": value}]
        assert moment.headline == Headline()

    def test_signed_data_is_kept_as_text(self):
        moment = read(sample("5A0F", format="SignedData"))
        assert json.loads(moment.texts) == [{"code": pack(Facets(unit=1)), "value": "5A0F"}]

    def test_a_state_of_charge_is_clipped_and_marked(self):
        moment = read(sample("104", "SoC", "Percent"))
        assert (moment.headline.soc_percent, moment.quality) == (100.0, Quality.SOC)

    @pytest.mark.parametrize("value", ["4296944685000", "-5"])
    def test_an_impossible_register_is_marked(self, value):
        assert read(sample(value)).quality == Quality.ENERGY

    def test_a_register_beyond_32_bits_is_marked(self):
        moment = read(sample("4296944685", unit="Wh"), sample("0.0", "Power.Active.Import", "W"))
        assert (moment.quality, moment.headline.power_w) == (Quality.ENERGY, 0.0)

    @pytest.mark.parametrize(
        ("measurand", "value", "column"),
        [
            ("Power.Active.Import", "4294967295", "power_w"),
            ("Power.Active.Import", "-2147483648", "power_w"),
            ("Current.Import", "1e99", "current_l1_a"),
            ("Voltage", "65535", "voltage_v"),
            ("Temperature", "6553.5", "temperature_c"),
        ],
    )
    def test_what_no_meter_can_show_is_kept_beside_the_headline(self, measurand, value, column):
        moment = read(sample("1234"), sample(value, measurand), sample("41", "SoC"))
        assert getattr(moment.headline, column) is None
        assert (moment.headline.energy_wh, moment.headline.soc_percent) == (1234.0, 41.0)
        assert packed(moment) == [(measurand, "", float(value))]
        assert moment.quality == Quality.IMPOSSIBLE

    def test_phases_that_no_meter_can_show_are_kept_once(self):
        phases = [sample("4e7", "Power.Active.Import", phase=f"L{line}") for line in (1, 2, 3)]
        moment = read(*phases)
        assert moment.headline == Headline()
        assert packed(moment) == [("Power.Active.Import", f"L{line}", 4e7) for line in (1, 2, 3)]

    def test_the_power_of_a_large_site_counts(self):
        assert read(sample("12000", "Power.Active.Import", "kW")).headline.power_w == 12e6


class TestHeadline:
    def test_phases_are_added_up_where_there_is_no_total(self):
        moment = read(*(sample(1000 + n, "Power.Active.Import", "W", phase=f"L{n}") for n in (1, 2, 3)))
        assert moment.headline.power_w == 3006.0
        assert len(packed(moment)) == 3

    def test_a_total_goes_before_the_phases(self):
        moment = read(
            sample("3000", "Power.Active.Import", "W"),
            sample("900", "Power.Active.Import", "W", phase="L1"),
        )
        assert moment.headline.power_w == 3000.0
        assert packed(moment) == [("Power.Active.Import", "L1", 900.0)]

    def test_line_to_neutral_is_the_line(self):
        moment = read(
            sample("15.60", "Current.Import", "A", phase="L1-N", location="Body"),
            sample("3.45", "Power.Active.Import", "kW", phase="L1-N", location="Body"),
            sample("2331826", "Energy.Active.Import.Register", "Wh", location="Body"),
        )
        assert moment.headline == Headline(power_w=3450.0, energy_wh=2331826.0, current_l1_a=15.6)
        assert len(packed(moment)) == 3

    @pytest.mark.parametrize("elsewhere", LOCATIONS[1:])
    def test_the_outlet_goes_before_other_places(self, elsewhere):
        moment = read(
            sample("1", "Power.Active.Import", "W", location=elsewhere),
            sample("2", "Power.Active.Import", "W", location="Outlet"),
            sample("3", "Power.Active.Import", "W", location=elsewhere),
        )
        assert moment.headline.power_w == 2.0

    def test_other_places_fill_what_the_outlet_leaves_empty(self):
        moment = read(
            sample("7000", "Power.Active.Import", "W", location="Inlet"),
            sample("6800", "Power.Active.Import", "W", location="Cable"),
            sample("55", "SoC", "Percent", location="EV"),
            sample("230", "Voltage", "V"),
        )
        assert moment.headline == Headline(power_w=6800.0, voltage_v=230.0, soc_percent=55.0)

    def test_a_current_without_a_phase_is_that_of_l1(self):
        assert read(sample("80", "Current.Import", "A")).headline.current_l1_a == 80.0

    def test_a_current_without_a_phase_beside_phases_is_no_headline(self):
        moment = read(sample("40", "Current.Import", "A"), sample("16", "Current.Import", "A", phase="L2"))
        assert moment.headline == Headline(current_l2_a=16.0)

    def test_the_voltage_is_the_mean_of_the_connected_phases(self):
        moment = read(
            sample("228", "Voltage", "V", phase="L1"),
            sample("232", "Voltage", "V", phase="L2-N"),
            sample("0", "Voltage", "V", phase="L3"),
            sample("400", "Voltage", "V", phase="L1-L2"),
        )
        assert moment.headline.voltage_v == 230.0

    def test_the_end_of_a_transaction_goes_before_its_beginning(self):
        moment = read(sample("1000", context="Transaction.Begin"), sample("5000", context="Transaction.End"))
        assert moment.headline.energy_wh == 5000.0

    def test_a_second_value_of_the_same_quantity_is_kept_beside_the_first(self):
        moment = read(sample("1"), sample("2"))
        assert moment.headline.energy_wh == 1.0
        assert packed(moment) == [("Energy.Active.Import.Register", "", 2.0)]


class TestMoments:
    def test_values_of_one_moment_are_one(self):
        values = [
            MeterValue(timestamp=TEXT, sampled_value=[sample("0.0", "Power.Active.Import", "W")]),
            MeterValue(timestamp=TEXT, sampled_value=[sample("42", unit="Wh")]),
        ]
        [moment] = read_moments(values, RECEIVED, Shapes(VendorNames()))
        assert moment.headline == Headline(power_w=0.0, energy_wh=42.0)

    def test_each_timestamp_is_a_moment(self):
        values = [
            MeterValue(timestamp=f"2026-01-10T11:5{minute}:00Z", sampled_value=[sample(minute)])
            for minute in range(3)
        ]
        moments = read_moments(values, RECEIVED, Shapes(VendorNames()))
        assert [(moment.at.minute, moment.headline.energy_wh) for moment in moments] == [
            (50, 0.0),
            (51, 1.0),
            (52, 2.0),
        ]

    @pytest.mark.parametrize("timestamp", [None, "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "?"])
    def test_a_wrong_clock_gives_way_to_the_receipt(self, timestamp):
        moment = read(sample("1"), timestamp=timestamp)
        assert (moment.at, moment.quality) == (RECEIVED, Quality.CLOCK)

    def test_a_clock_slightly_ahead_is_kept_but_is_not_newer_than_now(self):
        moment = read(sample("1"), timestamp="2026-01-10T12:30:00Z")
        assert moment.at == RECEIVED + timedelta(minutes=30)
        assert (moment.order_at, moment.quality) == (RECEIVED, 0)

    def test_the_same_content_has_the_same_fingerprint(self):
        assert read(sample("1"), sample("2", "Voltage", "V")).fingerprint == (
            read(sample("1"), sample("2", "Voltage", "V")).fingerprint
        )

    def test_another_value_has_another_fingerprint(self):
        assert read(sample("1")).fingerprint != read(sample("1.5")).fingerprint
        assert read(sample("1")).fingerprint != read(sample("1", phase="L1")).fingerprint

    @given(
        st.lists(
            st.builds(
                sample,
                st.one_of(st.text(max_size=8), st.floats(), st.integers()),
                st.sampled_from([None, *MEASURANDS]),
                st.sampled_from([None, *UNITS[1:], "kW", "kWh", "mA"]),
                phase=st.sampled_from([None, *PHASES[1:]]),
                location=st.sampled_from([None, *LOCATIONS]),
                format=st.sampled_from([None, "Raw", "SignedData"]),
            )
        )
    )
    def test_nothing_breaks_it_and_no_number_is_lost(self, samples):
        moment = read(*samples)
        if moment is None:
            assert all(not each.value.strip() for each in samples)
            return
        kept = sum(value is not None for value in moment.headline) + len(moment.packed or []) // 2
        texts = len(json.loads(moment.texts or "[]"))
        assert kept + texts >= sum(bool(each.value.strip()) for each in samples)
        assert all(value is None or abs(value) < 1e300 for value in moment.headline)
