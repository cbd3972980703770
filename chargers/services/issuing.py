"""Certificates for charge points: asked for, issued, refused, revoked (security whitepaper, A02, A03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import (
    ChargePoint,
    ChargePointState,
    Command,
    ConfigurationKey,
    Connection,
    IssuedCertificate,
    SigningRequest,
)
from chargers.ocpp.handling import Batch
from chargers.services.authority import AuthorityLockedError, fingerprint, load_authority, subject_of, to_pem
from chargers.services.certificate_hashes import serial_text
from chargers.services.commands import queue_command
from chargers.services.signing_requests import SigningWish, UnusableRequestError, read_request
from chargers.types import CertificateState, CommandState
from evkit.core.errors import NotFoundError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor, Deed, record

ASKED_WITHIN: Final = timedelta(hours=24)
PATIENCE: Final = timedelta(hours=1)
MAX_PER_HOUR: Final = 6
KEPT_REFUSALS: Final = 20
TRIGGER: Final = "SignChargePointCertificate"


def sign_for(
    *, charge_point_id: int, csr: str, authenticated: bool, now: datetime, batch: Batch
) -> IssuedCertificate | None:
    """Issue the certificate that a charge point asks for, and queue it; None if it is refused.

    Only who came over a link with credentials, or whom an operator asked to within the last 24 hours,
    gets one: anybody can claim an identity on an open link.
    """
    point = ChargePoint.objects.select_for_update(no_key=True).get(pk=charge_point_id)
    batch.publish(ChargePointChanged(point.pk, point.site_id))
    try:
        _require_allowed(point, authenticated=authenticated, now=now)
        wish = read_request(csr, names=_names(point), organisation=_organisation(point))
        return _issue(point, wish, now)
    except UnusableRequestError as error:
        _keep_refusal(point, str(error), now)
    except AuthorityLockedError:
        _keep_refusal(point, "the key of the authority cannot be opened", now)
    return None


def answered(command: Command, state: CommandState) -> None:
    """Store whether the charge point took its certificate (CertificateSigned.conf)."""
    states = {
        CommandState.ACCEPTED: CertificateState.ACCEPTED,
        CommandState.REJECTED: CertificateState.REFUSED,
    }
    if state in states:
        IssuedCertificate.objects.filter(command=command).update(state=states[state])


@transaction.atomic
def revoke_certificate(*, charge_point: ChargePoint, serial_number: str, now: datetime, actor: Actor) -> None:
    """Let a certificate open no connection any more.

    Raises:
        NotFoundError: the charge point has no such certificate that could be revoked.
    """
    mine = IssuedCertificate.objects.filter(charge_point=charge_point, serial_number=serial_number)
    if not mine.filter(revoked_at=None).update(revoked_at=now):
        raise NotFoundError(_("There is no such certificate, or it is revoked already."))
    _let_go(charge_point)
    record(
        Deed(
            actor=actor,
            verb="revoke_certificate",
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
            details={"serial_number": serial_number},
        )
    )
    publish_after_commit(ChargePointChanged(charge_point.pk, charge_point.site_id))


def _let_go(charge_point: ChargePoint) -> None:
    """Let the socket count no more that a revoked certificate opened: the process that holds it closes it."""
    held = Connection.objects.filter(charge_point=charge_point, certificate__revoked_at__isnull=False)
    tokens = held.filter(closed_at=None).values("token")
    ChargePointState.objects.filter(pk=charge_point.pk, connection_token__in=tokens).update(
        connection_token=None
    )


def _require_allowed(point: ChargePoint, *, authenticated: bool, now: datetime) -> None:
    if not authenticated and not _was_asked(point, now):
        raise UnusableRequestError("no credentials on this link, and nobody asked for a request")
    recent = IssuedCertificate.objects.filter(charge_point=point, issued_at__gt=now - timedelta(hours=1))
    if recent.count() >= MAX_PER_HOUR:
        raise UnusableRequestError("too many certificates within an hour")


def _was_asked(point: ChargePoint, now: datetime) -> bool:
    """Tell whether an operator asked for a request lately; each asking is good for one certificate."""
    asked = Command.objects.filter(
        charge_point=point,
        action="ExtendedTriggerMessage",
        payload__requestedMessage=TRIGGER,
        created_at__gt=now - ASKED_WITHIN,
        state__in=[CommandState.SENT, CommandState.ACCEPTED, CommandState.TIMED_OUT],
    )
    last = asked.order_by("-pk").first()
    if last is None:
        return False
    issued = IssuedCertificate.objects.filter(charge_point=point, issued_at__gte=last.created_at)
    return not issued.exists()


def _names(point: ChargePoint) -> list[str]:
    """Return the common names that a charge point may have: its identity, and its own serial number.

    A00.FR.511 wants the serial number, many use the identity. A number that is somebody else's identity
    is nobody's name.
    """
    serial = (
        ChargePointState.objects.filter(pk=point.pk).values_list("serial_number", flat=True).first() or ""
    )
    foreign = ChargePoint.objects.filter(identity=serial).exclude(pk=point.pk).exists()
    return [point.identity] if foreign or not serial else [point.identity, serial]


def _organisation(point: ChargePoint) -> str:
    """Return the organisation that a request must name: the charge point's CpoName, else evkit's own."""
    told = ConfigurationKey.objects.filter(charge_point=point, key__iexact="CpoName", known=True).first()
    return (told.value if told and told.value else "") or settings.EVKIT_ORGANISATION


def _issue(point: ChargePoint, wish: SigningWish, now: datetime) -> IssuedCertificate:
    subject = subject_of(wish.common_name, wish.organisation)
    made = load_authority(now=now).issue(subject, wish.key, now=now)
    pem = to_pem(made)
    payload: Mapping[str, object] = {"certificateChain": pem}
    command = queue_command(
        charge_point=point,
        action="CertificateSigned",
        payload=payload,
        now=now,
        actor=SYSTEM,
        patience=PATIENCE,
    )
    return IssuedCertificate.objects.create(
        charge_point=point,
        serial_number=serial_text(made),
        fingerprint=fingerprint(made),
        common_name=wish.common_name[:64],
        certificate=pem,
        command=command,
        issued_at=now,
        not_before=made.not_valid_before_utc,
        not_after=made.not_valid_after_utc,
    )


def _keep_refusal(point: ChargePoint, cause: str, now: datetime) -> None:
    SigningRequest.objects.create(charge_point=point, at=now, cause=cause)
    mine = SigningRequest.objects.filter(charge_point=point)
    for pk in mine.values_list("pk", flat=True)[KEPT_REFUSALS:]:
        mine.filter(pk=pk).delete()
