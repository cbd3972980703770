from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models import Site


class ClosingRules(models.Model):
    """When evkit presumes on a site that a transaction has ended whose stop it never received.

    Times in minutes; null switches a rule off. A newer start on the same connector always ends the older
    transaction. A site without a row has the defaults. A stop that arrives later still counts.
    """

    site = models.OneToOneField(
        Site,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="closing_rules",
        verbose_name=_("site"),
    )
    free_min = models.PositiveIntegerField(
        _("connector free for (min)"),
        null=True,
        blank=True,
        default=5,
        help_text=_("The connector says that it is free, and nothing is measured. Empty: never."),
    )
    silent_min = models.PositiveIntegerField(
        _("no meter values for (min)"),
        null=True,
        blank=True,
        default=1440,
        help_text=_("The charge point is connected and sends no meter values. Empty: never."),
    )
    gone_min = models.PositiveIntegerField(
        _("charge point gone for (min)"),
        null=True,
        blank=True,
        default=10_080,
        help_text=_("The charge point has not been heard of. Empty: never."),
    )

    class Meta:
        verbose_name = _("closing rules")
        verbose_name_plural = _("closing rules")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(free_min__isnull=True) | models.Q(free_min__gte=1),
                name="closing_rules_free",
            ),
            models.CheckConstraint(
                condition=models.Q(silent_min__isnull=True) | models.Q(silent_min__gte=1),
                name="closing_rules_silent",
            ),
            models.CheckConstraint(
                condition=models.Q(gone_min__isnull=True) | models.Q(gone_min__gte=1),
                name="closing_rules_gone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.site)
