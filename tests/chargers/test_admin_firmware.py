from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chargers.models import FirmwareFile
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.services.users import create_user
from sites.types import Role
from tests.support.certificates import rsa_key, self_signed, signature_of

pytestmark = pytest.mark.django_db
ADD = "admin:chargers_firmwarefile_add"
CONTENT = b"firmware" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(create_user(username="root", role=Role.ADMINISTRATOR, actor=SYSTEM))
    return client


def add(client: Client, content: bytes = CONTENT, **more: str):
    file = SimpleUploadedFile("fw 2.bin", content)
    values = {"file": file, "vendor": "V", "model": "M", "version": "2", "expected": "", **more}
    return client.post(reverse(ADD), values)


def test_a_file_is_added_with_its_digest_and_an_audit_entry(root: Client) -> None:
    assert add(root, expected=DIGEST.upper()).status_code == 302
    file = FirmwareFile.objects.get()
    assert (file.name, file.size, file.sha256, file.added_by) == ("fw_2.bin", 8000, DIGEST, "root")
    assert file.path.read_bytes() == CONTENT
    entry = AuditEntry.objects.get(object_type="firmware")
    assert (entry.verb, entry.object_key, entry.user_name) == ("add", "V M 2", "root")
    page = root.get(reverse("admin:chargers_firmwarefile_change", args=[file.pk]))
    assert DIGEST in page.content.decode()


@pytest.mark.parametrize(
    ("content", "expected", "text"),
    [(CONTENT, "ab", "another SHA-256"), (b"", "", "empty")],
)
def test_a_file_that_is_not_what_was_meant_is_refused(
    root: Client, content: bytes, expected: str, text: str
) -> None:
    response = add(root, content, expected=expected)
    assert response.status_code == 200
    assert text in response.content.decode()
    assert not FirmwareFile.objects.exists()


def test_the_same_file_is_kept_once(root: Client) -> None:
    add(root)
    assert "in the library already" in add(root, version="3").content.decode()
    assert FirmwareFile.objects.count() == 1


def test_a_removed_file_is_gone_from_the_disk(root: Client, django_capture_on_commit_callbacks) -> None:
    add(root)
    file = FirmwareFile.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        root.post(reverse("admin:chargers_firmwarefile_delete", args=[file.pk]), {"post": "yes"})
    assert not FirmwareFile.objects.exists()
    assert not file.path.exists()
    assert AuditEntry.objects.filter(object_type="firmware", verb="remove").count() == 1


def test_an_operator_may_not_add_firmware(client: Client) -> None:
    client.force_login(create_user(username="op", role=Role.OPERATOR, actor=SYSTEM))
    assert add(client).status_code == 302
    assert not FirmwareFile.objects.exists()


def test_a_signature_is_checked_and_kept(root: Client) -> None:
    key = rsa_key()
    signature = signature_of(CONTENT, key)
    signed = {"signing_certificate": self_signed(key), "signature": f" {signature[:40]}\n{signature[40:]} "}
    assert "not signed with the key" in add(root, content=CONTENT + b"x", **signed).content.decode()
    assert not FirmwareFile.objects.exists()
    assert add(root, content=CONTENT, **signed).status_code == 302
    file = FirmwareFile.objects.get()
    assert (file.signature, file.signed) == (signature, True)
    page = root.get(reverse("admin:chargers_firmwarefile_change", args=[file.pk]))
    assert signature[:20] in page.content.decode()
