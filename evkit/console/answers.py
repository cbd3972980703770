"""What charge points answer and report, and why evkit gave a command up, in the reader's language.

The words are those of OCPP 1.6 §7 and its security extension §6; error codes are those of OCPP-J 1.6 §4.2.3.
A word that is in none of them is shown as it came.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from chargers.services.effects import NOT_SEEN, NOT_SENT
from chargers.services.root_certificates import LAST_ROOT
from chargers.services.security_profiles import (
    LOWERED,
    NO_CERTIFICATE,
    NO_PASSWORD,
    NO_PROFILE,
    NO_ROOT,
)
from charging.services.profiles import NO_TRANSACTION

ANSWERS: Final[dict[str, Promise]] = {
    "Accepted": pgettext_lazy("answer", "Accepted"),
    "AcceptedCanceled": pgettext_lazy("answer", "Accepted, what ran before was cancelled"),
    "Failed": pgettext_lazy("answer", "Failed"),
    "Faulted": pgettext_lazy("answer", "Faulted"),
    "InvalidCertificate": pgettext_lazy("answer", "The certificate is not valid"),
    "NotFound": pgettext_lazy("answer", "Not found there"),
    "NotImplemented": pgettext_lazy("answer", "Not implemented"),
    "NotSupported": pgettext_lazy("answer", "Not supported"),
    "Occupied": pgettext_lazy("answer", "Occupied"),
    "RebootRequired": pgettext_lazy("answer", "Accepted, takes a restart"),
    "Rejected": pgettext_lazy("answer", "Rejected"),
    "RevokedCertificate": pgettext_lazy("answer", "The certificate was revoked"),
    "Scheduled": pgettext_lazy("answer", "Accepted, once the charge has ended"),
    "Unavailable": pgettext_lazy("answer", "Out of service"),
    "Unknown": pgettext_lazy("answer", "Not known there"),
    "UnknownMessageId": pgettext_lazy("answer", "Message not known there"),
    "UnknownVendorId": pgettext_lazy("answer", "Vendor not known there"),
    "UnlockFailed": pgettext_lazy("answer", "Could not be unlocked"),
    "Unlocked": pgettext_lazy("answer", "Unlocked"),
    "VersionMismatch": pgettext_lazy("answer", "The versions do not match"),
}
ERRORS: Final[dict[str, Promise]] = {
    "FormationViolation": pgettext_lazy("answer", "Could not read the message"),
    "FormatViolation": pgettext_lazy("answer", "Could not read the message"),
    "GenericError": pgettext_lazy("answer", "Error"),
    "InternalError": pgettext_lazy("answer", "Internal error"),
    "OccurenceConstraintViolation": pgettext_lazy("answer", "Something is missing in the message"),
    "OccurrenceConstraintViolation": pgettext_lazy("answer", "Something is missing in the message"),
    "PropertyConstraintViolation": pgettext_lazy("answer", "A value in the message is not allowed"),
    "ProtocolError": pgettext_lazy("answer", "Protocol error"),
    "SecurityError": pgettext_lazy("answer", "Refused for security"),
    "TypeConstraintViolation": pgettext_lazy("answer", "A value in the message is of the wrong kind"),
}
PROGRESS: Final[dict[str, Promise]] = {
    "BadMessage": pgettext_lazy("progress", "The message was not understood"),
    "DownloadFailed": pgettext_lazy("progress", "The download failed"),
    "DownloadPaused": pgettext_lazy("progress", "Download paused"),
    "DownloadScheduled": pgettext_lazy("progress", "Download planned"),
    "Downloaded": pgettext_lazy("progress", "Downloaded"),
    "Downloading": pgettext_lazy("progress", "Downloading"),
    "Idle": pgettext_lazy("progress", "Nothing under way"),
    "InstallRebooting": pgettext_lazy("progress", "Restarts to install"),
    "InstallScheduled": pgettext_lazy("progress", "Installation planned"),
    "InstallVerificationFailed": pgettext_lazy("progress", "The check of the installation failed"),
    "InstallationFailed": pgettext_lazy("progress", "The installation failed"),
    "Installed": pgettext_lazy("progress", "Installed"),
    "Installing": pgettext_lazy("progress", "Installing"),
    "InvalidSignature": pgettext_lazy("progress", "The signature is not valid"),
    "NotSupportedOperation": pgettext_lazy("progress", "Not supported"),
    "PermissionDenied": pgettext_lazy("progress", "Access denied"),
    "SignatureVerified": pgettext_lazy("progress", "Signature verified"),
    "UploadFailed": pgettext_lazy("progress", "The upload failed"),
    "UploadFailure": pgettext_lazy("progress", "The upload failed"),
    "Uploaded": pgettext_lazy("progress", "Uploaded"),
    "Uploading": pgettext_lazy("progress", "Uploading"),
}
OWN: Final = (
    LAST_ROOT,
    LOWERED,
    NO_CERTIFICATE,
    NO_PASSWORD,
    NO_PROFILE,
    NO_ROOT,
    NO_TRANSACTION,
    NOT_SEEN,
    NOT_SENT,
)
"""Why evkit gave a command up, as it is stored: with its parameters filled in, not translated."""
WORDS: Final = ANSWERS | ERRORS | PROGRESS


def answer_text(told: str) -> str:
    """Return a status, or an error code with the charge point's own explanation, in words."""
    own = _own_text(told)
    if own:
        return own
    code, _colon, more = told.partition(": ")
    if code not in WORDS:
        return told
    word = str(WORDS[code])
    return _("%(answer)s: %(explanation)s") % {"answer": word, "explanation": more} if more else word


def _own_text(told: str) -> str:
    for text in OWN:
        found = _pattern(text).fullmatch(told)
        if found:
            return _(text) % found.groupdict()
    return ""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return what finds the parameters of a text again."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(text)))
