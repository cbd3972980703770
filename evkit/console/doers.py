"""Who did something, in the reader's language: people as they are, evkit itself translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from charging.services.automatic import AUTOMATIC
from charging.services.holding import HOLD
from charging.services.scheduling import SCHEDULE
from charging.services.smart.marks import SMART

ITSELF: Final[Mapping[str, str | Promise]] = {
    SMART.name: _("evkit (smart charging)"),
    AUTOMATIC.name: _("evkit (automatic)"),
    SCHEDULE.name: _("evkit (schedule)"),
    HOLD.name: _("evkit (hold)"),
}


def doer(name: str) -> str:
    """Return the name of who did something as a page shows it."""
    return str(ITSELF.get(name, name))
