"""Names used by charge points, connections and commands."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

UNKNOWN: Final = "unknown charge point"
"""Why a charge point that was never declared is refused."""


class Registration(models.TextChoices):
    """Whether a charge point may take part (OCPP 1.6 §7.36 RegistrationStatus)."""

    ACCEPTED = "accepted", _("Accepted")
    PENDING = "pending", _("Waiting for a decision")
    REJECTED = "rejected", _("Rejected")


class ConnectorStatus(models.TextChoices):
    """State of a connector (OCPP 1.6 §7.7 ChargePointStatus); empty until the first notification."""

    UNKNOWN = "", _("Unknown")
    AVAILABLE = "Available", _("Free")
    PREPARING = "Preparing", _("Preparing")
    CHARGING = "Charging", _("Charging")
    SUSPENDED_EVSE = "SuspendedEVSE", _("Suspended by the site")
    SUSPENDED_EV = "SuspendedEV", _("Suspended by the vehicle")
    FINISHING = "Finishing", _("Finishing")
    RESERVED = "Reserved", _("Reserved")
    UNAVAILABLE = "Unavailable", _("Unavailable")
    FAULTED = "Faulted", _("Faulted")


class Current(models.TextChoices):
    """Kind of current that a connector delivers."""

    AC = "AC", _("AC")
    DC = "DC", _("DC")


class PhaseRotation(models.TextChoices):
    """On which phases of the supply the first, second and third phase of a connector hang.

    R, S and T are L1, L2 and L3 of the supply (OCPP 1.6 §9.1.7, ConnectorPhaseRotation).
    """

    RST = "RST", "RST: L1, L2, L3"
    RTS = "RTS", "RTS: L1, L3, L2"
    SRT = "SRT", "SRT: L2, L1, L3"
    STR = "STR", "STR: L2, L3, L1"
    TRS = "TRS", "TRS: L3, L1, L2"
    TSR = "TSR", "TSR: L3, L2, L1"

    @property
    def supply(self) -> tuple[int, ...]:
        """The phases of the supply in the order of the connector's own."""
        return tuple("RST".index(letter) + 1 for letter in self.value)


class Division(models.TextChoices):
    """How a charge point divides its power between its connectors."""

    FIRST_COME = "first_come", _("First come, first served")
    PRIORITY = "priority", _("By priority")
    ONE_AT_A_TIME = "one_at_a_time", _("One connector at a time")


class SiteMeter(models.TextChoices):
    """What of its site a charge point's connector 0 measures, where that is not the charge point itself."""

    BASE = "base", _("What the site draws beside its charge points")


class CommandState(models.TextChoices):
    """Where a command to a charge point stands."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    TIMED_OUT = "timed_out", _("No answer in time")
    EXPIRED = "expired", _("Not sent in time")


class Effect(models.TextChoices):
    """Whether what an accepted command asked for was seen to happen."""

    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    NOT_SEEN = "not_seen", _("Not seen yet")
    SEEN = "seen", _("Seen")


FINAL_STATES = (
    CommandState.ACCEPTED,
    CommandState.REJECTED,
    CommandState.FAILED,
    CommandState.TIMED_OUT,
    CommandState.EXPIRED,
)


class JobKind(models.TextChoices):
    """Long jobs of a charge point whose progress it reports by itself."""

    FIRMWARE = "firmware", _("Firmware update")
    DIAGNOSTICS = "diagnostics", _("Diagnostics upload")
    LOG = "log", _("Log upload")
    SIGNED_FIRMWARE = "signed_firmware", _("Signed firmware update")


class CertificateUse(models.TextChoices):
    """What a root certificate in a charge point is for (security whitepaper §6.4)."""

    CENTRAL_SYSTEM = "CentralSystemRootCertificate", _("Root of the central system")
    MANUFACTURER = "ManufacturerRootCertificate", _("Root of the manufacturer")


class CertificateState(models.TextChoices):
    """What became of a certificate that was given to a charge point."""

    ISSUED = "issued", _("Sent")
    ACCEPTED = "accepted", _("In use")
    REFUSED = "refused", _("Refused by the charge point")


class LogType(models.TextChoices):
    """Which log a charge point uploads (security whitepaper §6.13)."""

    SECURITY = "SecurityLog", _("Security log")
    DIAGNOSTICS = "DiagnosticsLog", _("Diagnostics log")


class FileJobState(models.TextChoices):
    """Where a firmware update or a diagnostics upload stands."""

    REQUESTED = "requested", _("Requested")
    ACCEPTED = "accepted", _("Accepted")
    DOWNLOADING = "downloading", _("Downloading")
    DOWNLOADED = "downloaded", _("Downloaded")
    VERIFIED = "verified", _("Signature verified")
    INSTALLING = "installing", _("Installing")
    INSTALLED = "installed", _("Installed")
    UPLOADING = "uploading", _("Uploading")
    UPLOADED = "uploaded", _("Received")
    NOTHING = "nothing", _("Nothing to upload")
    CANCELLED = "cancelled", _("Cancelled by a newer request")
    FAILED = "failed", _("Failed")
    TIMED_OUT = "timed_out", _("Nothing more heard")
