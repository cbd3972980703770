"""Views of what was measured, of limits and of connections."""

from __future__ import annotations

from collections.abc import Sequence

from charging.metering.vocabulary import CONTEXTS, FIRST_VENDOR, LOCATIONS, MEASURANDS, PHASES, UNITS, Kind
from history.open_database.shape import POSTGRESQL, Out, ReportView, seconds


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _named(kind: Kind, names: Sequence[str], shift: int, bits: int) -> str:
    """Return SQL for the name of one facet of a packed code (PostgreSQL; `charging.metering.codec`)."""
    number = f"((p.code >> {shift}) & {(1 << bits) - 1})"
    standard = f"(ARRAY[{_listed(names)}])[{number} + 1]"
    row = f"id = {number} - {FIRST_VENDOR} AND kind = '{kind}'"
    vendors = f"(SELECT name FROM charging_measurand WHERE {row})"  # noqa: S608  # made of constants
    return f"CASE WHEN {number} < {FIRST_VENDOR} THEN {standard} ELSE {vendors} END"


_CONTEXT = "CASE m.context " + " ".join(
    f"WHEN {number} THEN '{name}'" for number, name in enumerate(CONTEXTS)
) + " END"  # fmt: skip
_PLACE = (
    Out("charge_point", "c.identity", "identity of the charge point"),
    Out("connector", "m.evse_number", "number of the connector; 0: the whole charge point"),
    Out("measured_at", "m.measured_at", "when it was measured"),
    Out("transaction_number", "m.transaction_number", "transaction; NULL: none"),
)
_SAMPLES = "FROM charging_metersample m\nJOIN chargers_chargepoint c ON c.id = m.charge_point_id"

METER_VALUES = ReportView(
    "report_meter_values",
    "Meter values: one row for each moment and connector. Many: always narrow `measured_at`.",
    (
        *_PLACE,
        Out("power_w", "m.power_w", "power", "W"),
        Out("energy_wh", "m.energy_wh", "energy register (import)", "Wh"),
        Out("current_l1_a", "m.current_l1_a", "current of phase 1", "A"),
        Out("current_l2_a", "m.current_l2_a", "current of phase 2", "A"),
        Out("current_l3_a", "m.current_l3_a", "current of phase 3", "A"),
        Out("voltage_v", "m.voltage_v", "voltage", "V"),
        Out("soc_percent", "m.soc_percent", "state of charge", "%"),
        Out("temperature_c", "m.temperature_c", "temperature", "°C"),
        Out("context", _CONTEXT, "occasion, in the words of OCPP 1.6"),
        Out("clock_doubtful", "(m.quality & 1) <> 0", "the clock of the charge point was wrong"),
        Out("energy_doubtful", "(m.quality & 2) <> 0", "the energy register cannot be right"),
        Out("soc_doubtful", "(m.quality & 4) <> 0", "the state of charge cannot be right"),
        Out("received_at", "m.received_at", "when it was received"),
    ),
    _SAMPLES,
)

METER_QUANTITIES = ReportView(
    "report_meter_quantities",
    "All other numbers of meter values, one row each (PostgreSQL only: SQLite cannot unpack them).",
    (
        *_PLACE,
        Out("measurand", _named(Kind.MEASURAND, MEASURANDS, 40, 13), "what, in the words of OCPP 1.6"),
        Out("phase", _named(Kind.PHASE, PHASES, 20, 10), "phase; empty: none"),
        Out("location", _named(Kind.LOCATION, LOCATIONS, 0, 10), "where it was measured"),
        Out("context", _named(Kind.CONTEXT, CONTEXTS, 10, 10), "occasion"),
        Out("unit", _named(Kind.UNIT, UNITS, 30, 10), "unit of `value`, in the words of OCPP 1.6"),
        Out("value", "p.value", "the number", "see `unit`"),
    ),
    _SAMPLES + "\nCROSS JOIN LATERAL (SELECT m.packed[i]::bigint AS code, m.packed[i + 1] AS value "
    "FROM generate_series(1, coalesce(array_length(m.packed, 1), 0), 2) AS i) p",
    vendors=(POSTGRESQL,),
)

LIMIT_CHANGES = ReportView(
    "report_limit_changes",
    "Changes of the limits of connectors: each holds until the next of its kind.",
    (
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("connector", "e.number", "number of the connector"),
        Out("changed_at", "x.at", "when"),
        Out("kind", "x.kind", "requested by evkit, or accepted by the charge point"),
        Out("limit_w", "x.power_w", "the limit where it is in W; both NULL: none", "W"),
        Out("limit_a", "x.current_a", "the limit where it is in A; both NULL: none", "A per phase"),
        Out("reason", "x.reason", "profile, cleared or transaction_over"),
    ),
    "FROM charging_limitchange x\nJOIN chargers_evse e ON e.id = x.evse_id\n"
    "JOIN chargers_chargepoint c ON c.id = e.charge_point_id",
)

CONNECTION_HISTORY = ReportView(
    "report_connection_history",
    "Connections of charge points, open and ended.",
    (
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("site_code", "s.code", "site; NULL: none yet"),
        Out("opened_at", "x.opened_at", "when it was opened"),
        Out("closed_at", "x.closed_at", "when it ended; NULL: it is open"),
        seconds("duration_s", "x.opened_at", "x.closed_at", "how long it lasted; NULL: it is open"),
        Out("close_code", "x.close_code", "close code of the WebSocket (RFC 6455)"),
        Out("close_reason", "x.close_reason", "reason of the end"),
        Out("protocol", "x.subprotocol", "subprotocol, e.g. ocpp1.6"),
        Out("security_level", "x.security_level", "security profile that the connection is worth, 0 to 3"),
        Out("frames_in", "x.frames_in", "frames received, known once it has ended"),
        Out("frames_out", "x.frames_out", "frames sent, known once it has ended"),
    ),
    "FROM chargers_connection x\nJOIN chargers_chargepoint c ON c.id = x.charge_point_id\n"
    "LEFT JOIN evsites_site s ON s.id = c.site_id",
)

OUTAGES = ReportView(
    "report_outages",
    "Stretches of time in which a connector was faulted or unavailable, whatever its connection did.",
    (
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("connector", "e.number", "number of the connector"),
        Out("site_code", "s.code", "site; NULL: none yet"),
        Out("status", "x.status", "Faulted or Unavailable, in the words of OCPP 1.6"),
        Out("error_code", "x.error_code", "error code at its beginning, in the words of OCPP 1.6"),
        Out("began_at", "x.since", "when it began"),
        Out("ended_at", "x.until", "when it ended; NULL: it lasts"),
        seconds("duration_s", "x.since", "x.until", "how long it lasted; NULL: it lasts"),
    ),
    "FROM chargers_outage x\nJOIN chargers_evse e ON e.id = x.evse_id\n"
    "JOIN chargers_chargepoint c ON c.id = e.charge_point_id\nLEFT JOIN evsites_site s ON s.id = c.site_id",
)

VIEWS = (METER_VALUES, METER_QUANTITIES, LIMIT_CHANGES, CONNECTION_HISTORY, OUTAGES)
