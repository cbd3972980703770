"""The content of a configuration file with the line of every value, whatever its syntax."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from evkit.console.config_file.json_nodes import read_json
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, ConfigurationRefusedError
from evkit.console.config_file.yaml_nodes import read_yaml


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration file: its name, as shown in messages, and its text."""

    name: str
    text: str


def read_nodes(source: Source) -> Node:
    """Return the root node of `source`: JSON if its name ends so, else YAML.

    Raises:
        ConfigurationRefusedError: the text is not well-formed.
    """
    read = read_json if PurePath(source.name).suffix.lower() == ".json" else read_yaml
    try:
        return read(source.text)
    except BadValueError as error:
        raise ConfigurationRefusedError(source.name, [error.problem]) from error
