"""What a configuration file refers to must exist: in the file, or in the system already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _
from msgspec import UNSET

from charging.models.id_token import token_key
from evkit.console.config_file.declarations import (
    ChargePointDeclaration,
    Configuration,
    SiteDeclaration,
    listed,
)
from evkit.console.config_file.inventory import Inventory
from evkit.console.config_file.problems import Problem
from sites.chains import ancestors

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Known:
    """Every key that will exist once the file is applied."""

    schedules: frozenset[str]
    sites: frozenset[str]
    feeders: frozenset[tuple[str, str]]
    groups: frozenset[tuple[str, int]]
    vehicles: frozenset[str]
    id_tags: frozenset[str]


def known_keys(configuration: Configuration, present: Inventory, *, prune: bool) -> Known:
    """Return the union of what the file declares and what is there and will not be pruned."""
    sites = listed(configuration.sites)
    schedules = configuration.project.schedules

    def kept(rows: Iterable[K], given: object) -> set[K]:
        return set() if prune and given is not UNSET else set(rows)

    feeders, groups = set(present.feeders), set(present.groups)
    for site in sites:
        feeders -= {key for key in feeders if key[0] == site.code} - kept(feeders, site.feeders)
        groups -= {key for key in groups if key[0] == site.code} - kept(groups, site.groups)
        feeders |= {(site.code, each.code) for each in listed(site.feeders)}
        groups |= {(site.code, each.number) for each in listed(site.groups)}
    vehicles, id_tags = configuration.vehicles, configuration.id_tags
    return Known(
        schedules=frozenset(kept(present.schedules, schedules) | {each.code for each in listed(schedules)}),
        sites=frozenset(kept(present.sites, configuration.sites) | {site.code for site in sites}),
        feeders=frozenset(feeders),
        groups=frozenset(groups),
        vehicles=frozenset(kept(present.vehicles, vehicles) | {each.code for each in listed(vehicles)}),
        id_tags=frozenset(
            kept(present.id_tags, id_tags) | {token_key(each.value) for each in listed(id_tags)}
        ),
    )


def broken_references(
    configuration: Configuration, present: Inventory, *, prune: bool = False
) -> Iterator[Problem]:
    """Yield a problem for every reference to something that will not exist, and for every cycle."""
    known = known_keys(configuration, present, prune=prune)
    for site in listed(configuration.sites):
        yield from _of_site(site, known)
        yield from _feeder_cycles(site, present)
    for charge_point in listed(configuration.charge_points):
        yield from _of_charge_point(charge_point, known)
    yield from _second_meters(configuration, present)
    yield from _of_id_tags(configuration, known)
    yield from _id_tag_cycles(configuration, present)
    for user in listed(configuration.users):
        for code in listed(user.sites):
            if code not in known.sites:
                yield _missing(user.line, _("There is no site “%(key)s”."), code)


def _missing(line: int, message: str, key: object) -> Problem:
    return Problem(line, message % {"key": key})


def _of_site(site: SiteDeclaration, known: Known) -> Iterator[Problem]:
    for feeder in listed(site.feeders):
        if isinstance(feeder.parent, str) and (site.code, feeder.parent) not in known.feeders:
            yield _missing(feeder.line, _("The site has no feeder “%(key)s”."), feeder.parent)
    for group in listed(site.groups):
        if isinstance(group.schedule, str) and group.schedule not in known.schedules:
            yield _missing(group.line, _("The project has no schedule “%(key)s”."), group.schedule)


def _of_charge_point(charge_point: ChargePointDeclaration, known: Known) -> Iterator[Problem]:
    site = charge_point.site
    if site not in known.sites:
        yield _missing(charge_point.line, _("There is no site “%(key)s”."), site)
        return
    feeder = charge_point.feeder
    if isinstance(feeder, str) and (site, feeder) not in known.feeders:
        yield _missing(charge_point.line, _("The site has no feeder “%(key)s”."), feeder)
    for connector in listed(charge_point.connectors):
        for number in listed(connector.groups):
            if (site, number) not in known.groups:
                yield _missing(connector.line, _("The site has no group %(key)s."), number)


def _second_meters(configuration: Configuration, present: Inventory) -> Iterator[Problem]:
    """Yield a problem for every charge point that would be the second meter of its site."""
    declared = listed(configuration.charge_points)
    by_identity = {each.identity: each for each in declared}
    meters: dict[str, str] = {}
    for row in present.charge_points.values():
        if row.site_meter and row.site is not None:
            given = by_identity.get(row.identity)
            if given is None or (given.site_meter != "" and given.site == row.site.code):
                meters[row.site.code] = row.identity
    for each in declared:
        if each.site_meter and meters.setdefault(each.site, each.identity) != each.identity:
            message = _("%(key)s is the meter of this site already. Give it an empty site_meter first.")
            yield _missing(each.line, message, meters[each.site])


def _of_id_tags(configuration: Configuration, known: Known) -> Iterator[Problem]:
    for tag in listed(configuration.id_tags):
        if isinstance(tag.vehicle, str) and tag.vehicle not in known.vehicles:
            yield _missing(tag.line, _("There is no vehicle “%(key)s”."), tag.vehicle)
        if isinstance(tag.parent, str) and token_key(tag.parent) not in known.id_tags:
            yield _missing(tag.line, _("There is no id tag “%(key)s”."), tag.parent)


def _feeder_cycles(site: SiteDeclaration, present: Inventory) -> Iterator[Problem]:
    parents = {
        row.code: row.parent.code
        for (code, _key), row in present.feeders.items()
        if code == site.code and row.parent is not None
    }
    feeders = listed(site.feeders)
    parents |= {each.code: each.parent or "" for each in feeders if each.parent is not UNSET}
    for feeder in feeders:
        if feeder.code in ancestors(feeder.code, parents):
            yield _missing(feeder.line, _("The feeder “%(key)s” is above itself."), feeder.code)


def _id_tag_cycles(configuration: Configuration, present: Inventory) -> Iterator[Problem]:
    parents = {key: row.parent.key for key, row in present.id_tags.items() if row.parent is not None}
    tags = listed(configuration.id_tags)
    parents |= {token_key(tag.value): token_key(tag.parent or "") for tag in tags if tag.parent is not UNSET}
    for tag in tags:
        if token_key(tag.value) in ancestors(token_key(tag.value), parents):
            yield _missing(tag.line, _("The id tag “%(key)s” is its own parent."), tag.value)
