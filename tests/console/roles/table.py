"""Who may do what: one row for every address of the pages.

A new address needs a row here, or `test_pages` fails. The row's key is the name of the URL (its route,
where it has no name).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from evkit.console.selectors.messages import Key
from tests.console.roles.world import World


class Need(StrEnum):
    """What somebody must be to be let in."""

    NOTHING = "nothing"
    LOG_IN = "a log-in"
    SITE = "a membership of the site"
    COMMAND = "the right to command on the site"
    CONFIGURE = "an administrator's right, on the site"
    ADMINISTRATOR = "an administrator"
    OWNER = "whom it belongs to: the operator"


Args = Callable[[World], Sequence[object]]
Form = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One address: who is let in, and what they get.

    Attributes:
        need: what the asker must be; `post_need` where posting takes more than looking.
        args: the arguments of the address, query: its query string.
        get: status of GET for those who are let in; 405 for everybody where there is only POST.
        inside: status of GET for those who are logged in, where it differs.
        post: status of a POST of `form` that changes something; 0 where a POST changes nothing.
        page: whether GET answers a page for people, which the browser tests walk.
        url: the address itself, where it has no name.
    """

    need: Need
    args: Args = lambda _world: ()
    query: str = ""
    get: int = 200
    inside: int = 0
    post: int = 0
    form: Form = lambda _world: {}
    post_need: Need | None = None
    page: bool = True
    url: str = ""


def site(world: World) -> Sequence[object]:
    """Arguments of an address of a site."""
    return [world.depot.site.code]


def point(world: World) -> Sequence[object]:
    """Arguments of an address of a charge point."""
    return world.point


def connector(world: World) -> Sequence[object]:
    """Arguments of an address of a connector."""
    return [*world.point, 1]


def user(world: World) -> Sequence[object]:
    """Arguments of an address of a user."""
    return [world.invited.pk]


def reset(world: World) -> Mapping[str, Any]:
    """The form that resets a charge point from the operation list."""
    connectors = world.depot.charging.evses.values_list("pk", flat=True)
    targets = ",".join(map(str, connectors))
    return {"operation": "reset", "targets": targets, "token": str(uuid4()), "kind": "Soft"}


def reservation(world: World) -> Mapping[str, Any]:
    """The form that reserves any connector of a charge point."""
    return {"place": f"{world.depot.charging.pk}-0", "id_tag": "BUS212", "minutes": "30"}


NEW_FILTER = {"page": "charge_points", "name": "Faulted", "query": "state=faulted"}
NEW_USER = {"username": "bob", "role": "guest", "language": "fr"}
OWN_NAME = {"first_name": "Ann", "last_name": "", "email": ""}
PASSWORD = {"password": "a quiet harbour 7", "repetition": "a quiet harbour 7"}
OLD_AND_NEW = {
    "old_password": "a long password",
    "new_password1": "a quiet harbour 7",
    "new_password2": "a quiet harbour 7",
}

