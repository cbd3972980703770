"""Links of list pages."""

from __future__ import annotations

from django import template

from evkit.console.tables.address import ListAddress

register = template.Library()


@register.simple_tag
def list_href(address: ListAddress, parameter: str, value: object) -> str:
    """Return the address of a list with one parameter changed; "" takes it away."""
    return address.link(**{parameter: value})
