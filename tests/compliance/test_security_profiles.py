"""Security profiles 1 to 3, and the password (TC_073, TC_085 to TC_087)."""

from __future__ import annotations

import base64
import secrets
import ssl
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.compliance.conftest import tag_of
from tests.compliance.csms import Csms
from tests.compliance.station import Station
from tests.support.certificates import ec_key, key_text, request_of

PASSWORD = "correct-horse-battery"


def basic(identity: str, password: str) -> dict[str, str]:
    """Return the headers of HTTP Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{identity}:{password}".encode()).decode()}


def declare(csms: Csms, *, profile: int, password: str = PASSWORD) -> None:
    """Let the charge point have this profile and password."""
    csms.server.shell(
        "from chargers.models import ChargePoint\n"
        "from chargers.services.passwords import store_password\n"
        f"row = ChargePoint.objects.get(identity='{csms.identity}')\n"
        f"ChargePoint.objects.filter(pk=row.pk).update(security_profile={profile})\n"
        f"store_password(row, '{password}')"
    )


def station_with(csms: Csms, *, password: str = "", tls: ssl.SSLContext | None = None) -> Station:
    """Return the charge point with these credentials, not connected."""
    url = csms.server.secure_ocpp_url if tls else csms.server.ocpp_url
    headers = basic(csms.identity, password) if password else None
    return Station(url, csms.identity, tag_of(csms.identity), tls=tls, headers=headers)


def is_served(station: Station) -> None:
    """The charge point connects and boots."""
    station.connect()
    assert station.boot()["status"] == "Accepted"
    station.disconnect()


def is_refused(station: Station, status: int) -> None:
    """The charge point does not get in."""
    with pytest.raises(InvalidStatus) as refused:
        station.connect()
    assert refused.value.response.status_code == status


def test_tc_073_csms_the_password_is_changed(csms: Csms) -> None:
    declare(csms, profile=1)
    station = station_with(csms, password=PASSWORD).connect()
    assert station.boot()["status"] == "Accepted"
    key = secrets.token_hex(20)
    command = csms.ask("ChangeConfiguration", {"key": "AuthorizationKey", "value": key})
    assert station.expect("ChangeConfiguration") == {"key": "AuthorizationKey", "value": key}
    csms.await_outcome(command, state="accepted")
    station.disconnect()
    is_served(station_with(csms, password=key))
    is_refused(station_with(csms, password=PASSWORD), 401)
    is_served(station_with(csms, password=key))


def test_tc_085_csms_basic_authentication(csms: Csms) -> None:
    declare(csms, profile=1)
    is_served(station_with(csms, password=PASSWORD))
    is_refused(station_with(csms, password="wrong-password-here"), 401)
    is_refused(station_with(csms), 401)


def test_tc_086_csms_the_server_shows_its_certificate(csms: Csms) -> None:
    declare(csms, profile=2)
    trusting = ssl.create_default_context(cadata=csms.authority())
    is_served(station_with(csms, password=PASSWORD, tls=trusting))
    is_refused(station_with(csms, password=PASSWORD), 403)
    with pytest.raises(ssl.SSLCertVerificationError):
        station_with(csms, password=PASSWORD, tls=ssl.create_default_context()).connect()


def test_tc_087_csms_the_charge_point_shows_its_certificate(csms: Csms, tmp_path: Path) -> None:
    declare(csms, profile=2)
    trusting = ssl.create_default_context(cadata=csms.authority())
    station = station_with(csms, password=PASSWORD, tls=trusting).connect()
    assert station.boot()["status"] == "Accepted"
    key = ec_key()
    assert station.call("SignCertificate", csr=request_of(key, csms.identity)) == {"status": "Accepted"}
    chain = station.expect("CertificateSigned")["certificateChain"]
    csms.await_certificates("issued", lambda rows: rows and rows[0]["state"] == "accepted")
    station.disconnect()
    declare(csms, profile=3)
    file = tmp_path / "station.pem"
    file.write_text(key_text(key) + chain, encoding="utf-8")
    proving = ssl.create_default_context(cadata=csms.authority())
    proving.load_cert_chain(file)
    is_served(station_with(csms, tls=proving))
    is_refused(station_with(csms, password=PASSWORD, tls=trusting), 401)
