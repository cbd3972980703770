from __future__ import annotations

import pytest

from chargers.quirks import QUIRK_NAMES, Model, Quirks, effective, read_switches
from chargers.quirks.presets import BadPresetError, all_makes, read_make
from evkit.console.selectors.passport import QUIRKS


def of(vendor: str, model: str = "", firmware: str = "") -> Quirks:
    return effective(Model(vendor, model, firmware), {})


class TestShippedPresets:
    @pytest.mark.parametrize(
        ("vendor", "model", "quirks"),
        [
            ("ABB", "CDT_TACW11::NET_WIFI", Quirks(silent_reconnect=True, base_stack_level=True)),
            ("Webasto", "Next", Quirks(silent_reconnect=True)),
            ("Entratek", "Power Dot Pro", Quirks(small_requests=True)),
            ("", "ACChargePoint", Quirks(watts_only=True)),
            ("Huawei", "SCharger-22KT-S0", Quirks(watts_only=True)),
            ("ZJBENY", "BCP-B2N-L", Quirks(pause_not_stop=True)),
            ("Ocular", "IQ", Quirks(pause_not_stop=True)),
            ("EV-BOX", "G4", Quirks(vendor_talk=True)),
            ("EN+", "Silver", Quirks(small_requests=True, vendor_talk=True)),
            ("Vendor", "Model", Quirks()),
        ],
    )
    def test_a_model_gets_its_quirks(self, vendor: str, model: str, quirks: Quirks) -> None:
        assert of(vendor, model) == quirks

    def test_every_file_says_where_it_was_seen(self) -> None:
        presets = [preset for make in all_makes().values() for preset in make.presets]
        assert len(presets) >= 10
        assert all(preset.source.startswith("https://") for preset in presets)

    def test_every_quirk_has_words_for_the_page(self) -> None:
        assert set(QUIRKS) == set(QUIRK_NAMES)


class TestReadMake:
    GOOD = "make: M\npresets:\n  - {vendors: ['m*'], firmware: ['1.*'], quirks: [watts_only], source: s}\n"

    def test_patterns_match_in_any_case(self) -> None:
        preset = read_make("m.yaml", self.GOOD).presets[0]
        assert preset.matches(Model("MAKER", "x", "1.2"))
        assert not preset.matches(Model("MAKER", "x", "2.0"))

    @pytest.mark.parametrize(
        "text",
        [
            "presets: []",
            GOOD.replace("watts_only", "watts_olny"),
            GOOD.replace("source: s", "origin: s"),
            GOOD.replace("['m*']", "[]"),
            "make: [",
        ],
    )
    def test_a_file_that_breaks_the_format_is_refused(self, text: str) -> None:
        with pytest.raises(BadPresetError, match=r"m\.yaml"):
            read_make("m.yaml", text)


class TestEffective:
    def test_a_switch_beats_the_preset_both_ways(self) -> None:
        model = Model("Webasto", "Next")
        assert effective(model, {"silent_reconnect": False}) == Quirks()
        assert effective(model, {"watts_only": True}) == Quirks(silent_reconnect=True, watts_only=True)

    @pytest.mark.parametrize("stored", ['{"watts_only": true, "x": true}', {"watts_only": True, "x": 1}])
    def test_switches_are_read_as_databases_give_them(self, stored: object) -> None:
        assert read_switches(stored) == {"watts_only": True}

    def test_nonsense_switches_nothing(self) -> None:
        assert read_switches(None) == read_switches([1]) == {}
