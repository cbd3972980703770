"""The files of the TLS listener: kept, renewed in time, made anew where they no longer serve."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from django.core.exceptions import ImproperlyConfigured

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


@pytest.mark.parametrize("broken", ["server.pem", "server.key"])
def test_what_was_lost_or_broken_is_made_anew(tmp_path: Path, broken: str) -> None:
    now, settings = utc_now(), TlsSettings(tmp_path)
    TlsServer(settings, now=now)
    first = serial(tmp_path)
    if broken == "server.key":
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_text("nonsense", encoding="utf-8")
    TlsServer(settings, now=now)
    assert serial(tmp_path) != first


def test_given_files_that_do_not_fit_are_refused_with_their_names(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a.pem", tmp_path / "a.key"
    certificate.write_text(self_signed(ec_key()), encoding="utf-8")
    key.write_text(key_text(ec_key()), encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"a\.pem"):
        TlsServer(TlsSettings(tmp_path, certificate=certificate, key=key), now=utc_now())
