"""Applying a configuration file, as a whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from chargers.events import ConfigurationApplied
from evkit.console.config_file.applying.charge_points import Work, apply_charge_points
from evkit.console.config_file.applying.people import apply_id_tags, apply_user, apply_vehicle
from evkit.console.config_file.applying.pruning import prune as prune_undeclared
from evkit.console.config_file.applying.sites import apply_project, apply_site
from evkit.console.config_file.declarations import Configuration, listed
from evkit.console.config_file.differences import Difference, Journal, lines
from evkit.console.config_file.inventory import take_inventory
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.problems import BadValueError, ConfigurationRefusedError
from evkit.console.config_file.reading.configuration import read_configuration
from evkit.console.config_file.references import broken_references
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor, Deed, record

MAX_AUDITED_LINES = 500


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is applied.

    Attributes:
        dry_run: only tell the differences; nothing is kept.
        prune: remove what the file's sections leave out.
        with_passwords: generate a password for each new user, else they have none that works.
    """

    dry_run: bool = False
    prune: bool = False
    with_passwords: bool = True


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying a file changed; `passwords` of new users by user name, told only here."""

    differences: tuple[Difference, ...]
    passwords: Mapping[str, str] = field(default_factory=dict)


def apply_configuration(
    *, source: Source, now: datetime, options: Options = DEFAULT, actor: Actor = SYSTEM
) -> Outcome:
    """Apply `source` in one transaction; a second time nothing changes.

    Raises:
        ConfigurationRefusedError: with every cause and its line; nothing was changed.
    """
    configuration = read_configuration(source)
    with transaction.atomic():
        try:
            outcome = _apply(configuration, source.name, options, actor, now)
        except BadValueError as error:
            raise ConfigurationRefusedError(source.name, [error.problem]) from error
        if options.dry_run:
            transaction.set_rollback(True)
        elif outcome.differences:
            record(_deed(actor, source.name, outcome))
            publish_after_commit(ConfigurationApplied())
    return outcome


def _apply(configuration: Configuration, name: str, options: Options, actor: Actor, now: datetime) -> Outcome:
    present = take_inventory()
    problems = list(broken_references(configuration, present, prune=options.prune))
    if problems:
        raise ConfigurationRefusedError(name, problems)
    journal = Journal()
    apply_project(configuration.project, present, journal)
    for site in listed(configuration.sites):
        apply_site(site, present, journal)
    apply_charge_points(listed(configuration.charge_points), Work(present, journal, actor, now))
    for vehicle in listed(configuration.vehicles):
        apply_vehicle(vehicle, present, journal)
    apply_id_tags(listed(configuration.id_tags), present, journal)
    passwords: dict[str, str] = {}
    for user in listed(configuration.users):
        password = apply_user(user, present, journal, with_password=options.with_passwords)
        if password is not None:
            passwords[user.username] = password
    if options.prune:
        problems = list(prune_undeclared(configuration, present, journal))
        if problems:
            raise ConfigurationRefusedError(name, problems)
    return Outcome(tuple(journal.differences), {} if options.dry_run else passwords)


def _deed(actor: Actor, name: str, outcome: Outcome) -> Deed:
    text = list(lines(outcome.differences))
    counts = Counter(difference.kind for difference in outcome.differences)
    return Deed(
        actor=actor,
        verb="apply_configuration",
        object_type="configuration",
        object_key=name[-255:],
        details={"changes": dict(counts), "lines": text[:MAX_AUDITED_LINES]},
    )
