from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from chargers.models import ChargePoint, ChargePointState
from chargers.quirks.modes import MODE_FIELDS, Mode, Source, read_mode, record_of, stored_mode, told_mode
from chargers.quirks.presets import BadPresetError, read_make
from chargers.services.modes import mode_record
from evkit.console.selectors.passport import MODE
from tests.factories import ChargePointFactory


class TestReadMode:
    def test_what_is_not_said_is_not_known(self) -> None:
        assert read_mode({"unit": "W", "purposes": ["TxProfile"]}) == Mode(unit="W", purposes=("TxProfile",))
        assert read_mode({}) == Mode()

    @pytest.mark.parametrize(
        "bad",
        [
            {"unit": "kW"},
            {"units": "W"},
            {"latency_s": 0},
            {"stack_level": -1},
            {"purposes": ["Tx"]},
            [],
            "W",
        ],
    )
    def test_what_makes_no_sense_is_refused(self, bad: object) -> None:
        with pytest.raises(ValueError, match=r"."):
            read_mode(bad)
        assert stored_mode(bad) == Mode()

    def test_every_field_has_words_for_the_page(self) -> None:
        assert tuple(MODE) == MODE_FIELDS


class TestToldMode:
    @pytest.mark.parametrize(
        ("allowed", "unit"), [("Current", "A"), ("Power", "W"), ("Current,Power", None), ("", None)]
    )
    def test_one_unit_is_the_unit(self, allowed: str, unit: str | None) -> None:
        assert told_mode({"ChargingScheduleAllowedChargingRateUnit": allowed}).unit == unit

    def test_numbers_that_are_none_tell_nothing(self) -> None:
        keys = {"ChargeProfileMaxStackLevel": "3", "ChargingScheduleMaxPeriods": "many"}
        assert told_mode(keys) == Mode(stack_level=3)


def test_who_knows_better_is_believed() -> None:
    record = record_of(
        {
            Source.TOLD: Mode(unit="A", stack_level=8, periods=1),
            Source.PRESET: Mode(unit="W", stack_level=0),
            Source.LEARNED: Mode(unit="A"),
            Source.ADMINISTRATOR: Mode(stack_level=2),
        }
    )
    assert record.mode == Mode(unit="A", stack_level=2, periods=1)
    assert record.sources == {
        "unit": Source.LEARNED, "stack_level": Source.ADMINISTRATOR, "periods": Source.TOLD,
    }  # fmt: skip


class TestPresets:
    def test_a_file_says_the_mode_of_a_model(self) -> None:
        text = "make: M\npresets:\n  - {vendors: ['m*'], mode: {unit: W, survives_reboot: true}, source: s}\n"
        assert read_make("m.yaml", text).presets[0].mode == Mode(unit="W", survives_reboot=True)
        with pytest.raises(BadPresetError):
            read_make("m.yaml", text.replace("unit: W", "unit: kW"))

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("vendor", "model", "mode"),
        [
            (
                "Wall Box Chargers",
                "PLP1",
                Mode(unit="A", purposes=("TxDefaultProfile", "TxProfile"), stack_level=0),
            ),
            ("United Chargers", "GRS-*", Mode(stack_level=0, minimum_a=7)),
            ("Zaptec", "Zaptec Go 2", Mode(unit="A", stack_level=8)),
            ("GARO", "", Mode(unit="A")),
            ("Timxon", "A0", Mode(purposes=("TxDefaultProfile",), kind="Relative")),
            ("EFR", "SECC-01", Mode(unit="W")),
            ("EV-BOX", "Elvi", Mode(purposes=("TxDefaultProfile", "TxProfile"), stack_level=0)),
            ("Nobody", "X", Mode()),
        ],
    )
    def test_known_models_have_their_modes(self, vendor: str, model: str, mode: Mode) -> None:
        pk = ChargePointFactory().pk
        ChargePointState.objects.filter(pk=pk).update(vendor=vendor, model=model)
        point = ChargePoint.objects.select_related("state").get(pk=pk)
        assert mode_record(point, {}).mode == mode

    @pytest.mark.django_db
    def test_quirks_of_a_model_are_part_of_its_mode(self) -> None:
        pk = ChargePointFactory().pk
        ChargePointState.objects.filter(pk=pk).update(vendor="Huawei", model="SCharger")
        point = ChargePoint.objects.select_related("state").get(pk=pk)
        record = mode_record(point, {"ChargingScheduleAllowedChargingRateUnit": "Current"})
        assert (record.mode.unit, record.sources["unit"]) == ("W", Source.PRESET)
        point.operating_mode = {"unit": "A"}
        assert mode_record(point, {}).sources["unit"] == Source.ADMINISTRATOR


@pytest.mark.django_db
def test_the_administration_refuses_what_is_no_mode() -> None:
    point = ChargePointFactory()
    point.operating_mode = {"unit": "kW"}
    with pytest.raises(ValidationError) as refused:
        point.full_clean()
    assert "operating_mode" in refused.value.message_dict
