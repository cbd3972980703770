"""Certificates for charge points (security whitepaper, A02, A03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargers.models import (
    Authority,
    ChargePointState,
    Command,
    ConfigurationKey,
    IssuedCertificate,
    SigningRequest,
)
from chargers.ocpp.v16 import sign_certificate
from chargers.services.authority import load_authority
from chargers.services.commands import queue_command
from chargers.services.issuing import MAX_PER_HOUR, TRIGGER, revoke_certificate
from evkit.core.errors import NotFoundError
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from tests.chargers.exchange import NOW, Socket, call_of, handled
from tests.factories import ChargePointFactory
from tests.support.certificates import ec_key, request_of

pytestmark = pytest.mark.django_db


def ask(socket: Socket, csr: str, *, authenticated: bool = True, later: timedelta = timedelta()) -> str:
    socket.link.authenticated = authenticated
    call = call_of(socket.link, "SignCertificate", {"csr": csr}, at=NOW + later)
    answer, _batch = handled(sign_certificate.handle, call, now=NOW + later)
    return str(answer["status"])


def refusal() -> str:
    return SigningRequest.objects.latest("pk").cause


def trigger(point: Any, *, hours_ago: float = 1) -> Command:
    command = queue_command(
        charge_point=point,
        action="ExtendedTriggerMessage",
        payload={"requestedMessage": TRIGGER},
        now=NOW - timedelta(hours=hours_ago),
    )
    Command.objects.filter(pk=command.pk).update(state="accepted")
    return command


class TestAuthority:
    def test_it_is_made_once_and_its_key_is_sealed(self) -> None:
        first, second = load_authority(now=NOW), load_authority(now=NOW + timedelta(days=1))
        assert first.certificate == second.certificate
        assert first.key.private_numbers() == second.key.private_numbers()
        assert isinstance(first.key.curve, ec.SECP256R1)
        assert "PRIVATE" not in Authority.objects.get().sealed_key
        constraints = first.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert (constraints.value.ca, constraints.critical) == (True, True)

    def test_under_another_secret_its_root_can_be_told_and_nothing_is_signed(self, settings: Any) -> None:
        root = load_authority(now=NOW).pem
        settings.SECRET_KEY = "another one"
        assert load_authority(now=NOW).pem == root
        point = ChargePointFactory()
        assert ask(Socket(point), request_of(ec_key(), point.identity)) == "Rejected"
        assert refusal() == "the key of the authority cannot be opened"
        assert not IssuedCertificate.objects.exists()


class TestSigning:
    def test_the_certificate_is_for_this_key_and_name_and_only_to_log_in_with(self) -> None:
        point, key = ChargePointFactory(), ec_key()
        socket = Socket(point)
        assert ask(socket, request_of(key, point.identity, "Operator")) == "Accepted"
        row = IssuedCertificate.objects.get()
        made = x509.load_pem_x509_certificate(row.certificate.encode())
        made.verify_directly_issued_by(load_authority(now=NOW).certificate)
        assert made.public_key() == key.public_key()
        subject = {part.oid: part.value for part in made.subject}
        assert subject == {NameOID.COMMON_NAME: point.identity, NameOID.ORGANIZATION_NAME: "Operator"}
        usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
        assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
        assert made.not_valid_before_utc < NOW < made.not_valid_after_utc

    def test_it_is_sent_and_the_answer_is_kept(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        ask(socket, request_of(ec_key(), point.identity))
        claim = socket.expect()
        row = IssuedCertificate.objects.get()
        assert (claim.action, claim.payload) == ("CertificateSigned", {"certificateChain": row.certificate})
        assert row.state == "issued"
        socket.confirm(claim, {"status": "Accepted"})
        row.refresh_from_db()
        assert row.state == "accepted"

    @pytest.mark.parametrize(("status", "state"), [("Rejected", "refused"), (None, "issued")])
    def test_what_the_charge_point_did_not_take(self, status: str | None, state: str) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        ask(socket, request_of(ec_key(), point.identity))
        claim = socket.expect()
        if status:
            socket.confirm(claim, {"status": status})
        else:
            socket.ignore(claim)
        assert IssuedCertificate.objects.get().state == state

    def test_over_an_open_link_only_whom_somebody_asked_gets_one_and_only_one(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        assert ask(socket, request_of(ec_key(), point.identity), authenticated=False) == "Rejected"
        assert refusal() == "no credentials on this link, and nobody asked for a request"
        trigger(point, hours_ago=25)
        assert ask(socket, request_of(ec_key(), point.identity), authenticated=False) == "Rejected"
        trigger(point)
        assert ask(socket, request_of(ec_key(), point.identity), authenticated=False) == "Accepted"
        assert ask(socket, request_of(ec_key(), point.identity), authenticated=False) == "Rejected"
        assert IssuedCertificate.objects.count() == 1

    def test_asking_another_charge_point_opens_nothing(self) -> None:
        point = ChargePointFactory()
        trigger(ChargePointFactory())
        assert ask(Socket(point), request_of(ec_key(), point.identity), authenticated=False) == "Rejected"

    def test_the_serial_number_is_a_name_unless_it_is_somebody_elses_identity(self) -> None:
        point, other = ChargePointFactory(), ChargePointFactory()
        socket = Socket(point)
        ChargePointState.objects.filter(pk=point.pk).update(serial_number="SN-7")
        assert ask(socket, request_of(ec_key(), "SN-7")) == "Accepted"
        ChargePointState.objects.filter(pk=point.pk).update(serial_number=other.identity)
        assert ask(socket, request_of(ec_key(), other.identity)) == "Rejected"

    @pytest.mark.parametrize(
        ("told", "status"), [("Operator", "Accepted"), ("Another", "Rejected"), (None, "Accepted")]
    )
    def test_the_organisation_is_that_of_its_configuration(self, told: str | None, status: str) -> None:
        point = ChargePointFactory()
        if told:
            ConfigurationKey.objects.create(charge_point=point, key="CpoName", value=told, reported_at=NOW)
        assert ask(Socket(point), request_of(ec_key(), point.identity, "Operator")) == status

    def test_nobody_gets_certificates_without_end(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        told = [ask(socket, request_of(ec_key(), point.identity)) for _ in range(MAX_PER_HOUR + 1)]
        assert told == ["Accepted"] * MAX_PER_HOUR + ["Rejected"]
        assert refusal() == "too many certificates within an hour"
        assert ask(socket, request_of(ec_key(), point.identity), later=timedelta(hours=2)) == "Accepted"

    def test_refusals_are_kept_in_bounds(self) -> None:
        socket = Socket(ChargePointFactory())
        for _ in range(25):
            ask(socket, "nonsense")
        assert SigningRequest.objects.count() == 20


class TestRevoking:
    def test_it_is_done_once_with_an_entry_in_the_journal(self) -> None:
        point, other = ChargePointFactory(), ChargePointFactory()
        ask(Socket(point), request_of(ec_key(), point.identity))
        serial = IssuedCertificate.objects.get().serial_number
        with pytest.raises(NotFoundError):
            revoke_certificate(charge_point=other, serial_number=serial, now=NOW, actor=SYSTEM)
        revoke_certificate(charge_point=point, serial_number=serial, now=NOW, actor=SYSTEM)
        assert IssuedCertificate.objects.get().revoked_at == NOW
        assert AuditEntry.objects.filter(verb="revoke_certificate", object_key=point.identity).count() == 1
        with pytest.raises(NotFoundError):
            revoke_certificate(charge_point=point, serial_number=serial, now=NOW, actor=SYSTEM)
