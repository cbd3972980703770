"""Removing what a configuration file no longer declares; nothing that has transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db.models import Model, ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from msgspec import UNSET

from charging.models import Transaction
from charging.models.id_token import token_key
from evkit.console.config_file.declarations import Configuration, listed
from evkit.console.config_file.differences import Journal
from evkit.console.config_file.inventory import Inventory
from evkit.console.config_file.problems import Problem
from sites.models import Feeder

K = TypeVar("K")
Victim = tuple[str, str, Model]


def prune(configuration: Configuration, present: Inventory, journal: Journal) -> Iterator[Problem]:
    """Remove what the sections of the file leave out; yield a problem for what must stay.

    Only sections and lists that the file has are pruned; users never are. What is used lower down is
    removed first.
    """
    for find in (_id_tags, _vehicles, _connectors, _charge_points, _groups, _feeders, _sites, _schedules):
        for kind, key, row in list(find(configuration, present)):
            if _has_transactions(kind, row):
                message = _("%(kind)s %(key)s has transactions and cannot be removed; declare it.")
                yield Problem(0, message % {"kind": kind, "key": key})
                continue
            try:
                row.delete()
            except (ProtectedError, RestrictedError):
                message = _("%(kind)s %(key)s is still used and cannot be removed; declare it.")
                yield Problem(0, message % {"kind": kind, "key": key})
                continue
            journal.removed(kind, key)


def _has_transactions(kind: str, row: Model) -> bool:
    conditions = {
        "id_tag": "id_token",
        "vehicle": "vehicle",
        "connector": "evse",
        "charge_point": "charge_point",
    }
    return kind in conditions and Transaction.objects.filter(**{conditions[kind]: row}).exists()


def _left_out(
    kind: str, rows: dict[K, Model], declared: set[K], name: Callable[[K], str] = str
) -> Iterator[Victim]:
    for key, row in rows.items():
        if key not in declared:
            yield kind, name(key), row


def _id_tags(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    if configuration.id_tags is not UNSET:
        declared = {token_key(each.value) for each in configuration.id_tags}
        yield from _left_out("id_tag", {**present.id_tags}, declared, lambda key: present.id_tags[key].value)


def _vehicles(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    if configuration.vehicles is not UNSET:
        yield from _left_out("vehicle", {**present.vehicles}, {each.code for each in configuration.vehicles})


def _connectors(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    """Yield declared connectors that the file leaves out; what a charge point told of itself stays."""
    for charge_point in listed(configuration.charge_points):
        if charge_point.connectors is UNSET:
            continue
        numbers = {connector.number for connector in charge_point.connectors}
        for (identity, number), row in present.evses.items():
            if identity == charge_point.identity and row.declared and number not in numbers:
                yield "connector", f"{identity}/{number}", row


def _charge_points(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    """Yield charge points of sites that the file leaves out; those that wait for a site stay."""
    if configuration.charge_points is not UNSET:
        rows = {key: row for key, row in present.charge_points.items() if row.site_id is not None}
        yield from _left_out(
            "charge_point", {**rows}, {each.identity for each in configuration.charge_points}
        )


def _groups(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    for site in listed(configuration.sites):
        numbers = {group.number for group in listed(site.groups)}
        for (code, number), row in present.groups.items():
            if site.groups is not UNSET and code == site.code and number not in numbers:
                yield "group", f"{code}/{number}", row


def _feeders(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    """Yield feeders that the file leaves out, the lowest first: a parent goes after its children."""
    rows = sorted(present.feeders.values(), key=_depth, reverse=True)
    for site in listed(configuration.sites):
        codes = {feeder.code for feeder in listed(site.feeders)}
        for row in rows:
            if site.feeders is not UNSET and row.site.code == site.code and row.code not in codes:
                yield "feeder", f"{site.code}/{row.code}", row


def _depth(feeder: Feeder) -> int:
    depth = 0
    while feeder.parent is not None:
        feeder, depth = feeder.parent, depth + 1
    return depth


def _sites(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    if configuration.sites is not UNSET:
        yield from _left_out("site", {**present.sites}, {site.code for site in configuration.sites})


def _schedules(configuration: Configuration, present: Inventory) -> Iterator[Victim]:
    if configuration.project.schedules is not UNSET:
        declared = {schedule.code for schedule in configuration.project.schedules}
        yield from _left_out("schedule", {**present.schedules}, declared)
