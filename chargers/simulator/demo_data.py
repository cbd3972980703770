"""The demo depot: twelve charge points, seventeen connectors and forty buses, as data.

The declarative configuration of the demo site declares the same identities, connector
numbers, ratings and id tags.
"""

from __future__ import annotations

from typing import Final

from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec

DEMO_METER_INTERVAL_S: Final = 5


def _dc(number: int, power_w: float) -> ConnectorSpec:
    return ConnectorSpec(number=number, current="DC", max_power_w=power_w)


def _ac(number: int, current_a: float = 32.0, phases: int = 3) -> ConnectorSpec:
    return ConnectorSpec(number=number, current="AC", max_current_a=current_a, phases=phases)


def _charge_point(
    number: int,
    *connectors: ConnectorSpec,
    max_power_w: float,
    make: tuple[str, str],
    unavailable: tuple[int, ...] = (),
) -> ChargePointSpec:
    return ChargePointSpec(
        identity=f"A_{number:03d}",
        connectors=connectors,
        vendor=make[0],
        model=make[1],
        serial=f"SIM{number:06d}",
        max_power_w=max_power_w,
        meter_interval_s=DEMO_METER_INTERVAL_S,
        unavailable=unavailable,
        seed=number,
        tells_security_events=True,
    )


_DC50 = ("Volthaus", "DC 50")
_DC50_TWIN = ("Volthaus", "DC 50 Twin")
_DC100 = ("Volthaus", "DC 100")
_MIX = ("Borealis", "Quad 60")
_AC22 = ("Borealis", "AC 22")
_AC22_TWIN = ("Borealis", "AC 22 Twin")

DEMO_CHARGE_POINTS: Final[tuple[ChargePointSpec, ...]] = (
    _charge_point(1, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(2, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(3, _dc(1, 50_000), _dc(2, 50_000), max_power_w=50_000, make=_DC50_TWIN),
    _charge_point(4, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(5, _ac(1), max_power_w=22_080, make=_AC22),
    _charge_point(6, _dc(1, 30_000), _dc(2, 30_000), _ac(3), _ac(4), max_power_w=60_000, make=_MIX),
    _charge_point(7, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(8, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(9, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(10, _ac(1), _ac(2), max_power_w=44_160, make=_AC22_TWIN),
    _charge_point(11, _dc(1, 50_000), max_power_w=50_000, make=_DC50),
    _charge_point(12, _dc(1, 100_000), max_power_w=100_000, make=_DC100, unavailable=(1,)),
)

# what a battery of so many Wh takes, in W: those parked at the start stay below 200 kW together
_DC_POWER_W: Final = {250_000: 20_000.0, 350_000: 26_000.0, 422_000: 30_000.0}

# number, id tag, battery in Wh, state of charge on arrival and wanted, in percent
_VEHICLES: Final[tuple[tuple[int, str, int, float, float], ...]] = (
    (201, "04BBCD22409D39", 350_000, 35.0, 100.0),
    (202, "F7BBA7D6C0D1", 350_000, 36.0, 90.0),
    (203, "04DC0D3CB31503", 350_000, 56.0, 100.0),
    (204, "04F2F1D1026145", 350_000, 55.0, 90.0),
    (205, "5DF3135C0065", 250_000, 41.0, 90.0),
    (206, "B82A42D0A402", 350_000, 58.0, 90.0),
    (207, "00DBEF37881B", 422_000, 45.0, 100.0),
    (208, "1BA88C47CFAA", 250_000, 41.0, 100.0),
    (209, "040FFA9BA81291", 350_000, 53.0, 95.0),
    (210, "88904029FF66", 350_000, 21.0, 90.0),
    (211, "7545B6180CCB", 422_000, 69.0, 100.0),
    (212, "B4A63CDF2212", 350_000, 64.0, 100.0),
    (213, "CD3213BED2C6", 350_000, 33.0, 100.0),
    (214, "FA21E5BA48CD", 422_000, 45.0, 95.0),
    (215, "04EE7752C11E91", 250_000, 29.0, 100.0),
    (216, "AA516FF9699B", 422_000, 26.0, 100.0),
    (217, "040B1C656676E4", 350_000, 69.0, 90.0),
    (218, "04EDC8A8AFA3A1", 422_000, 54.0, 100.0),
    (219, "47DDD9BDCDA8", 350_000, 78.0, 100.0),
    (220, "049A87E0E9F0DD", 350_000, 42.0, 100.0),
    (221, "04E5B92F82504C", 250_000, 52.0, 100.0),
    (222, "1516A3393298", 350_000, 23.0, 100.0),
    (223, "04245B7AB4608C", 250_000, 35.0, 90.0),
    (224, "103B34511043", 350_000, 38.0, 95.0),
    (225, "493C5E9C8573", 250_000, 59.0, 100.0),
    (226, "FA254FF35F60", 350_000, 51.0, 90.0),
    (227, "C0689C165C32", 422_000, 99.6, 100.0),
    (228, "04B30BEB123D5A", 422_000, 32.0, 100.0),
    (229, "FB46A9A443F9", 250_000, 37.0, 100.0),
    (230, "96111AC80C21", 250_000, 25.0, 100.0),
    (231, "04AA19DFAE5822", 350_000, 96.97, 97.0),
    (232, "044C638BE81153", 350_000, 38.0, 100.0),
    (233, "EFB411A5E453", 422_000, 62.0, 100.0),
    (234, "A0733E283C89", 250_000, 37.0, 90.0),
    (235, "7D27DBAC1D1C", 422_000, 58.0, 95.0),
    (236, "48C1F46CE39A", 350_000, 28.0, 100.0),
    (237, "047E9C8FF45A0D", 350_000, 66.0, 100.0),
    (238, "67AF13E7CBC0", 350_000, 64.0, 90.0),
    (239, "5E3C3D1E7B6A", 350_000, 43.0, 100.0),
    (240, "9499E5CEE86B", 350_000, 42.0, 100.0),
)

DEMO_VEHICLES: Final[tuple[VehicleSpec, ...]] = tuple(
    VehicleSpec(
        code=f"bus-{number}",
        id_tag=id_tag,
        battery_wh=battery_wh,
        soc_percent=soc,
        target_soc_percent=target,
        ac_max_current_a=27.0,
        dc_max_power_w=_DC_POWER_W[battery_wh],
    )
    for number, id_tag, battery_wh, soc, target in _VEHICLES
)

# charge point, connector, vehicle: plugged in when the demo starts
DEMO_PARKED: Final[tuple[tuple[str, int, str], ...]] = (
    ("A_001", 1, "bus-212"),
    ("A_002", 1, "bus-208"),
    ("A_003", 1, "bus-219"),
    ("A_003", 2, "bus-223"),
    ("A_005", 1, "bus-231"),
    ("A_006", 1, "bus-204"),
    ("A_006", 2, "bus-206"),
    ("A_006", 3, "bus-215"),
    ("A_007", 1, "bus-221"),
    ("A_008", 1, "bus-227"),
    ("A_010", 1, "bus-233"),
)

# plugged in, but nobody presents a badge: stays in preparation
DEMO_NOT_IDENTIFIED: Final[frozenset[str]] = frozenset({"bus-215"})
DEMO_FAULTY: Final = "A_007"
DEMO_FLAKY: Final = "A_011"
