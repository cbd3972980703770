"""Names used by authorisation, transactions and metering."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    REGISTER_RESTARTED = "register_restarted", _("The energy register dropped while it charged")
    UNIT_KWH = "unit_kwh", _("The energy register seems to be in kWh although it is labelled Wh")
    UNIT_WH = "unit_wh", _("The energy register seems to be in Wh although it is labelled kWh")
    STOP_BEFORE_START = "stop_before_start", _("Stopped before it started")
    PRESUMED_ENDED = "presumed_ended", _("Presumed ended: the stop was never received")
    PRESUMED_FREE = "presumed_free", _("Closed by rule: its connector had been free for a while")
    PRESUMED_SILENT = "presumed_silent", _("Closed by rule: no meter values came for too long")
    PRESUMED_GONE = "presumed_gone", _("Closed by rule: the charge point has been gone for too long")
    PRESUMED_NEWER = "presumed_newer", _("Closed because a newer one started on the same connector")
    MATCHED_STOP = "matched_stop", _("Its stop carried another transaction number")
    UNKNOWN_CONNECTOR = "unknown_connector", _("Started on a connector that was never declared")
    MADE_BY_HAND = "made_by_hand", _("Made of its stop by hand: the start was never received")
    IMPORTED = "imported", _("Taken over from a former system")


PRESUMPTIONS = (
    Flag.PRESUMED_ENDED,
    Flag.PRESUMED_FREE,
    Flag.PRESUMED_SILENT,
    Flag.PRESUMED_GONE,
    Flag.PRESUMED_NEWER,
)
"""Why a transaction was closed without its stop; they go when the stop arrives."""


class Settlement(models.TextChoices):
    """What somebody decided about a stop that fits no transaction."""

    ATTACHED = "attached", _("Attached to a transaction")
    MADE = "made", _("Made into a transaction")
    DISMISSED = "dismissed", _("Dismissed")


class LimitKind(models.TextChoices):
    """Which limit of a connector changed."""

    REQUESTED = "requested", _("Requested")
    ACCEPTED = "accepted", _("Accepted")


class LimitReason(models.TextChoices):
    """Why a limit of a connector changed."""

    PROFILE = "profile", _("A charging profile was set")
    CLEARED = "cleared", _("The charging profile was cleared")
    TRANSACTION_OVER = "transaction_over", _("The transaction of the charging profile ended")


class Operation(models.TextChoices):
    """What an operator asks of connectors or charge points, one or many at once."""

    START = "start", pgettext_lazy("operation", "Start")
    STOP = "stop", pgettext_lazy("operation", "Stop")
    PAUSE = "pause", pgettext_lazy("operation", "Pause")
    RESUME = "resume", pgettext_lazy("operation", "Resume")
    IN_SERVICE = "in-service", pgettext_lazy("operation", "Put into service")
    OUT_OF_SERVICE = "out-of-service", pgettext_lazy("operation", "Take out of service")
    RESET = "reset", pgettext_lazy("operation", "Reset")
    UNLOCK = "unlock", pgettext_lazy("operation", "Unlock")


class Obstacle(models.TextChoices):
    """Why an operation asks nothing of a connector."""

    NOT_RUNNING = "not_running", _("No charge is running there.")
    RUNNING = "running", _("A charge is running there already.")
    PAUSED = "paused", _("The charge is paused already.")
    NOT_PAUSED = "not_paused", _("The charge is not paused.")
    NO_BADGE = "no_badge", _("No badge was used there before.")
    NO_PAUSE = "no_pause", _("Its charge point obeys no limit of 0: the charge can only be stopped.")


class OverrideKind(models.TextChoices):
    """What somebody decided about one charge, whatever the rule of its site."""

    BOOST = "boost", _("Boosted: before all others")
    HOLD = "hold", _("Held: no power")


class AutomaticKind(models.TextChoices):
    """What is done without anybody asking (R19)."""

    START = "start", _("Automatic start")
    RESTART = "restart", _("Automatic restart")


class AutomaticState(models.TextChoices):
    """How far an automatic start or restart has come."""

    TRYING = "trying", _("Being tried")
    DONE = "done", _("Charging")
    FAILED = "failed", _("Given up")


class AutomaticFailure(models.TextChoices):
    """Why an automatic start or restart was given up."""

    REFUSED = "refused", _("the charge point refused the start")
    UNANSWERED = "unanswered", _("the charge point did not answer")
    NO_TRANSACTION = "no_transaction", _("no transaction followed the start")
    NOT_AUTHORISED = "not_authorised", _("the badge was refused")
    NO_POWER = "no_power", _("no power flowed")
    STOP_REFUSED = "stop_refused", _("the charge point refused to end the stalled charge")
