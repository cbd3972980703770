"""The commands that the console offers, by the last part of their address."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from evkit.console.commands.base import CommandForm
from evkit.console.commands.certificates import (
    DeleteRootForm,
    InstallRootForm,
    ReadRootsForm,
    RenewCertificateForm,
)
from evkit.console.commands.charging import StartForm, StopForm, UnlockForm
from evkit.console.commands.configuration import ChangeConfigurationForm, NewKeyForm, ReadConfigurationForm
from evkit.console.commands.device import AvailabilityForm, ResetForm, TriggerForm
from evkit.console.commands.files import DiagnosticsForm, FirmwareForm
from evkit.console.commands.local_list import ReadListForm, SendListForm
from evkit.console.commands.pausing import PauseForm
from evkit.console.commands.profiles import ClearLimitForm, LimitForm, ScheduleForm
from evkit.console.commands.reserving import CancelReservationForm, ReserveForm
from evkit.console.commands.security import (
    ExtendedTriggerForm,
    LogForm,
    RaiseProfileForm,
    SignedFirmwareForm,
)
from evkit.console.commands.vendor import ClearCacheForm, DataTransferForm

COMMANDS: Final[dict[str, type[CommandForm]]] = {
    "start": StartForm,
    "stop": StopForm,
    "unlock": UnlockForm,
    "availability": AvailabilityForm,
    "reset": ResetForm,
    "pause": PauseForm,
    "limit": LimitForm,
    "clear-limits": ClearLimitForm,
    "schedule": ScheduleForm,
    "reserve": ReserveForm,
    "cancel-reservation": CancelReservationForm,
    "local-list": SendListForm,
    "local-list-version": ReadListForm,
    "clear-cache": ClearCacheForm,
    "vendor-message": DataTransferForm,
    "diagnostics": DiagnosticsForm,
    "log": LogForm,
    "firmware": FirmwareForm,
    "signed-firmware": SignedFirmwareForm,
    "trigger": TriggerForm,
    "extended-trigger": ExtendedTriggerForm,
    "read-configuration": ReadConfigurationForm,
    "change-configuration": ChangeConfigurationForm,
    "new-password": NewKeyForm,
    "raise-profile": RaiseProfileForm,
    "new-certificate": RenewCertificateForm,
    "install-root": InstallRootForm,
    "read-roots": ReadRootsForm,
    "delete-root": DeleteRootForm,
}

HEAD_COMMANDS: Final = ("start", "stop", "unlock", "availability", "reset")
MORE_COMMANDS: Final[tuple[tuple[Promise, tuple[str, ...]], ...]] = (
    (
        pgettext_lazy("commands", "Charging"),
        ("pause", "limit", "clear-limits", "schedule", "reserve", "cancel-reservation"),
    ),
    (pgettext_lazy("commands", "Badges"), ("local-list", "local-list-version", "clear-cache")),
    (
        pgettext_lazy("commands", "Configuration"),
        ("read-configuration", "change-configuration", "vendor-message"),
    ),
    (
        pgettext_lazy("commands", "Maintenance"),
        ("trigger", "extended-trigger", "diagnostics", "log", "firmware", "signed-firmware"),
    ),
    (
        pgettext_lazy("commands", "Security"),
        ("new-password", "new-certificate", "read-roots", "install-root", "raise-profile", "delete-root"),
    ),
)
"""The others by what they are about; in each group those that can do harm come last."""
