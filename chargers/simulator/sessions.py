"""Charging sessions: plug, badge, start, samples, stop (OCPP 1.6 §3.3, §4.8, §4.10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chargers.simulator.authorisation import ACCEPTED
from chargers.simulator.clock import format_time
from chargers.simulator.connector import Connector, Transaction
from chargers.simulator.frames import Payload
from chargers.simulator.metering import meter_value
from chargers.simulator.spec import VehicleSpec

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

KEPT_SAMPLES = 12
QUEUED_METER_VALUES = 2_000


class Sessions:
    """Moves the connectors of one charge point through their sessions."""

    __slots__ = ("_cp",)

    def __init__(self, cp: SimulatedChargePoint) -> None:
        self._cp = cp

    def plug_in(self, connector: Connector, vehicle: VehicleSpec) -> None:
        """Connect a vehicle; start if somebody is already authorised."""
        connector.plug(vehicle)
        self._cp.report()
        if connector.authorised is not None:
            self.start(connector, connector.authorised)

    def unplug(self, connector: Connector) -> None:
        """Disconnect the vehicle; ends the transaction unless configured otherwise."""
        ends = self._cp.configuration.flag("StopTransactionOnEVSideDisconnect")
        if connector.transaction is not None and ends:
            self.stop(connector, "EVDisconnected")
        connector.charge = replace(connector.charge, power_w=0.0)
        connector.unplug()
        self._cp.report()

    def authorise(self, connector: Connector, id_tag: str) -> None:
        """Let a tag charge here: at once, or when a vehicle is plugged in within the time.

        Nothing happens when the connector has been taken or has broken down meanwhile.
        """
        if connector.transaction is not None or not self._cp.authorisation.may_use(connector, id_tag):
            return
        if connector.vehicle is not None:
            connector.finishing = False
            self.start(connector, id_tag)
            return
        connector.authorised = id_tag
        timeout = self._cp.configuration.number("ConnectionTimeOut")
        self._cp.timers.set(f"connect-{connector.number}", timeout, lambda: self._expire(connector))
        self._cp.report()

    def start(self, connector: Connector, id_tag: str) -> None:
        """Begin a transaction and tell the central system, now or later."""
        cp = self._cp
        self._restart_register(connector)
        transaction = Transaction(
            connector.number,
            id_tag,
            cp.clock.now(),
            connector.register_wh,
            reservation_id=self._consume_reservation(connector, id_tag),
            sampled_s=cp.time_s(),
            sampled_wh=connector.charge.register_wh,
        )
        cp.timers.cancel(f"connect-{connector.number}")
        connector.authorised = None
        connector.finishing = False
        connector.transaction = transaction
        connector.updated_s = cp.time_s()
        connector.caps.reset()
        self._keep_sample(connector, transaction, "Transaction.Begin")
        self._install_start_profile(connector)
        for _ in range(2 if cp.has("duplicate_start") else 1):
            self._send_start(connector, transaction)
        cp.wire.counters.transactions += 1
        cp.step()
        cp.misbehave_on_start(transaction)

    def stop(self, connector: Connector, reason: str, id_tag: str | None = None) -> None:
        """End the transaction and tell the central system, now or later."""
        transaction = connector.transaction
        if transaction is None:
            return
        self._cp.advance()
        self._keep_sample(connector, transaction, "Transaction.End")
        connector.transaction = None
        connector.finishing = connector.vehicle is not None
        connector.charge = replace(connector.charge, power_w=0.0)
        self._cp.profiles.end_transaction(connector.number)
        self._send_stop(connector, transaction, reason, id_tag)
        if connector.goes_unavailable:
            connector.operative = connector.goes_unavailable = False
        self._cp.report()

    def sample(self, connector: Connector, now_s: float) -> None:
        """Send a MeterValues when its interval has passed."""
        interval = self._cp.configuration.number("MeterValueSampleInterval")
        transaction = connector.transaction
        if transaction is None or interval <= 0 or now_s < transaction.sampled_s + interval:
            return
        late = now_s - transaction.sampled_s >= 2 * interval
        transaction.sampled_s = now_s if late else transaction.sampled_s + interval
        self.send_meter_values(connector, "Sample.Periodic")
        if len(transaction.samples) < KEPT_SAMPLES:
            self._keep_sample(connector, transaction, "Sample.Periodic")
        transaction.sampled_wh = connector.charge.register_wh

    def send_meter_values(
        self, connector: Connector, context: str, key: str = "MeterValuesSampledData"
    ) -> None:
        """Send the measurands that a configuration key lists once."""
        cp = self._cp
        transaction = connector.transaction
        value = self._meter_value(connector, key, context)
        if not value["sampledValue"] or len(cp.wire.outbox.durable) >= QUEUED_METER_VALUES:
            return

        def payload() -> Payload:
            body: Payload = {"connectorId": connector.number, "meterValue": [value]}
            if transaction is not None:
                body["transactionId"] = transaction.wire_id
            return body

        cp.post("MeterValues", payload, durable=transaction is not None)

    def _send_start(self, connector: Connector, transaction: Transaction) -> None:
        body: Payload = {
            "connectorId": connector.number,
            "idTag": transaction.id_tag,
            "meterStart": transaction.meter_start_wh,
            "timestamp": format_time(transaction.started_at),
        }
        if transaction.reservation_id is not None:
            body["reservationId"] = transaction.reservation_id
        self._cp.post(
            "StartTransaction",
            body,
            lambda answer: self._started(connector, transaction, answer),
            durable=True,
        )

    def _send_stop(
        self, connector: Connector, transaction: Transaction, reason: str, id_tag: str | None
    ) -> None:
        forgets = self._cp.has("unknown_transaction_ids")
        body: Payload = {
            "meterStop": connector.register_wh,
            "timestamp": format_time(self._cp.clock.now()),
            "reason": reason,
        }
        if id_tag is not None:
            body["idTag"] = id_tag
        if transaction.samples:
            body["transactionData"] = transaction.samples
        self._cp.post(
            "StopTransaction",
            lambda: {"transactionId": -1 if forgets else transaction.wire_id, **body},
            lambda _: self._cp.changed(),
            durable=True,
        )

    def _started(self, connector: Connector, transaction: Transaction, answer: Payload) -> None:
        if transaction.answered:
            return
        transaction.answered = True
        transaction.remote_id = answer.get("transactionId")
        info = answer.get("idTagInfo") or {}
        self._cp.authorisation.remember(transaction.id_tag, info)
        if info.get("status") != ACCEPTED and connector.transaction is transaction:
            if self._cp.configuration.flag("StopTransactionOnInvalidId"):
                self.stop(connector, "DeAuthorized")
            else:
                transaction.refused = True
        self._cp.changed()

    def _meter_value(self, connector: Connector, key: str, context: str) -> Payload:
        return meter_value(
            connector,
            self._cp.power.readings(connector, self._cp.time_s()),
            measurands=self._cp.configuration.items(key),
            at=self._cp.clock.now(),
            context=context,
            write=self._cp.write_number,
        )

    def _keep_sample(self, connector: Connector, transaction: Transaction, context: str) -> None:
        value = self._meter_value(connector, "StopTxnSampledData", context)
        if value["sampledValue"]:
            transaction.samples.append(value)

    def _consume_reservation(self, connector: Connector, id_tag: str) -> int | None:
        for holder in (connector, self._cp.station):
            held = holder.reservation
            if held is not None and self._cp.authorisation.reserved_for(held, id_tag):
                holder.reservation = None
                self._cp.timers.cancel(f"reservation-{held.reservation_id}")
                return held.reservation_id
        return None

    def _install_start_profile(self, connector: Connector) -> None:
        if connector.start_profile is not None:
            self._cp.profiles.install(connector.start_profile)
            connector.start_profile = None

    def _restart_register(self, connector: Connector) -> None:
        if self._cp.has("restarting_register"):
            connector.charge = replace(connector.charge, register_wh=0.0)

    def _expire(self, connector: Connector) -> None:
        connector.authorised = connector.start_profile = None
        self._cp.report()
