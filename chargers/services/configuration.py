"""The configuration of a charge point as it reported it (OCPP 1.6 §9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.models import ChargePoint, ChargePointState, Command, ConfigurationKey
from chargers.ocpp.handling import Batch
from chargers.services.desired import same_value
from chargers.services.effects import awaited, mark_seen
from chargers.services.secrets import is_secret
from evkit.core.texts import storable

CHANGE = "ChangeConfiguration"
READ_BACK_PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """A key as reported; an unknown one has neither value nor access."""

    key: str
    value: str | None = None
    readonly: bool = False
    known: bool = True


def store_configuration(
    *, charge_point: ChargePoint, reported: Iterable[ReportedKey], at: datetime, batch: Batch
) -> None:
    """Store reported and unknown keys, and confirm the changes that they show. Secrets are not kept."""
    latest = {storable(key.key, 255): key for key in reported if storable(key.key, 255)}
    ConfigurationKey.objects.bulk_create(
        [
            ConfigurationKey(
                charge_point=charge_point,
                key=name,
                value=None if key.value is None or is_secret(name) else storable(key.value, len(key.value)),
                readonly=key.readonly,
                known=key.known,
                reported_at=at,
            )
            for name, key in sorted(latest.items())
        ],
        update_conflicts=True,
        unique_fields=["charge_point", "key"],
        update_fields=["value", "readonly", "known", "reported_at"],
    )
    _confirm_changes(charge_point, latest.values(), batch)


def max_keys(charge_point: ChargePoint) -> int | None:
    """Return how many keys one GetConfiguration may name, if the charge point told (§9.1.8)."""
    return reported_number(charge_point, "GetConfigurationMaxKeys")


def reported_number(charge_point: ChargePoint, key: str) -> int | None:
    """Return the positive whole number that the charge point reported of `key`, if it did."""
    row = ConfigurationKey.objects.filter(charge_point=charge_point, key__iexact=key, known=True).first()
    text = (row.value or "").strip() if row else ""
    return int(text) if text.isdecimal() and text.isascii() and 0 < len(text) < 9 and int(text) else None


def unknown_keys(charge_point: ChargePoint) -> set[str]:
    """Return the keys that the charge point said it does not know, in lower case."""
    rows = ConfigurationKey.objects.filter(charge_point=charge_point, known=False)
    return {key.lower() for key in rows.values_list("key", flat=True)}


def known_keys(charge_point: ChargePoint) -> list[str]:
    """Return the keys that the charge point has reported, in alphabetical order."""
    rows = ConfigurationKey.objects.filter(charge_point=charge_point, known=True)
    return list(rows.order_by("key").values_list("key", flat=True))


def require_reboot(charge_point: ChargePoint) -> None:
    """Remember that changes wait for a reboot; the next boot clears it."""
    ChargePointState.objects.filter(pk=charge_point.pk).update(reboot_required=True)


def changes_to_confirm(charge_point: ChargePoint) -> list[Command]:
    """Return the changes whose value was not read back yet, oldest first."""
    return list(awaited((CHANGE,), [charge_point.pk]).select_related("charge_point"))


def _confirm_changes(charge_point: ChargePoint, reported: Iterable[ReportedKey], batch: Batch) -> None:
    values = {key.key.lower(): key.value for key in reported if key.known}
    confirmed = [
        command
        for command in changes_to_confirm(charge_point)
        if same_value(
            values.get(str(command.payload.get("key", "")).lower()), str(command.payload.get("value"))
        )
    ]
    mark_seen(confirmed, batch.now, batch)
