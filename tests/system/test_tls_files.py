"""The files of the TLS listener: kept, renewed in time, made anew where they no longer serve."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from chargers.services.authority import load_authority
from evkit.core.clock import utc_now
from evkit.tls import TlsServer, TlsSettings
from tests.support.certificates import ec_key, key_text, self_signed

pytestmark = pytest.mark.django_db


def serial(folder: Path) -> int:
    return x509.load_pem_x509_certificate((folder / "server.pem").read_bytes()).serial_number


def test_they_are_kept_until_they_are_due(tmp_path: Path) -> None:
    now, settings = utc_now(), TlsSettings(tmp_path, ("csms.example.com", "10.0.0.5"))
    server = TlsServer(settings, now=now)
    first = serial(tmp_path)
    TlsServer(settings, now=now + timedelta(days=1))
    server.renew(now=now + timedelta(days=50))
    assert serial(tmp_path) == first
    server.renew(now=now + timedelta(days=61))
    assert serial(tmp_path) != first


def test_another_name_needs_another_certificate(tmp_path: Path) -> None:
    now = utc_now()
    TlsServer(TlsSettings(tmp_path, ("one.example.com",)), now=now)
    first = serial(tmp_path)
    TlsServer(TlsSettings(tmp_path, ("two.example.com",)), now=now)
    assert serial(tmp_path) != first
    told = x509.load_pem_x509_certificate((tmp_path / "server.pem").read_bytes()).extensions
    names = told.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["two.example.com", "localhost"]


@pytest.mark.parametrize("broken", ["lost", "nonsense", "foreign key"])
def test_what_was_lost_or_broken_is_made_anew(tmp_path: Path, broken: str) -> None:
    now, settings, file = utc_now(), TlsSettings(tmp_path), tmp_path / "server.pem"
    TlsServer(settings, now=now)
    first = serial(tmp_path)
    if broken == "lost":
        file.unlink()
    elif broken == "nonsense":
        file.write_text("nonsense", encoding="utf-8")
    else:
        _own, _end, chain = file.read_text("utf-8").partition("-----END PRIVATE KEY-----\n")
        file.write_text(key_text(ec_key()) + chain, encoding="utf-8")
    TlsServer(settings, now=now)
    assert serial(tmp_path) != first


@pytest.mark.django_db(transaction=True)
def test_processes_that_make_it_at_the_same_time_do_not_spoil_it(tmp_path: Path) -> None:
    now, settings = utc_now(), TlsSettings(tmp_path)
    load_authority(now=now)

    def make(_number: int) -> TlsServer:
        try:
            return TlsServer(settings, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert len(list(crowd.map(make, range(40)))) == 40
    assert [file.name for file in tmp_path.iterdir()] == ["server.pem"]
    assert stat.S_IMODE((tmp_path / "server.pem").stat().st_mode) == 0o600


def test_given_files_that_do_not_fit_are_refused_with_their_names(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    certificate.write_text(self_signed(ec_key()), encoding="utf-8")
    key.write_text(key_text(ec_key()), encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"a\.pem"):
        TlsServer(TlsSettings(tmp_path, certificate=certificate, key=key), now=utc_now())
