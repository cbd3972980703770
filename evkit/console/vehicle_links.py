"""Names of vehicles that lead to their pages.

Who may see a site may open the vehicles there, so a name leads to its page on the site that names it.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString

from charging.models import Vehicle
from sites.models import Site

ADDRESSES: Final = 16_384


@lru_cache(maxsize=ADDRESSES)
def vehicle_url(site_code: str, vehicle_code: str) -> str:
    """Return the address of a vehicle's page."""
    return reverse("vehicle", args=[site_code, vehicle_code])


def linked(text: str, href: str) -> SafeString:
    """Return a name that leads to a page; the name alone without one."""
    name = escape(text)
    return SafeString(f'<a class="text-link" href="{escape(href)}">{name}</a>' if href else name)


def linked_vehicle(site: Site | None, vehicle: Vehicle | None, tag: str) -> SafeString:
    """Return a vehicle that leads to its page, else the badge; off every site it has no page."""
    if vehicle is None:
        return linked(tag, "")
    return linked(vehicle.name, vehicle_url(site.code, vehicle.code) if site else "")
