"""Names used by authorisation, transactions and metering."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuthorizationStatus(models.TextChoices):
    """The decision about an id tag (OCPP 1.6 §7.2)."""

    ACCEPTED = "Accepted", _("Accepted")
    BLOCKED = "Blocked", _("Blocked")
    EXPIRED = "Expired", _("Expired")
    INVALID = "Invalid", _("Unknown")
    CONCURRENT_TX = "ConcurrentTx", _("Already charging elsewhere")


class Step(models.TextChoices):
    """Where the sequence of procedures of a transaction stands (R8)."""

    CONNECTED = "connected", _("Connected")
    AUTHORISED = "authorised", _("Authorised")
    STARTED = "started", _("Started")
    CHARGING = "charging", _("Charging")
    STOPPED = "stopped", _("Stopped")


class Flag(models.TextChoices):
    """What is out of the ordinary about a transaction."""

    OFFLINE_START = "offline_start", _("Started while offline")
    OFFLINE_STOP = "offline_stop", _("Stopped while offline")
    NOT_AUTHORISED = "not_authorised", _("Started although its id tag was refused")
    CLOCK = "clock", _("The charge point's clock was wrong")
    METER_DOWN = "meter_down", _("The meter went down")
    METER_UNKNOWN = "meter_unknown", _("The meter value at the stop is unknown")
    STOP_BEFORE_START = "stop_before_start", _("Stopped before it started")
    PRESUMED_ENDED = "presumed_ended", _("Presumed ended: the stop was never received")
    MATCHED_STOP = "matched_stop", _("Its stop carried another transaction number")
    UNKNOWN_CONNECTOR = "unknown_connector", _("Started on a connector that was never declared")


class LimitKind(models.TextChoices):
    """Which limit of a connector changed."""

    REQUESTED = "requested", _("Requested")
    ACCEPTED = "accepted", _("Accepted")


class LimitReason(models.TextChoices):
    """Why a limit of a connector changed."""

    PROFILE = "profile", _("A charging profile was set")
    CLEARED = "cleared", _("The charging profile was cleared")
    TRANSACTION_OVER = "transaction_over", _("The transaction of the charging profile ended")
