"""The authorisation cache and reservations (TC_046 to TC_053, TC_061)."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.compliance.csms import Csms
from tests.compliance.station import ACCEPTED, PATIENCE_S, Payload, Station, ago

NUMBERS = itertools.count(4711)


def reserve(station: Station, csms: Csms, status: str, *, connector: int = 1, **changes: Any) -> int:
    """Reserve for the station's tag, which is answered with `status`; return the reservation's number."""
    wanted: dict[str, Any] = {
        "connectorId": connector,
        "expiryDate": ago(hours=-1),
        "idTag": station.tag,
        "reservationId": next(NUMBERS),
    } | changes
    command = csms.ask("ReserveNow", wanted)
    asked = station.expect("ReserveNow", {"status": status})
    assert {key: asked[key] for key in wanted if key != "expiryDate"} == {
        key: value for key, value in wanted.items() if key != "expiryDate"
    }
    csms.await_outcome(command, state="accepted" if status == "Accepted" else "rejected")
    return int(wanted["reservationId"])


def shown(csms: Csms, number: int) -> tuple[str, int | None]:
    """Return the state of a reservation and the number of the transaction that used it, if one did."""
    found = csms.reservation(number)
    return found["state"], found["transaction"]


def start_reserved(station: Station, number: int, tag: str | None = None) -> int:
    """Start on connector 1 with a tag that the reservation is for; return the transaction's number."""
    assert station.authorize(tag)["status"] == "Accepted"
    station.status("Preparing")
    started = station.call(
        "StartTransaction",
        connectorId=1,
        idTag=tag or station.tag,
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
    assert shown(csms, number) == ("accepted", None)
    transaction = start_reserved(station, number)
    assert shown(csms, number) == ("used", transaction)


def test_tc_047_csms_reservation_expires(station: Station, csms: Csms) -> None:
    number = reserve(station, csms, "Accepted", expiryDate=ago(seconds=-3))
    station.status("Reserved")
    assert shown(csms, number) == ("accepted", None)
    deadline = time.monotonic() + PATIENCE_S
    while shown(csms, number) == ("accepted", None) and time.monotonic() < deadline:
        csms.sweep()
    station.status("Available")
    assert shown(csms, number) == ("expired", None)
    assert csms.connector()["status"] == "Available"


def test_tc_053_csms_reserved_connector_is_used_by_the_group(station: Station, csms: Csms) -> None:
    number = reserve(station, csms, "Accepted", idTag="TAG_OF_GROUP_1", parentIdTag="TAG_GROUP")
    station.status("Reserved")
    assert station.authorize("TAG_OF_GROUP_2") == {"status": "Accepted", "parentIdTag": "TAG_GROUP"}
    transaction = start_reserved(station, number, "TAG_OF_GROUP_2")
    assert shown(csms, number) == ("used", transaction)


def refused(station: Station, csms: Csms, status: str) -> None:
    number = reserve(station, csms, status)
    assert shown(csms, number) == ("refused", None)


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
    assert shown(csms, number) == ("cancelled", None)
    assert csms.connector()["status"] == "Available"


def test_tc_052_csms_cancellation_rejected(station: Station, csms: Csms) -> None:
    rejected = {"status": "Rejected"}
    number = reserve(station, csms, "Accepted")
    command = cancel(station, csms, number, rejected)
    csms.await_outcome(command, state="rejected", response=rejected)
    assert shown(csms, number) == ("cancelled", None)


def test_tc_061_csms_clears_the_cache(station: Station, csms: Csms) -> None:
    command = csms.ask("ClearCache")
    assert station.expect("ClearCache") == {}
    csms.await_outcome(command, state="accepted", response=ACCEPTED)
