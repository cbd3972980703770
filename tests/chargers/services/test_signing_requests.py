"""What is checked before a certificate is signed (security whitepaper §2.6.1, A02)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from chargers.services.signing_requests import UnusableRequestError, read_request
from tests.support.certificates import ec_key, name_of, request_of, rsa_key

NAMES = ["CP_1", "SN-7"]
SHA1_REQUEST = """-----BEGIN CERTIFICATE REQUEST-----
MIICVDCCATwCAQAwDzENMAsGA1UEAwwEQ1BfMTCCASIwDQYJKoZIhvcNAQEBBQAD
ggEPADCCAQoCggEBAJg/ZKj07hWS+Cc59O8cFCjKoEE9X/nlvBxHWCEpMDhzWUMR
SSF8NZM/pO7OU1xfGiaVpnE6pzL5XyjfRqtBkI1nGAZGahUBsLJ9+91Qcb9YN6Yh
PjuJ2q3rNFoOHSe525SRjkC54u93qmmnrfCtIC588CTS+Kg4n7eQCe7YDsjNYwk2
BCMvtM5g/KIlaUus0350MQF+783iwM6N8xKewrEAJQPn/oeo4dJeunfKoYfMkEXS
wVyDZQWIWSrTUe2DDQG8MS3ZEnyKjmylOXwQ3VyoM7+y7ylhxLKafrSAnjFcYemT
1bVdHX2QOqFIb7wY1lUoXAHLLZYFTX5Lft306IsCAwEAAaAAMA0GCSqGSIb3DQEB
BQUAA4IBAQAj6vguBmakStI6jeeg9tCN8MASD4fGcIbQNLaJNqeZF0XEtY9TBpKk
SyDag7B98rCNWC2JuOovC0jbAWa3aix6m7/hz7S+Eru8ccmOC/nlR5ig3M6vchpP
kNO2JlAOXB7kY2GodNL0k23sXnb15jTaDs6J4ET8G54ZWw3BMBf0fQjCI5RrZARK
NXN7/d3+LBjrw09MWGZ0bwcU+yIMiLBAy7/oBX6IdGEXGOIXW+VUuzRuc164RGVZ
8xnhrkPyTg5qKQxV2KgMO6pCvJK/RHOrTE/f1Jku0qLlCfVUNkWCmbwxpFPhN6wd
qVCi20aj+dPLwyTETbcY5B42+4dQVw6/
-----END CERTIFICATE REQUEST-----
"""


def cause(text: str, organisation: str = "") -> str:
    with pytest.raises(UnusableRequestError) as caught:
        read_request(text, names=NAMES, organisation=organisation)
    return str(caught.value)


@pytest.mark.parametrize("key", [ec_key(), ec_key(ec.SECP384R1()), rsa_key(2048)])
@pytest.mark.parametrize("name", NAMES)
def test_a_good_request_says_who_asks_and_for_which_key(key: Any, name: str) -> None:
    wish = read_request(request_of(key, name, "Operator"), names=NAMES, organisation="Operator")
    assert (wish.common_name, wish.organisation) == (name, "Operator")
    assert wish.key == key.public_key()


@pytest.mark.parametrize("key", [rsa_key(1024), ec_key(ec.SECP192R1())])
def test_a_weak_key_is_refused(key: Any) -> None:
    assert cause(request_of(key, "CP_1")) == "the key is too weak, or of a kind that is not allowed"


def test_a_key_of_another_kind_is_refused() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of("CP_1"))
    made = builder.sign(ed25519.Ed25519PrivateKey.generate(), None)
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    assert cause(text) == "the request is signed with a weak hash"


@pytest.mark.parametrize("name", ["CP_2", "cp_1", "", "CP_1 "])
def test_another_name_is_refused(name: str) -> None:
    assert cause(request_of(ec_key(), name)) == "the common name is not that of the charge point"


@pytest.mark.parametrize("organisation", ["", "Somebody"])
def test_another_organisation_is_refused_where_one_is_expected(organisation: str) -> None:
    assert cause(request_of(ec_key(), "CP_1", organisation), "Operator") == "the organisation is another one"


def test_a_request_that_was_changed_is_refused() -> None:
    text = request_of(ec_key(), "CP_1")
    lines = text.splitlines()
    der = bytearray(base64.b64decode("".join(lines[1:-1])))
    place = der.index(b"CP_1")
    der[place : place + 4] = b"CP_9"
    changed = "\n".join([lines[0], base64.b64encode(der).decode(), lines[-1]])
    assert cause(changed) == "the request is not signed with its own key"


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN CERTIFICATE REQUEST-----", "é" * 3000, "A" * 6000])
def test_what_is_no_request_is_refused(text: str) -> None:
    expected = "the request is too long" if len(text) > 5500 else "not a certificate signing request in PEM"
    assert cause(text) == expected


def test_a_weak_hash_is_refused() -> None:
    """Made with `openssl req -new -newkey rsa:2048 -sha1`: the library makes no such request any more."""
    assert cause(SHA1_REQUEST) == "the request is signed with a weak hash"
