"""A whole configuration file."""

from __future__ import annotations

from evkit.console.config_file.declarations import Configuration
from evkit.console.config_file.duplicates import duplicates
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.nodes import Source, read_nodes
from evkit.console.config_file.problems import ConfigurationRefusedError, Problem
from evkit.console.config_file.reading.charge_points import read_charge_point
from evkit.console.config_file.reading.people import read_id_tag, read_user, read_vehicle
from evkit.console.config_file.reading.project import read_project
from evkit.console.config_file.reading.shared import section
from evkit.console.config_file.reading.sites import read_site

SECTIONS = ("project", "sites", "charge_points", "id_tags", "vehicles", "users")


def read_configuration(source: Source) -> Configuration:
    """Return what `source` declares.

    Raises:
        ConfigurationRefusedError: with every problem of syntax, keys and values that was found.
    """
    problems: list[Problem] = []
    fields = Fields(read_nodes(source), problems, *SECTIONS)
    configuration = Configuration(
        project=read_project(fields.within("project", "limit", "retention", "schedules")),
        sites=section(fields, "sites", read_site),
        charge_points=section(fields, "charge_points", read_charge_point),
        vehicles=section(fields, "vehicles", read_vehicle),
        id_tags=section(fields, "id_tags", read_id_tag),
        users=section(fields, "users", read_user),
    )
    problems.extend(duplicates(configuration))
    if problems:
        raise ConfigurationRefusedError(source.name, problems)
    return configuration
