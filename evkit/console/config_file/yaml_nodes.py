"""Reading YAML into nodes: plain data only, every value with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

from evkit.console.config_file.node import MAX_DEPTH, MAX_NODES, Node, Scalar
from evkit.console.config_file.problems import BadValueError

Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PREFIX = "tag:yaml.org,2002:"

_construct = yaml.constructor.SafeConstructor()
SCALARS: Mapping[str, Callable[[yaml.ScalarNode], Scalar]] = {
    "null": lambda _node: None,
    "bool": lambda node: bool(_construct.construct_yaml_bool(node)),
    "int": lambda node: int(_construct.construct_yaml_int(node)),
    "float": lambda node: float(_construct.construct_yaml_float(node)),
    "str": lambda node: str(node.value),
    "timestamp": lambda node: str(node.value),
}


def read_yaml(text: str) -> Node:
    """Return the root node of a YAML document.

    Raises:
        BadValueError: the text is not YAML, or holds more than plain data.
    """
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise BadValueError(_line(getattr(error, "problem_mark", None)), _explained(error)) from error
    if root is None:
        raise BadValueError(1, _("The file is empty."))
    return _Converter().convert(root, 0)


def _explained(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    return _("This is not valid YAML: %(problem)s.") % {"problem": problem}


def _line(mark: Any) -> int:
    return 0 if mark is None else int(mark.line) + 1


class _Converter:
    """Turns PyYAML's nodes into ours; counts them, as aliases can multiply without end."""

    def __init__(self) -> None:
        self._left = MAX_NODES

    def convert(self, node: yaml.Node, depth: int) -> Node:
        """Return the node and everything below it."""
        line = _line(node.start_mark)
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise BadValueError(line, _("The file is nested too deeply or too large."))
        if isinstance(node, yaml.MappingNode):
            return Node(self._mapping(node, depth), line)
        if isinstance(node, yaml.SequenceNode):
            return Node(tuple(self.convert(item, depth + 1) for item in node.value), line)
        return Node(_scalar(node, line), line)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        for key_node, value_node in node.value:
            line = _line(key_node.start_mark)
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                raise BadValueError(line, _("A key must be plain text."))
            if key in members:
                raise BadValueError(line, _("The key “%(key)s” occurs twice.") % {"key": key})
            members[key] = self.convert(value_node, depth + 1)
        return members


def _scalar(node: yaml.Node, line: int) -> Scalar:
    construct = SCALARS.get(node.tag.removeprefix(PREFIX))
    if construct is None or not isinstance(node, yaml.ScalarNode):
        raise BadValueError(line, _("The tag %(tag)s is not accepted here.") % {"tag": node.tag})
    try:
        return construct(node)
    except ValueError as error:
        raise BadValueError(line, _("%(text)s cannot be read.") % {"text": node.value}) from error
