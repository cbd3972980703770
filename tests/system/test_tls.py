"""Security profiles 2 and 3 over real TLS: evkit's own listener, and a proxy in front (whitepaper §2.4)."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import stat
import urllib.error
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.compliance.test_certificates import hash_data
from tests.conftest import run_server
from tests.support.certificates import ec_key, issued_by, key_text, request_of, self_signed
from tests.support.handshake import Handshake, shake
from tests.support.server import OCPP_16, Server, free_port

pytestmark = pytest.mark.timeout(120)
PASSWORD = "0123456789abcdef"
POINT = """  - {{identity: {name}, site: depot, security_profile: {profile}, password: "{password}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
"""
SITE = """
sites:
  - {code: depot, name: {fr: D, en: D}, timezone: Europe/Paris}
charge_points:
"""
NAMES = {
    "OPEN": 0, "BASIC": 1, "TLS": 2, "CERT": 3, "OTHER": 3, "REVOKED": 3, "HELD": 3, "RISING": 1, "STALE": 3,
    "PROXIED": 3, "PROXIED_TLS": 2, "TWICE": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """A key with its certificate, in files as TLS libraries want them."""

    certificate: str
    file: Path

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate)


@dataclass(frozen=True)
class Place:
    """A server with TLS, what its clients trust, and where they keep their keys."""

    server: Server
    folder: Path
    root: str
    token: str

    def trust(self, identity: Identity | None = None) -> ssl.SSLContext:
        """A client's context that trusts this server only, and shows its own certificate."""
        context = ssl.create_default_context(cadata=self.root)
        if identity:
            context.load_cert_chain(identity.file)
        return context

    def identity(self, name: str, *, key: ec.EllipticCurvePrivateKey, certificate: str) -> Identity:
        file = self.folder / f"{name}.pem"
        file.write_text(key_text(key) + certificate, encoding="utf-8")
        return Identity(certificate, file)

    def issued(self, name: str) -> Identity:
        """Have a certificate signed as a charge point on an authenticated link does."""
        key = ec_key()
        csr = json.dumps(request_of(key, name))
        printed = self.server.shell(
            "from chargers.models import ChargePoint, IssuedCertificate\n"
            "from chargers.ocpp.handling import Batch\n"
            "from chargers.services.issuing import sign_for\n"
            "from django.db import transaction\n"
            "from evkit.core.clock import utc_now\n"
            f"point = ChargePoint.objects.get(identity='{name}')\n"
            "with transaction.atomic():\n"
            f"    row = sign_for(charge_point_id=point.pk, csr={csr}, authenticated=True, now=utc_now(),"
            " batch=Batch(utc_now()))\n"
            "print(row.certificate)"
        )
        return self.identity(name, key=key, certificate=printed.strip() + "\n")

    def connect(
        self,
        name: str,
        *,
        tls: Identity | bool = True,
        password: str = "",
        headers: dict[str, str] | None = None,
    ) -> ClientConnection:
        """Open a WebSocket as a charge point."""
        extra = dict(headers or {})
        if password:
            extra["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        secured = self.trust(tls if isinstance(tls, Identity) else None) if tls else None
        base = self.server.secure_ocpp_url if tls else self.server.ocpp_url
        return connect(
            base + name,
            subprotocols=[OCPP_16],
            additional_headers=extra,
            ssl=secured,
            proxy=None,
            open_timeout=20,
        )

    def status(
        self, name: str, *, tls: Identity | bool = True, password: str = "", **more: dict[str, str]
    ) -> int:
        """Return the HTTP status of a handshake; 101 with a Heartbeat answered."""
        try:
            with self.connect(name, tls=tls, password=password, **more) as link:
                heartbeat(link)
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    def profile(self, name: str) -> int:
        found: int = self.server.get(f"charge-points/{name}", self.token)["security_profile"]
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tls")
    site = folder / "site.yaml"
    points = "".join(
        POINT.format(name=name, profile=profile, password=PASSWORD)
        if profile in {1, 2}
        else POINT.format(name=name, profile=profile, password=PASSWORD).replace(
            f' password: "{PASSWORD}",', ""
        )
        for name, profile in NAMES.items()
    )
    site.write_text(SITE + points, encoding="utf-8")
    server = Server(
        data_dir=folder,
        tls_port=free_port(),
        extra_environment={
            "EVKIT_TRUSTED_PROXIES": "127.0.0.1",
            "EVKIT_CLIENT_CERTIFICATE_HEADER": "X-Client-Cert",
        },
    )
    for running in run_server(server, site):
        printed = running.manage("create_api_token", "tls", "--role", "administrator")
        token = next(word for word in printed.split() if word.startswith("evkit_"))
        yield Place(running, folder, running.get("authority", token)["certificate"], token)


class TestListener:
    def test_its_certificate_is_of_the_own_authority_and_its_key_for_the_owner_only(
        self, place: Place
    ) -> None:
        key = place.folder / "tls" / "server.pem"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        plain = socket.create_connection(("127.0.0.1", place.server.tls_port), timeout=20)
        with place.trust().wrap_socket(plain, server_hostname="localhost") as secured:
            assert secured.version() == "TLSv1.3"
            der = secured.getpeercert(binary_form=True)
        assert der is not None
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(place.root.encode()))

    @pytest.mark.parametrize(("version", "works"), [("TLSv1_1", False), ("TLSv1_2", True)])
    def test_nothing_below_tls_1_2_is_spoken(self, place: Place, version: str, works: bool) -> None:
        context = place.trust()
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[version]
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", place.server.tls_port), timeout=20) as plain:
            if works:
                with context.wrap_socket(plain, server_hostname="localhost") as secured:
                    assert secured.cipher() is not None
            else:
                with pytest.raises(ssl.SSLError):
                    context.wrap_socket(plain, server_hostname="localhost")

    def test_the_plain_listener_is_still_there(self, place: Place) -> None:
        assert place.status("OPEN", tls=False) == 101


class TestProfile2:
    def test_tls_and_the_password_open_it_and_nothing_less(self, place: Place) -> None:
        assert place.status("TLS", password=PASSWORD) == 101
        assert place.status("TLS", password="wrong-password-1") == 401
        assert place.status("TLS") == 401
        assert place.status("TLS", tls=False, password=PASSWORD) == 403

    def test_more_than_is_asked_for_is_welcome(self, place: Place) -> None:
        assert place.status("OPEN") == 101
        assert place.status("BASIC", password=PASSWORD) == 101


class TestProfile3:
    def test_its_own_certificate_opens_it(self, place: Place) -> None:
        assert place.status("CERT", tls=place.issued("CERT")) == 101

    def test_without_one_the_password_does_not_help(self, place: Place) -> None:
        assert place.status("CERT", password=PASSWORD) == 401
        assert place.status("CERT", tls=False) == 403

    def test_that_of_another_charge_point_does_not_open_it(self, place: Place) -> None:
        assert place.status("CERT", tls=place.issued("OTHER")) == 401

    def test_a_revoked_one_opens_nothing_any_more(self, place: Place) -> None:
        identity = place.issued("REVOKED")
        assert place.status("REVOKED", tls=identity) == 101
        revoke(place, "REVOKED", identity)
        assert place.status("REVOKED", tls=identity) == 401

    def test_one_that_has_expired_is_turned_away_in_the_tls_handshake_or_after(self, place: Place) -> None:
        identity = place.issued("STALE")
        place.server.shell(
            "from chargers.models import IssuedCertificate\n"
            "from datetime import timedelta; from evkit.core.clock import utc_now\n"
            "IssuedCertificate.objects.filter(charge_point__identity='STALE').update("
            "not_after=utc_now() - timedelta(days=1))"
        )
        assert place.status("STALE", tls=identity) == 401

    def test_that_of_another_authority_ends_the_tls_handshake(self, place: Place) -> None:
        issuer_key, key = ec_key(), ec_key()
        issuer = self_signed(issuer_key, "evkit root")
        forged = place.identity("forged", key=key, certificate=issued_by(issuer_key, issuer, key, "CERT"))
        with pytest.raises((OSError, InvalidMessage, ConnectionClosed)):
            place.status("CERT", tls=forged)
        itself = place.identity("itself", key=key, certificate=self_signed(key, "CERT"))
        with pytest.raises((OSError, InvalidMessage, ConnectionClosed)):
            place.status("CERT", tls=itself)


def revoke(place: Place, name: str, identity: Identity) -> None:
    serial = f"{x509.load_pem_x509_certificate(identity.certificate.encode()).serial_number:x}"
    path = f"charge-points/{name}/certificates/{serial}/revoke"
    assert place.server.request("POST", path, place.token, {})["revoked_at"] is not None


class TestProxy:
    """The proxy ends TLS and tells the certificate; this machine is trusted as one."""

    def test_a_certificate_that_the_proxy_tells_counts_on_an_encrypted_link_only(self, place: Place) -> None:
        identity = place.issued("PROXIED")
        escaped = urllib.parse.quote(identity.certificate)
        rfc9440 = f":{base64.b64encode(identity.der).decode()}:"
        for told in (escaped, rfc9440, rfc9440.strip(":")):
            headers = {"X-Forwarded-Proto": "https", "X-Client-Cert": told}
            assert place.status("PROXIED", tls=False, headers=headers) == 101
        assert place.status("PROXIED", tls=False, headers={"X-Client-Cert": escaped}) == 403
        assert place.status("PROXIED", tls=False, headers={"X-Forwarded-Proto": "https"}) == 401
        nonsense = {"X-Forwarded-Proto": "https", "X-Client-Cert": "nonsense"}
        assert place.status("PROXIED", tls=False, headers=nonsense) == 401

    def test_a_certificate_that_is_told_twice_counts_for_nothing(self, place: Place) -> None:
        told = urllib.parse.quote(place.issued("TWICE").certificate)
        lines = {"X-Forwarded-Proto": "https", "X-Client-Cert": told, "x-client-cert": "proxy"}
        handshake = Handshake("/ocpp/TWICE", extra=lines)
        assert shake(place.server.port, handshake).status == 401

    def test_the_last_word_on_the_way_is_the_proxys(self, place: Place) -> None:
        """Proxies that add a header leave the one that the client made up before it."""
        forged = {"X-Forwarded-Proto": "https", "x-forwarded-proto": "http"}
        authorization = f"PROXIED_TLS:{PASSWORD}".encode()
        handshake = Handshake("/ocpp/PROXIED_TLS", authorization=authorization, extra=forged)
        assert shake(place.server.port, handshake).status == 403
        forged = {"X-Forwarded-For": "203.0.113.7", "x-forwarded-for": "198.51.100.9"}
        assert shake(place.server.port, Handshake("/ocpp/OPEN", extra=forged)).status == 101
        told = place.server.shell(
            "from chargers.models import Connection\n"
            "print(Connection.objects.filter(charge_point__identity='OPEN').latest('opened_at').address)"
        )
        assert told.strip() == "198.51.100.9"

    def test_the_password_counts_behind_a_proxy_that_ends_tls(self, place: Place) -> None:
        headers = {"X-Forwarded-Proto": "wss"}
        assert place.status("PROXIED_TLS", tls=False, password=PASSWORD, headers=headers) == 101
        assert place.status("PROXIED_TLS", tls=False, password=PASSWORD) == 403


def test_nobody_but_a_trusted_proxy_tells_certificates(tmp_path: Path, depot_file: Path) -> None:
    environment = {"EVKIT_CLIENT_CERTIFICATE_HEADER": "X-Client-Cert"}
    for server in run_server(Server(data_dir=tmp_path, extra_environment=environment), depot_file):
        require_refused(server, tmp_path)


def test_no_proxy_tells_certificates_unless_that_was_set_up(tmp_path: Path, depot_file: Path) -> None:
    """A proxy that knows nothing of client certificates passes on what the client made up."""
    environment = {"EVKIT_TRUSTED_PROXIES": "127.0.0.1"}
    for server in run_server(Server(data_dir=tmp_path, extra_environment=environment), depot_file):
        require_refused(server, tmp_path, status=401)


def require_refused(server: Server, folder: Path, status: int = 403) -> None:
    """Check that a certificate in a header opens nothing."""
    server.shell("from chargers.models import ChargePoint; ChargePoint.objects.update(security_profile=3)")
    place = Place(server, folder, "", "")
    told = urllib.parse.quote(place.issued("CP_1").certificate)
    headers = {"X-Forwarded-Proto": "https", "X-Client-Cert": told}
    assert place.status("CP_1", tls=False, headers=headers) == status


class TestGivenFiles:
    def test_a_certificate_of_the_operators_own_is_used(self, tmp_path: Path, depot_file: Path) -> None:
        issuer_key, key = ec_key(), ec_key()
        root = self_signed(issuer_key, "Public root")
        certificate, key_file = tmp_path / "own.pem", tmp_path / "own.key"
        certificate.write_text(issued_by(issuer_key, root, key, "csms.example.com"), encoding="utf-8")
        key_file.write_text(key_text(key), encoding="utf-8")
        environment = {"EVKIT_TLS_CERTIFICATE": str(certificate), "EVKIT_TLS_KEY": str(key_file)}
        server = Server(data_dir=tmp_path, tls_port=free_port(), extra_environment=environment)
        for running in run_server(server, depot_file):
            context = ssl.create_default_context(cadata=root)
            context.check_hostname = False
            url = running.secure_ocpp_url + "CP_1"
            with connect(url, subprotocols=[OCPP_16], ssl=context, proxy=None, open_timeout=20) as link:
                heartbeat(link)
        assert not (tmp_path / "tls").exists()


AS_DECLARED = """
from chargers.models import ChargePoint, InstalledCertificate, IssuedCertificate
ChargePoint.objects.filter(identity="RISING").update(security_profile=1)
for certificates in InstalledCertificate, IssuedCertificate:
    certificates.objects.filter(charge_point__identity="RISING").delete()
"""
"""Forgets what an earlier try of the test has raised."""

RAISED = """
from history.models import AuditEntry
print(AuditEntry.objects.filter(verb="raise_security_profile", object_key="RISING").count())
"""


class TestRaising:
    def test_the_profile_rises_when_a_link_has_shown_it_and_never_falls(self, place: Place) -> None:
        """A05: from 1 to 2 to 3."""
        place.server.shell(AS_DECLARED)
        before = int(place.server.shell(RAISED))
        with place.connect("RISING", tls=False, password=PASSWORD) as link:
            boot(link)
            refused = raise_to(place, 2)
            assert refused["state"] == 422
            install_root(place, link)
            assert raise_over(place, link, 2) == "Accepted"
        assert place.profile("RISING") == 1
        assert place.status("RISING", tls=False, password=PASSWORD) == 101
        assert place.profile("RISING") == 1
        assert place.status("RISING", password=PASSWORD) == 101
        assert place.profile("RISING") == 2
        assert place.status("RISING", tls=False, password=PASSWORD) == 403
        with place.connect("RISING", password=PASSWORD) as link:
            boot(link)
            assert raise_to(place, 1)["state"] == 422
            assert raise_to(place, 3)["state"] == 422
            identity = sign(place, link)
            assert raise_over(place, link, 3) == "Accepted"
        assert place.status("RISING", tls=identity) == 101
        assert place.profile("RISING") == 3
        assert place.status("RISING", password=PASSWORD) == 401
        assert int(place.server.shell(RAISED)) - before == 2


def heartbeat(link: ClientConnection) -> None:
    link.send('[2,"hb","Heartbeat",{}]')
    assert json.loads(link.recv(20))[:2] == [3, "hb"]


def boot(link: ClientConnection) -> None:
    link.send('[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    assert json.loads(link.recv(20))[2]["status"] == "Accepted"


def answer(link: ClientConnection, action: str, payload: dict[str, object]) -> dict[str, object]:
    """Answer the next call, which must be `action`; return its payload."""
    frame = json.loads(link.recv(20))
    assert frame[:1] + frame[2:3] == [2, action], frame
    link.send(json.dumps([3, frame[1], payload]))
    told: dict[str, object] = frame[3]
    return told


def raise_to(place: Place, profile: int) -> dict[str, object]:
    """Ask for a profile; return the command, or the status of the refusal."""
    body = {"action": "ChangeConfiguration", "payload": {"key": "securityprofile", "value": str(profile)}}
    try:
        queued: dict[str, object] = place.server.request(
            "POST", "charge-points/RISING/commands", place.token, body
        )
    except urllib.error.HTTPError as refused:
        return {"state": refused.code}
    return queued


def raise_over(place: Place, link: ClientConnection, profile: int) -> str:
    """Ask for a profile, which the charge point accepts."""
    assert raise_to(place, profile)["state"] == "queued"
    assert answer(link, "ChangeConfiguration", {"status": "Accepted"})["value"] == str(profile)
    told = {"key": "SecurityProfile", "readonly": False, "value": str(profile)}
    answer(link, "GetConfiguration", {"configurationKey": [told]})
    heartbeat(link)
    return "Accepted"


def install_root(place: Place, link: ClientConnection) -> None:
    body = {"action": "InstallCertificate", "payload": {"certificateType": "CentralSystemRootCertificate"}}
    place.server.request("POST", "charge-points/RISING/commands", place.token, body)
    told = answer(link, "InstallCertificate", {"status": "Accepted"})
    assert told["certificate"] == place.root
    listed = {"status": "Accepted", "certificateHashData": [hash_data(place.root)]}
    answer(link, "GetInstalledCertificateIds", dict(listed))


def sign(place: Place, link: ClientConnection) -> Identity:
    key = ec_key()
    link.send(json.dumps([2, "csr", "SignCertificate", {"csr": request_of(key, "RISING")}]))
    assert json.loads(link.recv(20)) == [3, "csr", {"status": "Accepted"}]
    chain = str(answer(link, "CertificateSigned", {"status": "Accepted"})["certificateChain"])
    heartbeat(link)
    return place.identity("RISING", key=key, certificate=chain)


def test_a_revoked_certificate_ends_the_link_that_it_opened(place: Place) -> None:
    identity = place.issued("HELD")
    with place.connect("HELD", tls=identity) as link:
        heartbeat(link)
        revoke(place, "HELD", identity)
        with pytest.raises(Exception, match="1000"):
            link.recv(90)
