"""The authorisation cache and reservations (TC_046 to TC_052, TC_061)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.compliance.csms import Csms
from tests.compliance.station import ACCEPTED, Payload, Station

MAKE = """
import json
from datetime import timedelta
from chargers.models import ChargePoint
from charging.models import IdToken
from charging.services.reservations import make_reservation
from evkit.core.clock import utc_now
made = make_reservation(
    charge_point=ChargePoint.objects.get(identity={identity!r}),
    connector={connector},
    token=IdToken.objects.get(value={tag!r}),
    expires_at=utc_now() + timedelta(hours=1),
    now=utc_now(),
)
print(json.dumps([made.number, made.command_id]))
"""
SHOW = "SELECT state, coalesce(transaction_id, 0) FROM charging_reservation WHERE number = ?"


def reserve(station: Station, csms: Csms, status: str, *, connector: int = 1) -> int:
    """Reserve for the station's tag, which is answered with `status`; return the reservation's number."""
    code = MAKE.format(identity=station.identity, connector=connector, tag=station.tag)
    number, command = json.loads(csms.server.shell(code))
    asked = station.expect("ReserveNow", {"status": status})
    assert (asked["connectorId"], asked["idTag"]) == (connector, station.tag)
    assert asked["reservationId"] == number
    csms.await_outcome(command, state="accepted" if status == "Accepted" else "rejected")
    return int(number)


def shown(csms: Csms, number: int) -> tuple[str, int]:
    """Return the state of a reservation and the number of the transaction that used it, 0 if none."""
    file = f"file:{csms.server.data_dir / 'evkit.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as database:
        state, transaction = database.execute(SHOW, [number]).fetchone()
    return str(state), int(transaction)


def start_reserved(station: Station, number: int) -> int:
    """Start on connector 1 with the reserved tag; return the transaction's number."""
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    started = station.call(
        "StartTransaction",
        connectorId=1,
        idTag=station.tag,
        meterStart=0,
        reservationId=number,
        timestamp=station.call("Heartbeat")["currentTime"],
    )
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    return int(started["transactionId"])


def test_tc_046_csms_reserved_connector_is_used(station: Station, csms: Csms) -> None:
    number = reserve(station, csms, "Accepted")
    station.status("Reserved")
    assert csms.connector()["status"] == "Reserved"
    assert shown(csms, number) == ("accepted", 0)
    transaction = start_reserved(station, number)
    assert shown(csms, number) == ("used", transaction)


def refused(station: Station, csms: Csms, status: str) -> None:
    number = reserve(station, csms, status)
    assert shown(csms, number) == ("refused", 0)


def test_tc_048_1_csms_reservation_of_a_faulted_connector(station: Station, csms: Csms) -> None:
    station.status("Faulted", error="OtherError")
    refused(station, csms, "Faulted")


def test_tc_048_2_csms_reservation_of_an_occupied_connector(station: Station, csms: Csms) -> None:
    station.charge()
    refused(station, csms, "Occupied")


def test_tc_048_3_csms_reservation_of_an_unavailable_connector(station: Station, csms: Csms) -> None:
    station.status("Unavailable")
    refused(station, csms, "Unavailable")


def test_tc_048_4_csms_reservation_rejected(station: Station, csms: Csms) -> None:
    refused(station, csms, "Rejected")


def test_tc_049_csms_reserved_charge_point_is_used(station: Station, csms: Csms) -> None:
    number = reserve(station, csms, "Accepted", connector=0)
    transaction = start_reserved(station, number)
    assert shown(csms, number) == ("used", transaction)


def cancel(station: Station, csms: Csms, number: int, answer: Payload) -> int:
    """An operator cancels a reservation; return the command once the charge point has answered."""
    command = csms.ask("CancelReservation", {"reservationId": number})
    assert station.expect("CancelReservation", answer) == {"reservationId": number}
    return command


def test_tc_051_csms_cancels_a_reservation(station: Station, csms: Csms) -> None:
    number = reserve(station, csms, "Accepted")
    station.status("Reserved")
    csms.await_outcome(cancel(station, csms, number, ACCEPTED), state="accepted", response=ACCEPTED)
    station.status("Available")
    assert shown(csms, number) == ("cancelled", 0)
    assert csms.connector()["status"] == "Available"


def test_tc_052_csms_cancellation_rejected(station: Station, csms: Csms) -> None:
    rejected = {"status": "Rejected"}
    command = cancel(station, csms, 2_000_000, rejected)
    csms.await_outcome(command, state="rejected", response=rejected)


def test_tc_061_csms_clears_the_cache(station: Station, csms: Csms) -> None:
    command = csms.ask("ClearCache")
    assert station.expect("ClearCache") == {}
    csms.await_outcome(command, state="accepted", response=ACCEPTED)
