"""Messages of which evkit keeps more than the answer: sent by the services that the console's forms use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Command
from chargers.ocpp.schema import InvalidPayload, check_request
from chargers.ocpp.times import parse_time
from chargers.services.authority import load_authority
from chargers.services.commands import queue_command
from chargers.services.desired import change_desired, desired_keys
from chargers.services.file_jobs import request_diagnostics, transfer_elsewhere
from chargers.services.root_certificates import install_root, names_in, require_not_last
from chargers.services.security_jobs import follow_elsewhere, new_request_id, request_log
from chargers.services.security_profiles import check_change, is_profile_key
from chargers.types import CertificateUse, LogType
from charging.models import IdToken, Reservation
from charging.models.id_token import token_key
from charging.services.reservations import UnableToReserveError, cancel_reservation, make_reservation
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor

MAX_ID: Final = 2**31
WIRE_NAMES: Final = {"connector": "connectorId", "expires_at": "expiryDate", "id_tag": "idTag"}


@dataclass(frozen=True, slots=True)
class Request:
    """A message that a caller of the API wants sent; `base_url` is where charge points reach evkit."""

    charge_point: ChargePoint
    action: str
    payload: Mapping[str, Any]
    base_url: str
    now: datetime
    actor: Actor


def send(request: Request) -> Command:
    """Queue the message, with the state that its action has in evkit.

    Raises:
        InvalidInputError: it cannot be sent as it is; `field` names the offender as in the payload.
    """
    return SENDERS.get(request.action, _as_given)(request)


def _as_given(request: Request) -> Command:
    return queue_command(
        charge_point=request.charge_point,
        action=request.action,
        payload=request.payload,
        now=request.now,
        actor=request.actor,
    )


def _checked(action: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload; a service that reads it needs it well-formed."""
    try:
        check_request("1.6", action, payload)
    except InvalidPayload as error:
        raise InvalidInputError(error.message, field=error.field) from error
    return payload


def _change_configuration(request: Request) -> Command:
    """Change a key; where a value of it is kept for the charge point or its site, the new one is kept."""
    payload = _checked(request.action, request.payload)
    if is_profile_key(payload["key"]):
        check_change(request.charge_point, payload["value"], request.now)
    kept = desired_keys([request.charge_point])[request.charge_point.pk]
    if payload["key"].lower() in kept:
        change_desired(
            charge_point=request.charge_point,
            key=payload["key"],
            value=payload["value"],
            now=request.now,
            actor=request.actor,
        )
    return _as_given(request)


def _reserve(request: Request) -> Command:
    """Reserve for a declared badge; `reservationId` 0 leaves the number to evkit."""
    payload = _checked(request.action, {"reservationId": 0, **request.payload})
    if not 0 <= payload["reservationId"] < MAX_ID:
        raise InvalidInputError(_("This number cannot be used."), field="reservationId")
    token = IdToken.objects.select_related("parent").filter(key=token_key(payload["idTag"])).first()
    if token is None:
        raise InvalidInputError(_("This badge is not declared."), field="idTag")
    expires_at = parse_time(payload["expiryDate"])
    if expires_at is None:
        raise InvalidInputError(_("This is not a point in time."), field="expiryDate")
    try:
        made = make_reservation(
            charge_point=request.charge_point,
            connector=payload["connectorId"],
            token=token,
            expires_at=expires_at,
            remote_id=payload["reservationId"] or None,
            now=request.now,
            actor=request.actor,
        )
    except UnableToReserveError as error:
        field = WIRE_NAMES.get(error.field or "", error.field)
        raise UnableToReserveError(error.message, field=field) from error
    assert made.command is not None
    return made.command


def _cancel(request: Request) -> Command:
    """Cancel a reservation of evkit's; one that only the charge point knows is cancelled all the same."""
    payload = _checked(request.action, request.payload)
    known = Reservation.objects.open().known_as(payload["reservationId"])
    row = known.filter(charge_point=request.charge_point, expires_at__gt=request.now).first()
    if row is None:
        return _as_given(request)
    return cancel_reservation(number=row.number, now=request.now, actor=request.actor)


def _diagnostics(request: Request) -> Command:
    """Ask for diagnostics; without a `location` they come to evkit."""
    if "location" in request.payload:
        return _transfer(request)
    payload = _checked(request.action, {**request.payload, "location": request.base_url})
    job = request_diagnostics(
        charge_point=request.charge_point,
        base_url=request.base_url,
        since=parse_time(payload.get("startTime")),
        until=parse_time(payload.get("stopTime")),
        now=request.now,
        actor=request.actor,
    )
    assert job.command is not None
    return job.command


def _transfer(request: Request) -> Command:
    job = transfer_elsewhere(
        charge_point=request.charge_point,
        action=request.action,
        payload=request.payload,
        now=request.now,
        actor=request.actor,
    )
    assert job.command is not None
    return job.command


def _log(request: Request) -> Command:
    """Ask for a log; without `log.remoteLocation` it comes to evkit, `requestId` may be left out."""
    given = request.payload.get("log", {})
    if not isinstance(given, Mapping) or "remoteLocation" in given:
        return _follow(request)
    log = {**given, "remoteLocation": request.base_url}
    payload = _checked(request.action, {"requestId": 0, **request.payload, "log": log})
    job = request_log(
        charge_point=request.charge_point,
        log_type=LogType(payload["logType"]),
        base_url=request.base_url,
        since=parse_time(given.get("oldestTimestamp")),
        until=parse_time(given.get("latestTimestamp")),
        now=request.now,
        actor=request.actor,
    )
    assert job.command is not None
    return job.command


def _follow(request: Request) -> Command:
    """Ask for a transfer of the security extension; evkit chooses a `requestId` that is left out."""
    job = follow_elsewhere(
        charge_point=request.charge_point,
        action=request.action,
        payload=_checked(request.action, {"requestId": new_request_id(), **request.payload}),
        now=request.now,
        actor=request.actor,
    )
    assert job.command is not None
    return job.command


def _install(request: Request) -> Command:
    """Install a root certificate; without `certificate` that of evkit's own authority."""
    own = {"certificate": load_authority(now=request.now).pem}
    payload = _checked(request.action, {**own, **request.payload})
    return install_root(
        charge_point=request.charge_point,
        use=CertificateUse(payload["certificateType"]),
        certificate=payload["certificate"],
        now=request.now,
        actor=request.actor,
    )


def _delete(request: Request) -> Command:
    """Delete a root certificate, unless the charge point trusts evkit by it alone."""
    require_not_last(request.charge_point, names_in(_checked(request.action, request.payload)))
    return _as_given(request)


SENDERS: Final[Mapping[str, Callable[[Request], Command]]] = {
    "CancelReservation": _cancel,
    "ChangeConfiguration": _change_configuration,
    "DeleteCertificate": _delete,
    "GetDiagnostics": _diagnostics,
    "GetLog": _log,
    "InstallCertificate": _install,
    "ReserveNow": _reserve,
    "SignedUpdateFirmware": _follow,
    "UpdateFirmware": _transfer,
}
