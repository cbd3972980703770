"""Writing vehicles, id tags and users."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from msgspec import UNSET

from charging.models import IdToken, Vehicle
from charging.models.id_token import token_key
from evkit.console.config_file.applying.values import given
from evkit.console.config_file.declarations import IdTagDeclaration, UserDeclaration, VehicleDeclaration
from evkit.console.config_file.differences import Journal, is_new, write
from evkit.console.config_file.inventory import Inventory
from evkit.console.config_file.problems import BadValueError
from sites.models import Membership, Site, User
from sites.services.users import LastAdministratorError, require_administrator_left
from sites.types import Role


def apply_vehicle(declared: VehicleDeclaration, present: Inventory, journal: Journal) -> None:
    """Write a vehicle; its name is its code unless declared."""
    row = present.vehicles.setdefault(declared.code, Vehicle(code=declared.code))
    values = {
        "name": declared.name,
        "battery_wh": declared.battery_wh,
        "priority": declared.priority,
        "departs": declared.departs,
        "needs_wh": declared.needs_wh,
    }
    defaults = {"name": declared.code} if is_new(row) else {}
    write(journal, "vehicle", declared.code, row, defaults | given(values))


def apply_id_tags(declared: Iterable[IdTagDeclaration], present: Inventory, journal: Journal) -> None:
    """Write id tags, then their parents: a parent may be declared below its children."""
    tags = list(declared)
    for tag in tags:
        key = token_key(tag.value)
        row = present.id_tags.setdefault(key, IdToken(key=key))
        values = given(
            {
                "value": tag.value,
                "expires_at": tag.expires_at,
                "blocked": tag.blocked,
                "concurrent": tag.concurrent,
            }
        )
        if tag.vehicle is not UNSET:
            values["vehicle"] = present.vehicles[tag.vehicle] if tag.vehicle else None
        write(journal, "id_tag", tag.value, row, values)
    for tag in tags:
        if tag.parent is not UNSET:
            parent = present.id_tags[token_key(tag.parent)] if tag.parent else None
            write(journal, "id_tag", tag.value, present.id_tags[token_key(tag.value)], {"parent": parent})


def apply_user(
    declared: UserDeclaration, present: Inventory, journal: Journal, *, with_password: bool
) -> str | None:
    """Write a user and where the role holds; return the generated password of one that is new.

    A new user gets no usable password unless `with_password`.
    """
    row = present.users.setdefault(declared.username, User(username=declared.username))
    new = is_new(row)
    values = given({"role": declared.role, "language": declared.language})
    if declared.role is not UNSET and (new or declared.role != row.role):
        _refuse_last_administrator(declared, row)
        values["is_staff"] = values["is_superuser"] = declared.role == Role.ADMINISTRATOR
    password = secrets.token_urlsafe(12) if new and with_password else None
    if new:
        row.set_password(password)
    write(journal, "user", declared.username, row, values)
    if declared.sites is not UNSET:
        _apply_memberships(row, {present.sites[code] for code in declared.sites}, journal, new=new)
    return password


def _refuse_last_administrator(declared: UserDeclaration, row: User) -> None:
    try:
        require_administrator_left(row, role=str(declared.role), active=row.is_active)
    except LastAdministratorError as error:
        raise BadValueError(declared.line, error.message) from error


def _apply_memberships(row: User, sites: set[Site], journal: Journal, *, new: bool) -> None:
    old = set() if new else {membership.site for membership in row.memberships.all()}
    if old == sites:
        return
    Membership.objects.filter(user=row).exclude(site__in=sites).delete()
    Membership.objects.bulk_create([Membership(user=row, site=site) for site in sites - old])
    codes = [sorted(site.code for site in chosen) for chosen in (old, sites)]
    journal.changed("user", row.username, "sites", *codes)