PUBLIC = {
    "favicon": Row(Need.NOTHING, get=302, page=False),
    "healthz": Row(Need.NOTHING, page=False),
    "readyz": Row(Need.NOTHING, page=False),
    "metrics": Row(Need.NOTHING, page=False),
    "login": Row(Need.NOTHING, inside=302, page=False),
    "logout": Row(Need.NOTHING, get=405, page=False),
    "preferences": Row(Need.NOTHING, get=405, page=False),
    "forgotten": Row(Need.NOTHING, form=lambda _w: {"who": "nobody"}, page=False),
    "link": Row(Need.NOTHING, lambda w: [w.link], post=302, form=lambda _w: PASSWORD, page=False),
}
INSTALLABLE = {
    "manifest": Row(Need.NOTHING, page=False),
    "service_worker": Row(Need.NOTHING, page=False),
    "offline": Row(Need.NOTHING, lambda _w: ["fr"], page=False),
    "static/<slug:version>/<path:path>": Row(
        Need.NOTHING, url="/static/another/css/base.css", get=302, page=False
    ),
}
OWN = {
    "account": Row(Need.LOG_IN, post=302, form=lambda _w: OWN_NAME),
    "password_change": Row(Need.LOG_IN, post=302, form=lambda _w: OLD_AND_NEW),
    "end_session": Row(Need.LOG_IN, get=405, post=302),
    "sites": Row(Need.LOG_IN),
    "legend": Row(Need.LOG_IN),
    "api_reference": Row(Need.LOG_IN),
    "status": Row(Need.LOG_IN, page=False),
}
ADMINISTRATION = {
    "design": Row(Need.ADMINISTRATOR),
    "users": Row(Need.ADMINISTRATOR),
    "audit": Row(Need.ADMINISTRATOR),
    "import_transactions": Row(Need.ADMINISTRATOR),
    "import_columns": Row(Need.ADMINISTRATOR, lambda _w: ["made-up"], get=404, page=False),
    "invite": Row(Need.ADMINISTRATOR, post=200, form=lambda _w: NEW_USER),
    "user": Row(Need.ADMINISTRATOR, user, post=302, form=lambda _w: NEW_USER),
    "user_active": Row(Need.ADMINISTRATOR, user, get=405, post=302, form=lambda _w: {"active": "0"}),
    "user_link": Row(Need.ADMINISTRATOR, user, get=405, post=200),
    "siteless_orphans": Row(Need.ADMINISTRATOR),
    "api_tokens": Row(Need.ADMINISTRATOR),
    "storage": Row(Need.ADMINISTRATOR, post=302, form=lambda _w: {"do": "keep", "messages_days": "30"}),
    "new_api_token": Row(Need.ADMINISTRATOR, post=200, form=lambda _w: {"name": "meter", "role": "guest"}),
    "revoke_api_token": Row(Need.ADMINISTRATOR, lambda w: [w.token.pk], get=405, post=302),
}
LISTS = {
    "asks": Row(Need.LOG_IN, page=False),
    "answer": Row(
        Need.COMMAND, lambda w: [w.ask.pk], get=405, post=302, form=lambda _w: {"decision": "accept"}
    ),
    "all_transactions": Row(Need.LOG_IN),
    "all_reports": Row(Need.LOG_IN),
    "exports": Row(Need.LOG_IN),
    "schedule_export": Row(Need.LOG_IN, get=405, page=False),
    "unschedule_export": Row(Need.LOG_IN, lambda _w: [987654], get=405, post=0, page=False),
    "new_export": Row(
        Need.LOG_IN, get=405, post=302, form=lambda _w: {"table": "transactions", "kind": "csv"}
    ),
    "export_toasts": Row(Need.LOG_IN, page=False),
    "export_toast": Row(Need.OWNER, lambda w: [w.export.pk], page=False),
    "export_file": Row(Need.OWNER, lambda w: [w.exported.pk], page=False),
    "cancel_export": Row(Need.OWNER, lambda w: [w.export.pk], get=405, post=302),
    "saved_filters": Row(Need.LOG_IN, get=405, post=302, form=lambda _w: NEW_FILTER),
    "saved_filter": Row(
        Need.OWNER, lambda w: [w.saved_filter.pk], get=405, post=302, form=lambda _w: {"action": "delete"}
    ),
}
SITE = {
    "overview": Row(Need.SITE, site),
    "site_status": Row(Need.SITE, site, page=False),
    "site_power": Row(Need.SITE, site, page=False),
    "charge_points": Row(Need.SITE, site),
    "connectors": Row(Need.SITE, site),
    "transactions": Row(Need.SITE, site),
    "reports": Row(Need.SITE, site),
    "vehicles": Row(Need.SITE, site),
    "vehicle": Row(Need.SITE, lambda w: [*site(w), "bus-212"]),
    "new_vehicle": Row(
        Need.ADMINISTRATOR, site, post=302, form=lambda _w: {"code": "van-9", "name": "Van 9"}
    ),
    "edit_vehicle": Row(
        Need.ADMINISTRATOR,
        lambda w: [*site(w), "bus-212"],
        post=302,
        form=lambda _w: {"name": "Bus 212", "departs": "06:30", "needs_kwh": "120"},
    ),
    "delete_vehicle": Row(Need.ADMINISTRATOR, lambda w: [*site(w), w.idle_vehicle.code], get=405, post=302),
    "operation": Row(Need.SITE, site),
    "operation_confirm": Row(Need.COMMAND, site, get=405, form=reset),
    "operation_run": Row(Need.COMMAND, site, get=405, post=302, form=reset),
    "operation_batches": Row(Need.SITE, site),
    "operation_batch": Row(Need.SITE, lambda w: [*site(w), w.batch.pk]),
    "reservations": Row(Need.SITE, site, post=302, form=reservation, post_need=Need.COMMAND),
    "cancel_reservation": Row(Need.COMMAND, lambda w: [*site(w), w.reservation.pk], get=405, post=302),
    "orphans": Row(Need.COMMAND, site),
    "settle_orphan": Row(
        Need.COMMAND,
        lambda w: [w.orphan.pk],
        get=405,
        post=302,
        form=lambda _w: {"decision": "dismiss", "reason": "a test"},
    ),
    "smart": Row(Need.SITE, site),
    "smart_switch": Row(Need.CONFIGURE, site, post=302, form=lambda _w: {"enabled": "0"}),
    "smart_meter_forget": Row(Need.CONFIGURE, site, get=405, post=302),
    "smart_settings": Row(
        Need.CONFIGURE,
        site,
        post=302,
        form=lambda _w: {"distribution": "priority", "launch_reserve": "2", "dead_band": "1"},
    ),
    "smart_limit": Row(Need.CONFIGURE, site, get=405, post=302, form=lambda _w: {"limit": "80"}),
    "what_if": Row(
        Need.CONFIGURE,
        site,
        post=302,
        form=lambda w: {
            "limit": "80",
            "distribution": "priority",
            "apply": "1",
            f"priority_{w.depot.transaction.evse_id}": "3",
        },
    ),
    "smart_stack": Row(Need.SITE, site, page=False),
    "smart_decisions": Row(Need.SITE, site),
    "smart_decision": Row(Need.SITE, lambda w: [*site(w), w.decision.pk]),
    "weekly_limits": Row(
        Need.SITE,
        site,
        post=302,
        post_need=Need.CONFIGURE,
        form=lambda _w: {"limit": "80", "hours_mon": "17-20"},
    ),
    "smart_override": Row(
        Need.COMMAND,
        lambda w: [*site(w), w.depot.transaction.number],
        post=302,
        form=lambda _w: {"kind": "hold", "minutes": "60", "reason": "a test"},
    ),
    "charge_plan": Row(
        Need.COMMAND,
        lambda w: [*site(w), w.depot.transaction.number],
        post=302,
        form=lambda _w: {"priority": "3"},
    ),
    "connector_sharing": Row(
        Need.CONFIGURE,
        lambda w: [*site(w), w.depot.transaction.evse_id],
        post=302,
        form=lambda _w: {"priority": "3", "distribution": "deadline", "point_priority": "1"},
    ),
    "schedules": Row(Need.SITE, site),
    "schedule_group": Row(
        Need.SITE,
        lambda w: [*site(w), 1],
        post=302,
        post_need=Need.CONFIGURE,
        form=lambda _w: {"name": "Days", "on_holidays": "usual", "at_end": "stop", "hours_mon": "8-12"},
    ),
    "schedule_group_delete": Row(Need.CONFIGURE, lambda w: [*site(w), 1], get=405, post=302),
    "schedule_exception": Row(
        Need.CONFIGURE,
        lambda w: [*site(w), 1],
        get=405,
        post=302,
        form=lambda _w: {"first_day": "2026-12-24"},
    ),
    "schedule_exception_delete": Row(
        Need.CONFIGURE, lambda w: [*site(w), 1, w.exception.pk], get=405, post=302
    ),
    "correct_energy": Row(
        Need.COMMAND,
        lambda w: [*site(w), w.ended.number],
        get=405,
        post=302,
        form=lambda _w: {"kwh": "5", "reason": "a test"},
    ),
    "transaction": Row(Need.SITE, lambda w: [*site(w), w.depot.transaction.number]),
}
POINT = {
    "charge_point": Row(Need.SITE, point),
    "charge_point_transactions": Row(Need.SITE, point),
    "charge_point_curves": Row(Need.SITE, point),
    "charge_point_commands": Row(Need.SITE, point),
    "charge_point_command": Row(Need.SITE, lambda w: [*w.point, w.command.pk]),
    "charge_point_configuration": Row(Need.SITE, point),
    "charge_point_passport": Row(Need.SITE, point),
    "charge_point_quirk": Row(
        Need.CONFIGURE,
        lambda w: [*point(w), "watts_only"],
        get=405,
        post=302,
        form=lambda _w: {"switch": "on"},
    ),
    "charge_point_security": Row(Need.SITE, point),
    "charge_point_revoke_certificate": Row(
        Need.CONFIGURE, lambda w: [*point(w), w.certificate.serial_number], get=405, post=302
    ),
    "charge_point_messages": Row(Need.SITE, point),
    "charge_point_frames": Row(Need.SITE, lambda w: [*w.point, "csv"], page=False),
    "charge_point_message": Row(Need.SITE, lambda w: [*w.point, Key(w.message.at, w.message.sequence)]),
    "charge_point_files": Row(Need.SITE, point),
    "charge_point_file": Row(Need.COMMAND, lambda w: [*w.point, w.file.pk], page=False),
    "charge_point_connections": Row(Need.SITE, point),
    "session_curve": Row(Need.SITE, connector, page=False),
    "point_curves": Row(Need.SITE, point, page=False),
    "point_samples": Row(Need.SITE, point, page=False),
    "site_curves_page": Row(Need.SITE, site),
    "site_curves": Row(Need.SITE, site, page=False),
    "site_samples": Row(Need.SITE, site, page=False),
    "connector_curves": Row(Need.SITE, connector, page=False),
    "connector_samples": Row(Need.SITE, connector, page=False),
    "command": Row(Need.COMMAND, lambda w: [*w.point, "reset"], post=302, form=lambda _w: {"kind": "Soft"}),
}
PAGES: dict[str, Row] = PUBLIC | INSTALLABLE | OWN | ADMINISTRATION | LISTS | SITE | POINT
