"""Every address of the URL configuration, found by walking it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

ELSEWHERE = frozenset({"admin", "api"})
"""Namespaces with a matrix of their own."""


@dataclass(frozen=True, slots=True)
class Address:
    """One line of a URL configuration."""

    name: str
    route: str


def walk(namespace: str = "") -> list[Address]:
    """Return the addresses of a namespace; without one, those of the pages."""
    return sorted(set(_walk(get_resolver().url_patterns, "", namespace, "")), key=lambda a: a.route)


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, wanted: str, present: str
) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            namespace = pattern.namespace or present
            if namespace == wanted or (not wanted and namespace not in ELSEWHERE):
                yield from _walk(pattern.url_patterns, route, wanted, namespace)
        else:
            yield Address(pattern.name or route, route)
