"""The actions of OCPP 1.6 that this app handles, and those that it sends."""

from __future__ import annotations

from collections.abc import Mapping

from chargers.ocpp.commanding import CommandRoute
from chargers.ocpp.handling import Route
from charging.ocpp.v16 import authorize, meter_values, start_transaction, stop_transaction
from charging.ocpp.v16.commands import (
    cancel_reservation,
    clear_charging_profile,
    get_composite_schedule,
    get_local_list_version,
    remote_start_transaction,
    remote_stop_transaction,
    reserve_now,
    send_local_list,
    set_charging_profile,
)

ROUTES: Mapping[str, Route] = {
    "Authorize": authorize.ROUTE,
    "MeterValues": meter_values.ROUTE,
    "StartTransaction": start_transaction.ROUTE,
    "StopTransaction": stop_transaction.ROUTE,
}
COMMANDS: Mapping[str, CommandRoute] = {
    "CancelReservation": cancel_reservation.ROUTE,
    "ClearChargingProfile": clear_charging_profile.ROUTE,
    "GetCompositeSchedule": get_composite_schedule.ROUTE,
    "GetLocalListVersion": get_local_list_version.ROUTE,
    "RemoteStartTransaction": remote_start_transaction.ROUTE,
    "RemoteStopTransaction": remote_stop_transaction.ROUTE,
    "ReserveNow": reserve_now.ROUTE,
    "SendLocalList": send_local_list.ROUTE,
    "SetChargingProfile": set_charging_profile.ROUTE,
}
