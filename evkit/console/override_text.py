"""In words: who boosted or held a charge."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from charging.models import ChargeOverride
from charging.types import OverrideKind
from evkit.console.wording import clock


def override_text(override: ChargeOverride | None, now: datetime) -> str:
    """Say who boosted or held a charge, until when and why; empty where nobody did."""
    if override is None:
        return ""
    boosted = override.kind == OverrideKind.BOOST
    text = (
        _("boosted by %(by)s until %(time)s: %(reason)s")
        if boosted
        else _("held by %(by)s until %(time)s: %(reason)s")
    )
    time = clock(override.until, now)
    return text % {"by": override.set_name, "time": time, "reason": override.reason}
