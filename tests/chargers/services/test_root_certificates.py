"""Root certificates in charge points (security whitepaper, M03 to M05)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509

from chargers.models import ChargePoint, Command, InstalledCertificate
from chargers.services.certificate_hashes import HashData, hash_data, hash_data_of
from chargers.services.root_certificates import (
    LastRootError,
    delete_root,
    install_root,
    named,
    read_roots,
    require_not_last,
)
from chargers.types import CertificateUse
from evkit.core.errors import InvalidInputError
from tests.chargers.exchange import NOW, Socket
from tests.factories import ChargePointFactory
from tests.support.certificates import DAY, ec_key, issued_by, self_signed

pytestmark = pytest.mark.django_db
CENTRAL, MANUFACTURER = CertificateUse.CENTRAL_SYSTEM, CertificateUse.MANUFACTURER
KEY = ec_key()
GIVEN = """-----BEGIN CERTIFICATE-----
MIIBlTCCATqgAwIBAgIDD6GyMAoGCCqGSM49BAMCMCcxEDAOBgNVBAoMB0V4YW1w
bGUxEzARBgNVBAMMCkdpdmVuIHJvb3QwIBcNMjYxMTI3MDMyNjE3WhgPMjEyNjEx
MDMwMzI2MTdaMCcxEDAOBgNVBAoMB0V4YW1wbGUxEzARBgNVBAMMCkdpdmVuIHJv
b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQyotgmOJI11YFgBmeI0aUrg8sv
gLmFmwsEvN8eej73DPLEhYNMkWKtK9DTRDDVVPNxQlHmfbM+PDNwN9+Je5Gbo1Mw
UTAdBgNVHQ4EFgQU18eX4lDJY6SYUk74Aa07X7bYR9IwHwYDVR0jBBgwFoAU18eX
4lDJY6SYUk74Aa07X7bYR9IwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJ
ADBGAiEAvGrFuRFC8Q+GGvDhj/drMbEIOrAMqwYT5hGNzu3FiBoCIQDruG2EPWMW
fY6weuUyz3R9OQkwyXZ34TXhyVyGjvY0yQ==
-----END CERTIFICATE-----
"""
GIVEN_NAME = "71c82a6417a7cb9820dd310a4f2a4faef8914fd63c5e6d4b1868d296a68cc5e5"
GIVEN_KEY = "4c2c87049b5790e843eb2d16df770747dfe4c07f9490fc37a3edf1df4f17fe18"
GIVEN_SERIAL = "fa1b2"
ROOT, SECOND, THIRD = (self_signed(ec_key(), f"Root {number}", starts=NOW - DAY) for number in (1, 2, 3))


def names(pem: str, algorithm: str = "SHA256") -> HashData:
    found = hash_data_of(x509.load_pem_x509_certificate(pem.encode()), algorithm)
    assert found is not None
    return found


def install(socket: Socket, pem: str, use: CertificateUse = CENTRAL, status: str = "Accepted") -> Command:
    point = ChargePoint.objects.get(pk=socket.link.charge_point_id)
    command = install_root(charge_point=point, use=use, certificate=pem, now=NOW)
    claim = socket.expect()
    assert claim.payload == {"certificateType": use.value, "certificate": pem}
    socket.confirm(claim, {"status": status})
    return command


def answer_list(socket: Socket, *pems: str, algorithm: str = "SHA256") -> None:
    claim = socket.expect()
    assert claim.action == "GetInstalledCertificateIds"
    told = [names(pem, algorithm).to_payload() for pem in pems]
    socket.confirm(
        claim, {"status": "Accepted", "certificateHashData": told} if told else {"status": "NotFound"}
    )


def inventory(point: ChargePoint) -> list[tuple[str, str]]:
    rows = InstalledCertificate.objects.filter(charge_point=point)
    return sorted(rows.values_list("use", "subject"))


def have(point: ChargePoint, *pems: str) -> Socket:
    """Let a charge point have these roots of the central system."""
    socket = Socket(point)
    for number, pem in enumerate(pems, 1):
        install(socket, pem)
        answer_list(socket, *pems[:number])
    return socket


class TestHashes:
    def test_they_are_those_of_an_ocsp_client(self) -> None:
        """The values are those of `openssl ocsp -issuer GIVEN -sha256 -cert GIVEN -req_text`."""
        assert names(GIVEN) == HashData("SHA256", GIVEN_NAME, GIVEN_KEY, GIVEN_SERIAL)

    def test_spelling_does_not_matter(self) -> None:
        assert hash_data("sha-256", "AB", "cD", "0x00FF") == HashData("SHA256", "ab", "cd", "ff")


class TestInstalling:
    def test_what_was_accepted_is_known_at_once_and_read_back(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        command = install(socket, ROOT)
        assert inventory(point) == [(CENTRAL, "O=Example,CN=Root 1")]
        assert Command.objects.get(pk=command.pk).effect == "not_seen"
        answer_list(socket, ROOT)
        assert Command.objects.get(pk=command.pk).effect == "seen"
        assert InstalledCertificate.objects.get().certificate == ROOT

    def test_what_the_charge_point_does_not_list_is_forgotten_and_not_seen(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        command = install(socket, ROOT)
        answer_list(socket)
        assert inventory(point) == []
        assert Command.objects.get(pk=command.pk).effect == "not_seen"

    @pytest.mark.parametrize("status", ["Rejected", "Failed"])
    def test_what_was_refused_is_not_there(self, status: str) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        install(socket, ROOT, status=status)
        assert inventory(point) == []
        assert socket.claim() is None

    @pytest.mark.parametrize(
        ("pem", "problem"),
        [
            (self_signed(KEY, starts=datetime(2020, 1, 1, tzinfo=UTC)), "expired"),
            (issued_by(KEY, self_signed(KEY), ec_key(), "CP"), "authority"),
            ("nonsense", "X.509"),
        ],
    )
    def test_what_is_no_root_is_not_sent(self, pem: str, problem: str) -> None:
        with pytest.raises(InvalidInputError, match=problem):
            install_root(charge_point=ChargePointFactory(), use=CENTRAL, certificate=pem, now=NOW)
        assert not Command.objects.exists()


class TestReading:
    def test_a_list_under_another_algorithm_is_recognised(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        install(socket, ROOT)
        answer_list(socket, ROOT, algorithm="SHA512")
        row = InstalledCertificate.objects.get()
        assert (row.hash_algorithm, row.subject) == ("SHA512", "O=Example,CN=Root 1")
        assert named(row) == names(ROOT, "SHA512")

    def test_what_evkit_never_sent_is_known_by_its_hashes(self) -> None:
        point = ChargePointFactory()
        socket = Socket(point)
        read_roots(charge_point=point, use=MANUFACTURER, now=NOW)
        answer_list(socket, THIRD)
        row = InstalledCertificate.objects.get()
        assert (row.use, row.subject, row.certificate) == (MANUFACTURER, "", "")

    def test_the_other_use_is_left_alone(self) -> None:
        point = ChargePointFactory()
        socket = have(point, ROOT)
        read_roots(charge_point=point, use=MANUFACTURER, now=NOW)
        answer_list(socket)
        assert inventory(point) == [(CENTRAL, "O=Example,CN=Root 1")]


def delete(point: ChargePoint, pem: str) -> Command:
    point.refresh_from_db()
    rows = InstalledCertificate.objects.filter(charge_point=point).select_related("charge_point")
    return delete_root(installed=next(row for row in rows if row.certificate == pem), now=NOW)


class TestDeleting:
    def test_it_is_forgotten_when_the_answer_arrives(self) -> None:
        point = ChargePointFactory(security_profile=2)
        socket = have(point, ROOT, SECOND)
        command = delete(point, ROOT)
        claim = socket.expect()
        assert claim.payload == {"certificateHashData": names(ROOT).to_payload()}
        assert len(inventory(point)) == 2
        socket.confirm(claim, {"status": "Accepted"})
        assert inventory(point) == [(CENTRAL, "O=Example,CN=Root 2")]
        answer_list(socket, SECOND)
        assert Command.objects.get(pk=command.pk).effect == "seen"

    def test_one_that_is_not_found_is_forgotten_too_and_one_that_failed_is_not(self) -> None:
        point = ChargePointFactory()
        socket = have(point, ROOT, SECOND)
        delete(point, ROOT)
        socket.confirm(socket.expect(), {"status": "NotFound"})
        delete(point, SECOND)
        socket.confirm(socket.expect(), {"status": "Failed"})
        assert inventory(point) == [(CENTRAL, "O=Example,CN=Root 2")]

    @pytest.mark.parametrize("profile", [2, 3])
    def test_the_last_one_of_the_central_system_is_not_deleted(self, profile: int) -> None:
        point = ChargePointFactory(security_profile=profile)
        have(point, ROOT)
        with pytest.raises(LastRootError):
            delete(point, ROOT)

    def test_below_tls_nothing_hangs_on_it(self) -> None:
        point = ChargePointFactory(security_profile=1)
        have(point, ROOT)
        assert delete(point, ROOT).action == "DeleteCertificate"

    def test_two_deletions_in_a_row_leave_one(self) -> None:
        point = ChargePointFactory(security_profile=2)
        socket = have(point, ROOT, SECOND)
        delete(point, ROOT)
        second = delete(point, SECOND)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        claim = socket.expect()
        assert claim.action == "GetInstalledCertificateIds"
        row = Command.objects.get(pk=second.pk)
        assert (row.state, "last root" in row.error) == ("failed", True)

    def test_one_whose_deletion_was_not_answered_does_not_count(self) -> None:
        point = ChargePointFactory(security_profile=2)
        socket = have(point, ROOT, SECOND)
        delete(point, ROOT)
        socket.ignore(socket.expect())
        with pytest.raises(LastRootError):
            delete(point, SECOND)
        answer_list(socket, ROOT, SECOND)
        assert delete(point, SECOND).action == "DeleteCertificate"

    def test_a_root_of_the_manufacturer_may_go(self) -> None:
        point = ChargePointFactory(security_profile=3)
        socket = have(point, ROOT)
        install(socket, THIRD, MANUFACTURER)
        assert delete(point, THIRD).action == "DeleteCertificate"

    def test_what_evkit_does_not_know_may_be_any(self) -> None:
        point = ChargePointFactory(security_profile=2)
        have(point, ROOT)
        for pem, algorithm in ((THIRD, "SHA256"), (ROOT, "SHA384")):
            with pytest.raises(LastRootError):
                require_not_last(point, names(pem, algorithm))
