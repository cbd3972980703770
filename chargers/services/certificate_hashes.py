"""What names a certificate in OCPP: the hashes of RFC 6960 (security whitepaper §6.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

ALGORITHMS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}
USUAL: Final = "SHA256"


@dataclass(frozen=True, slots=True)
class HashData:
    """Names a certificate: hexadecimal digits in lower case, the serial number without leading zeros."""

    algorithm: str
    issuer_name: str
    issuer_key: str
    serial: str

    def to_payload(self) -> dict[str, str]:
        """Return it as messages carry it."""
        return {
            "hashAlgorithm": self.algorithm,
            "issuerNameHash": self.issuer_name,
            "issuerKeyHash": self.issuer_key,
            "serialNumber": self.serial,
        }


def hash_data(algorithm: str, issuer_name: str, issuer_key: str, serial: str) -> HashData:
    """Return hash data as it is compared, however a charge point writes it."""
    return HashData(
        algorithm.strip().upper().replace("-", "")[:16],
        issuer_name.strip().lower()[:128],
        issuer_key.strip().lower()[:128],
        (serial.strip().lower().removeprefix("0x").lstrip("0") or "0")[:40],
    )


def hash_data_of(certificate: x509.Certificate, algorithm: str = USUAL) -> HashData | None:
    """Return what names a certificate that signed itself; None for another: its issuer's key is not here."""
    if certificate.issuer != certificate.subject:
        return None
    asked = (
        ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, ALGORITHMS[algorithm]()).build()
    )
    names = asked.issuer_name_hash.hex(), asked.issuer_key_hash.hex()
    return HashData(algorithm, *names, serial_text(certificate))


def serial_text(certificate: x509.Certificate) -> str:
    """Return the serial number as messages write it: hexadecimal, without leading zeros."""
    return f"{certificate.serial_number:x}"
