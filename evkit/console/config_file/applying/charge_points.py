"""Writing charge points and their connectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from chargers.quirks import read_switches
from chargers.services.passwords import password_matches, store_password
from chargers.services.security_profiles import ProfileLoweredError, require_not_lowered
from chargers.services.topology import accept_charge_point
from chargers.types import Registration
from evkit.console.config_file.applying.values import given
from evkit.console.config_file.declarations import ChargePointDeclaration, ConnectorDeclaration, Given, listed
from evkit.console.config_file.differences import MASK, Journal, is_new, write
from evkit.console.config_file.inventory import Inventory
from evkit.console.config_file.problems import BadValueError
from evkit.core.recorders import Actor


@dataclass(frozen=True, slots=True)
class Work:
    """What is there, where differences are noted, and who applies the file when."""

    present: Inventory
    journal: Journal
    actor: Actor
    now: datetime


def apply_charge_points(declared: Iterable[ChargePointDeclaration], work: Work) -> None:
    """Write charge points in the order of the file, which is their order on pages."""
    present = work.present
    declared = list(declared)
    _give_up_meters(declared, work)
    last: dict[str, tuple[int, str]] = {}
    for each in declared:
        row = present.charge_points.setdefault(each.identity, ChargePoint(identity=each.identity))
        previous = last.get(each.site, (0, ""))
        position = _position(row, previous)
        last[each.site] = (position, each.identity)
        _apply_charge_point(each, row, position, work)


def _give_up_meters(declared: Iterable[ChargePointDeclaration], work: Work) -> None:
    """Let charge points cease to be the meter of their site, before another one becomes it."""
    for each in declared:
        row = work.present.charge_points.get(each.identity)
        if row is None or not row.site_meter:
            continue
        moves = row.site_id != work.present.sites[each.site].pk
        if moves or each.site_meter == "":
            write(work.journal, "charge_point", each.identity, row, {"site_meter": ""})


def _position(row: ChargePoint, previous: tuple[int, str]) -> int:
    """Return the present position if it already comes after the previous charge point, else the next."""
    if not is_new(row) and (row.position, row.identity) > previous:
        return row.position
    return previous[0] + 1


def _apply_charge_point(
    declared: ChargePointDeclaration, row: ChargePoint, position: int, work: Work
) -> None:
    present, journal = work.present, work.journal
    new = is_new(row)
    if not new and declared.security_profile is not UNSET:
        _require_not_lowered(row, declared.security_profile, declared.line)
    site = present.sites[declared.site]
    moved = not new and row.site_id != site.pk
    values = given(
        {
            "site": site,
            "name": declared.name,
            "zone": declared.zone,
            "security_profile": declared.security_profile,
            "max_power_w": declared.max_power_w,
            "priority": declared.priority,
            "division": declared.division,
            "site_meter": declared.site_meter,
            "operating_mode": declared.operating_mode,
            "heartbeat_interval_s": declared.heartbeat_interval_s,
            "position": position,
            "quirk_switches": _switched(row, declared.quirks),
        }
    )
    if declared.feeder is not UNSET:
        values["feeder"] = present.feeders[declared.site, declared.feeder] if declared.feeder else None
    elif moved:
        values["feeder"] = None
    write(journal, "charge_point", declared.identity, row, values)
    if new:
        ChargePointState.objects.create(charge_point=row)
    if row.registration == Registration.PENDING:
        accept_charge_point(charge_point=row, actor=work.actor, now=work.now)
        journal.changed(
            "charge_point", row.identity, "registration", Registration.PENDING.value, row.registration
        )
    _apply_password(declared, row, journal)
    if moved:
        _leave_groups(row, present)
    for connector in listed(declared.connectors):
        _apply_connector(row, declared.site, connector, present, journal)


def _switched(row: ChargePoint, declared: Given[Mapping[str, bool | None]]) -> Given[dict[str, bool]]:
    """Return the switches of quirks with those of the file."""
    if declared is UNSET:
        return UNSET
    switches: dict[str, bool | None] = {**read_switches(row.quirk_switches), **declared}
    return {name: on for name, on in switches.items() if on is not None}


def _require_not_lowered(row: ChargePoint, profile: int, line: int) -> None:
    """Refuse a file that is older than the security of the charge point."""
    try:
        require_not_lowered(row, profile)
    except ProfileLoweredError as error:
        raise BadValueError(line, error.message) from error


def _apply_password(declared: ChargePointDeclaration, row: ChargePoint, journal: Journal) -> None:
    """Store the digest of the declared password if it differs; the password itself is never shown."""
    if declared.password is None:
        return
    if not password_matches(row, declared.password.encode()):
        old = MASK if row.password_digest else None
        store_password(row, declared.password)
        journal.changed("charge_point", row.identity, "password", old, MASK)


def _leave_groups(row: ChargePoint, present: Inventory) -> None:
    """Take the connectors of a charge point that moved to another site out of the old site's groups."""
    for (identity, _number), evse in present.evses.items():
        if identity == row.identity:
            evse.groups.clear()


def _apply_connector(
    charge_point: ChargePoint,
    site: str,
    declared: ConnectorDeclaration,
    present: Inventory,
    journal: Journal,
) -> None:
    place = (charge_point.identity, declared.number)
    row = present.evses.setdefault(place, Evse(charge_point=charge_point, number=declared.number))
    new = is_new(row)
    values = given(
        {
            "declared": True,
            "max_power_w": declared.max_power_w,
            "max_current_a": declared.max_current_a,
            "phases": declared.phases,
            "phase_rotation": declared.phase_rotation,
            "current": declared.current,
            "priority": declared.priority,
            "distribution": declared.distribution,
            "automatic_tag": declared.automatic_tag,
        }
    )
    key = f"{charge_point.identity}/{declared.number}"
    write(journal, "connector", key, row, values)
    if new:
        EvseState.objects.create(evse=row)
    if declared.groups is not UNSET:
        _apply_groups(row, key, site, set(declared.groups), present, journal, new=new)


def _apply_groups(
    row: Evse, key: str, site: str, numbers: set[int], present: Inventory, journal: Journal, *, new: bool
) -> None:
    groups = {present.groups[site, number] for number in numbers}
    old = set() if new else set(row.groups.all())
    if old != groups:
        row.groups.set(groups)
        journal.changed("connector", key, "groups", sorted(each.number for each in old), sorted(numbers))
