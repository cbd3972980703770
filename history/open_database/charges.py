"""Views of transactions and what was decided about them."""

from __future__ import annotations

from history.open_database.shape import Out, ReportView, seconds

TRANSACTIONS = ReportView(
    "report_transactions",
    "Charging transactions, running and ended.",
    (
        Out("transaction_number", "t.number", "number, the stable key of the transaction"),
        Out("site_code", "s.code", "site; NULL: none"),
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("connector", "e.number", "number of the connector"),
        Out("vehicle_code", "v.code", "vehicle; NULL: not known"),
        Out("id_tag", "t.id_tag", "badge, as it was sent; personal data where a badge belongs to a person"),
        Out("started_at", "t.started_at", "start, by the clock of the charge point where it can be trusted"),
        Out("ended_at", "t.ended_at", "end; NULL: it is running"),
        seconds("duration_s", "t.started_at", "t.ended_at", "end minus start; NULL: it is running"),
        Out("connected_at", "t.connected_at", "when the vehicle was plugged in"),
        Out("authorised_at", "t.authorised_at", "when the badge was accepted"),
        Out("charging_at", "t.charging_at", "when power began to flow"),
        Out("step", "t.step", "connected, authorised, started, charging or stopped"),
        Out("stop_reason", "t.stop_reason", "reason of the stop in the words of OCPP 1.6; empty: none given"),
        Out("energy_counted_wh",
            "CASE WHEN t.corrected_wh IS NOT NULL THEN t.corrected_wh"
            " WHEN t.energy_suspect THEN NULL ELSE t.energy_wh END",
            "energy that counts: corrected, else measured; NULL where it is in doubt: sum this one", "Wh"),
        Out("energy_measured_wh", "t.energy_wh", "energy as measured, in doubt or not", "Wh"),
        Out("energy_in_doubt", "t.energy_suspect", "whether the measured energy is in doubt"),
        Out("energy_corrected_wh", "t.corrected_wh", "what somebody decided the energy to be", "Wh"),
        Out("meter_start_wh", "t.meter_start_wh", "meter at the start", "Wh"),
        Out("meter_stop_wh", "t.meter_stop_wh", "meter at the stop", "Wh"),
        Out("power_peak_w", "t.power_peak_w", "highest power", "W"),
        Out("soc_start_percent", "t.soc_start_percent", "state of charge at the start", "%"),
        Out("soc_end_percent", "t.soc_last_percent", "last state of charge", "%"),
        Out("flags", "CAST(t.flags AS text)", "what is out of the ordinary, a JSON list of names"),
        Out("remote_id", "t.remote_id", "number at the charge point where that is not ours"),
    ),
    "FROM charging_transaction t\nJOIN chargers_chargepoint c ON c.id = t.charge_point_id\n"
    "JOIN chargers_evse e ON e.id = t.evse_id\nLEFT JOIN evsites_site s ON s.id = c.site_id\n"
    "LEFT JOIN charging_vehicle v ON v.id = t.vehicle_id",
)  # fmt: skip

CORRECTIONS = ReportView(
    "report_energy_corrections",
    "What somebody decided the energy of a transaction to be; the newest of a transaction counts.",
    (
        Out("transaction_number", "x.transaction_id", "transaction"),
        Out("corrected_at", "x.at", "when"),
        Out("corrected_by", "x.name", "user name of whom"),
        Out("before_wh", "x.before_wh", "what counted before; NULL: nothing did", "Wh"),
        Out("value_wh", "x.value_wh", "what counts; NULL: the measured energy is judged by itself again",
            "Wh"),
        Out("reason", "x.reason", "reason"),
    ),
    "FROM charging_energycorrection x",
)  # fmt: skip

RESERVATIONS = ReportView(
    "report_reservations",
    "Reservations.",
    (
        Out("reservation_number", "r.number", "number, the stable key of the reservation"),
        Out("site_code", "s.code", "site; NULL: none"),
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("connector", "r.connector", "number of the connector; 0: any of the charge point"),
        Out("id_tag", "i.value", "badge it is kept for"),
        Out("state", "r.state", "requested, accepted, used, expired, cancelled, refused or lost"),
        Out("created_at", "r.created_at", "when it was asked for"),
        Out("expires_at", "r.expires_at", "until when it holds"),
        Out("ended_at", "r.ended_at", "when it ended; NULL: it holds"),
        Out("transaction_number", "r.transaction_id", "transaction that used it"),
    ),
    "FROM charging_reservation r\nJOIN chargers_chargepoint c ON c.id = r.charge_point_id\n"
    "JOIN charging_idtoken i ON i.id = r.id_token_id\nLEFT JOIN evsites_site s ON s.id = c.site_id",
)

REFUSED_REQUESTS = ReportView(
    "report_refused_requests",
    "Badges that were refused; tries of one badge no more than 15 minutes apart are one row.",
    (
        Out("site_code", "s.code", "site; NULL: none"),
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("id_tag", "r.key", "badge, in upper case"),
        Out("reason", "r.status", "Blocked, Expired, Invalid or ConcurrentTx, in the words of OCPP 1.6"),
        Out("first_at", "r.first_at", "when it was refused first"),
        Out("last_at", "r.last_at", "when it was refused last"),
        Out("tries", "r.tries", "how often it was refused"),
    ),
    "FROM charging_refusedrequest r\nJOIN chargers_chargepoint c ON c.id = r.charge_point_id\n"
    "LEFT JOIN evsites_site s ON s.id = c.site_id",
)

VIEWS = (TRANSACTIONS, CORRECTIONS, RESERVATIONS, REFUSED_REQUESTS)
