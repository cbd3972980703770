"""Names used by the message log and the audit journal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.IntegerChoices):
    """Who sent a frame."""

    IN = 0, _("from the charge point")
    OUT = 1, _("to the charge point")
