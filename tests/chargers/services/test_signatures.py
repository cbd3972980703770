"""Signatures of firmware are checked when a file is added (security whitepaper, L01)."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chargers.models import FirmwareFile
from chargers.services.files import add_firmware
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM
from tests.support.certificates import ec_key, rsa_key, self_signed, signature_of

pytestmark = pytest.mark.django_db
CONTENT = b"firmware" * 1000


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa_key()


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> None:
    settings.EVKIT_DATA_DIR = tmp_path


def add(certificate: str, signature: str, content: bytes = CONTENT) -> FirmwareFile:
    return add_firmware(
        chunks=[content], name="fw.bin", vendor="V", model="M", version="2", now=utc_now(), actor=SYSTEM,
        signing_certificate=certificate, signature=signature,
    )  # fmt: skip


def test_what_was_signed_with_the_key_is_taken(key: rsa.RSAPrivateKey) -> None:
    assert add(self_signed(key), signature_of(CONTENT, key)).signed


@pytest.mark.parametrize("content", [CONTENT + b"x", b"other"])
def test_what_was_not_is_refused_and_leaves_nothing(
    key: rsa.RSAPrivateKey, content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="not signed with the key") as caught:
        add(self_signed(key), signature_of(CONTENT, key), content)
    assert caught.value.field == "signature"
    assert not FirmwareFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_another_key_is_refused(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(InvalidInputError, match="not signed with the key"):
        add(self_signed(rsa_key()), signature_of(CONTENT, key))


def test_an_algorithm_that_only_the_charge_point_knows_is_left_to_it() -> None:
    assert add(self_signed(ec_key()), "c2ln").signed


@pytest.mark.parametrize(
    ("certificate", "signature", "field"),
    [
        ("", "c2ln", "signing_certificate"),
        ("CERTIFICATE", "", "signature"),
        ("CERTIFICATE", "no base64!", "signature"),
        ("CERTIFICATE", "QUFB" * 201, "signature"),
        ("no certificate", "c2ln", "signing_certificate"),
    ],
)
def test_halves_and_nonsense_are_refused(certificate: str, signature: str, field: str) -> None:
    given = self_signed(ec_key()) if certificate == "CERTIFICATE" else certificate
    with pytest.raises(InvalidInputError) as caught:
        add(given, signature)
    assert caught.value.field == field
    assert not FirmwareFile.objects.exists()
