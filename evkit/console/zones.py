"""The time zone in which times of several sites are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from sites.models import Site


def common_zone(sites: Sequence[Site]) -> tzinfo | None:
    """Return the time zone of all these sites; None where they lie in several, or there is none."""
    zones = {site.timezone for site in sites}
    return sites[0].zone if len(zones) == 1 else None
