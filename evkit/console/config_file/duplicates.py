"""Keys that a configuration file declares twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from charging.models.id_token import token_key
from evkit.console.config_file.declarations import Configuration, listed
from evkit.console.config_file.problems import Problem


def duplicates(configuration: Configuration) -> Iterator[Problem]:
    """Yield a problem for every key that was declared before, with the line of the second one."""
    yield from _twice((each.line, each.code) for each in listed(configuration.project.schedules))
    yield from _twice((each.line, each.code) for each in listed(configuration.sites))
    yield from _twice((each.line, each.identity) for each in listed(configuration.charge_points))
    yield from _twice((each.line, each.code) for each in listed(configuration.vehicles))
    yield from _twice((each.line, token_key(each.value)) for each in listed(configuration.id_tags))
    yield from _twice((each.line, each.username) for each in listed(configuration.users))
    for site in listed(configuration.sites):
        yield from _twice((each.line, each.code) for each in listed(site.feeders))
        yield from _twice((each.line, each.number) for each in listed(site.groups))
    for charge_point in listed(configuration.charge_points):
        yield from _twice((each.line, each.number) for each in listed(charge_point.connectors))


def _twice(declared: Iterable[tuple[int, str | int]]) -> Iterator[Problem]:
    first: dict[str | int, int] = {}
    for line, key in declared:
        if key in first:
            message = _("“%(key)s” is declared twice; the first time in line %(line)d.")
            yield Problem(line, message % {"key": key, "line": first[key]})
        first.setdefault(key, line)
