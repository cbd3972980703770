"""Views of sites, charge points, connectors and vehicles."""

from __future__ import annotations

from history.open_database.shape import Out, ReportView

SITES = ReportView(
    "report_sites",
    "Sites.",
    (
        Out("site_code", "s.code", "code, the stable key of the site"),
        Out("name_en", "s.name_en", "name in English"),
        Out("name_fr", "s.name_fr", "name in French"),
        Out("timezone", "s.timezone", "time zone of the site (IANA)"),
        Out(
            "limit_w",
            "CASE s.limit_unit WHEN 'A' THEN s.limit_value * s.voltage_v * 3 ELSE s.limit_value END",
            "limit of the site; one in A counts for three phases at the nominal voltage; NULL: none", "W",
        ),
        Out("limit_a", "CASE s.limit_unit WHEN 'A' THEN s.limit_value END",
            "limit of the site where it is given in A", "A per phase"),
        Out("voltage_v", "s.voltage_v", "nominal voltage", "V"),
        Out("smart_charging", "s.smart_charging_enabled", "whether evkit shares the power of the site"),
    ),
    "FROM evsites_site s",
)  # fmt: skip

CHARGE_POINTS = ReportView(
    "report_charge_points",
    "Charge points: what is declared, what they said of themselves when they booted, and their link now.",
    (
        Out("charge_point", "c.identity", "identity, the stable key of the charge point"),
        Out("name", "c.name", "name"),
        Out("site_code", "s.code", "site; NULL: none yet"),
        Out("zone", "c.zone", "zone of the site"),
        Out("registration", "c.registration", "accepted, pending or rejected"),
        Out("max_power_w", "c.max_power_w", "declared maximum power", "W"),
        Out(
            "priority",
            "c.priority",
            "priority of its connectors when power is shared; higher is served first",
        ),
        Out("security_profile", "c.security_profile", "security profile of OCPP, 0 to 3"),
        Out("vendor", "t.vendor", "vendor, as reported"),
        Out("model", "t.model", "model, as reported"),
        Out("serial_number", "t.serial_number", "serial number, as reported"),
        Out("firmware_version", "t.firmware_version", "firmware, as reported"),
        Out("connected", "t.connected", "whether it is connected now"),
        Out("connected_at", "t.connected_at", "when it connected last"),
        Out("disconnected_at", "t.disconnected_at", "when it was lost last"),
        Out("last_seen_at", "t.last_seen_at", "when it was heard of last"),
        Out("booted_at", "t.booted_at", "when it booted last"),
        Out("clock_offset_s", "t.clock_offset_s", "its clock minus that of evkit", "s"),
    ),
    "FROM chargers_chargepoint c\nLEFT JOIN evsites_site s ON s.id = c.site_id\n"
    "LEFT JOIN chargers_chargepointstate t ON t.charge_point_id = c.id",
)

CONNECTORS = ReportView(
    "report_connectors",
    "Connectors, with their state and their last measurements.",
    (
        Out("charge_point", "c.identity", "identity of the charge point"),
        Out("connector", "e.number", "number of the connector, from 1"),
        Out("site_code", "s.code", "site; NULL: none yet"),
        Out("current_type", "e.current", "AC or DC"),
        Out("phases", "e.phases", "number of phases"),
        Out("phase_rotation", "e.phase_rotation", "how they hang on L1 (R), L2 (S), L3 (T); empty: unknown"),
        Out("max_power_w", "e.max_power_w", "declared maximum power", "W"),
        Out("max_current_a", "e.max_current_a", "declared maximum current", "A per phase"),
        Out("priority", "e.priority", "priority when power is shared; higher is served first"),
        Out("status", "t.status", "status in the words of OCPP 1.6; empty until the first report"),
        Out("error_code", "t.error_code", "error code in the words of OCPP 1.6"),
        Out("status_since", "t.status_since", "since when it has this status"),
        Out("measured_at", "t.measured_at", "when it was measured last"),
        Out("power_w", "t.power_w", "power", "W"),
        Out("energy_wh", "t.energy_wh", "energy register", "Wh"),
        Out("current_l1_a", "t.current_l1_a", "current of phase 1", "A"),
        Out("current_l2_a", "t.current_l2_a", "current of phase 2", "A"),
        Out("current_l3_a", "t.current_l3_a", "current of phase 3", "A"),
        Out("voltage_v", "t.voltage_v", "voltage", "V"),
        Out("soc_percent", "t.soc_percent", "state of charge of the vehicle", "%"),
        Out("temperature_c", "t.temperature_c", "temperature", "°C"),
        Out("requested_w", "t.requested_w", "limit that evkit asked for last, where it was in W", "W"),
        Out("requested_a", "t.requested_a", "limit that evkit asked for last, where it was in A",
            "A per phase"),
        Out("limit_w", "t.limit_w", "limit that the charge point accepted last, where it was in W", "W"),
        Out("limit_a", "t.limit_a", "limit that the charge point accepted last, where it was in A",
            "A per phase"),
    ),
    "FROM chargers_evse e\nJOIN chargers_chargepoint c ON c.id = e.charge_point_id\n"
    "LEFT JOIN evsites_site s ON s.id = c.site_id\nLEFT JOIN chargers_evsestate t ON t.evse_id = e.id",
)  # fmt: skip

VEHICLES = ReportView(
    "report_vehicles",
    "Vehicles.",
    (
        Out("vehicle_code", "v.code", "code, the stable key of the vehicle"),
        Out("name", "v.name", "name"),
        Out("battery_wh", "v.battery_wh", "capacity of the battery", "Wh"),
        Out("priority", "v.priority", "priority when power is shared; higher is served first"),
    ),
    "FROM charging_vehicle v",
)

VIEWS = (SITES, CHARGE_POINTS, CONNECTORS, VEHICLES)
