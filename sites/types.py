"""Names used by sites and users."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a user may do (R26)."""

    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    GUEST = "guest", _("Guest")


class Distribution(models.TextChoices):
    """How the power of a site is shared between its charging connectors (R17)."""

    EQUAL = "equal", _("Equal shares")
    CAPACITY = "capacity", _("Proportional to capacity")
    PRIORITY = "priority", _("By priority")
    FIRST_COME = "first_come", _("First come, first served")
    DEADLINE = "deadline", _("By deadline")
    HYBRID = "hybrid", _("Hybrid")


class UnknownChargePointPolicy(models.TextChoices):
    """What happens to a charge point that connects and was never declared."""

    REFUSE = "refuse", _("Refuse")
    PENDING = "pending", _("Keep for the administrator's decision")


class UnknownTagPolicy(models.TextChoices):
    """What happens to an id tag that was never declared."""

    REFUSE = "refuse", _("Refuse")
    ACCEPT = "accept", _("Accept")
    OPERATOR = "operator", _("Ask the operator")


class FreeChargingPolicy(models.TextChoices):
    """Whether charging needs an id tag that was declared."""

    NEVER = "never", _("Never: id tags are checked")
    ANY_TAG = "any_tag", _("With any id tag that is not blocked")
    NO_TAG = "no_tag", _("With or without an id tag")


class ConcurrencyPolicy(models.TextChoices):
    """Whether one id tag may charge several vehicles at once."""

    TAG = "tag", _("As the id tag says")
    ALLOW = "allow", _("Always")


class OfflinePolicy(models.TextChoices):
    """How a start that happened while the charge point was offline is judged."""

    AS_OF_THEN = "as_of_then", _("By what held when it started")
    ACCEPT = "accept", _("Accept: the energy has flowed")


class HolidayRule(models.TextChoices):
    """What a public holiday does to a weekly schedule."""

    USUAL = "usual", _("Like any other day")
    SUNDAY = "sunday", _("Like a Sunday")
    ACTIVE = "active", _("Active all day")
    INACTIVE = "inactive", _("Inactive all day")


class AtEnd(models.TextChoices):
    """What happens to a running charge when the schedule of its connector ends."""

    PAUSE = "pause", _("Pause it until the schedule is active again")
    FINISH = "finish", _("Let it finish")
    STOP = "stop", _("Stop it")


class Unit(models.TextChoices):
    """The unit of a limit."""

    WATT = "W", _("W")
    AMPERE = "A", _("A")


class Theme(models.TextChoices):
    """The look of the pages; system follows the device."""

    SYSTEM = "system", _("Like the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    CONTRAST = "contrast", _("High contrast")


class Quality(models.TextChoices):
    """How far a value from outside can be trusted."""

    GOOD = "good", _("Good")
    UNCERTAIN = "uncertain", _("Uncertain")
    BAD = "bad", _("Bad")
