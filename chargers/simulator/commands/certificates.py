"""Answers about certificates: its own, and roots (security whitepaper, A02, M03 to M05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from chargers.simulator.frames import Payload
from chargers.simulator.security_log import note_event, tell_event

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

MAX_ROOTS: Final = 4
ALGORITHMS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


class CertificateStore:
    """The keys and certificates of one charge point.

    `key` and `chain` are in use, `next_key` waits for its certificate; `roots` are in PEM with their use.
    """

    __slots__ = ("chain", "key", "next_key", "roots")

    def __init__(self) -> None:
        self.key: ec.EllipticCurvePrivateKey | None = None
        self.chain = ""
        self.next_key: ec.EllipticCurvePrivateKey | None = None
        self.roots: list[tuple[str, x509.Certificate]] = []


def request_certificate(cp: SimulatedChargePoint, numbers: Sequence[int] = ()) -> None:
    """Make a new key and ask for its certificate (A02.FR.02, A02.FR.03)."""
    del numbers
    cp.certificates.next_key = ec.generate_private_key(ec.SECP256R1())
    name = [x509.NameAttribute(NameOID.COMMON_NAME, cp.spec.identity)]
    if organisation := cp.configuration.text("CpoName"):
        name.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(name))
        .sign(cp.certificates.next_key, hashes.SHA256())
    )
    cp.post("SignCertificate", {"csr": csr.public_bytes(serialization.Encoding.PEM).decode()})


def certificate_signed(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Use a certificate that fits the key that waits, and is valid now (A02.FR.06, A02.FR.07)."""
    store = cp.certificates
    try:
        certificate = x509.load_pem_x509_certificates(payload["certificateChain"].encode())[0]
    except ValueError:
        certificate = None
    if certificate is None or store.next_key is None or not _fits(cp, certificate, store.next_key):
        tell_event(cp, "InvalidChargePointCertificate")
        return {"status": "Rejected"}
    store.key, store.chain, store.next_key = store.next_key, payload["certificateChain"], None
    note_event(cp, "ReconfigurationOfSecurityParameters", "new certificate")
    return {"status": "Accepted"}


def _fits(cp: SimulatedChargePoint, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bool:
    in_time = certificate.not_valid_before_utc <= cp.clock.now() <= certificate.not_valid_after_utc
    return in_time and certificate.public_key() == key.public_key()


def install_certificate(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Keep a root, if it can be read and there is room (M05.FR.03, M05.FR.06)."""
    roots = cp.certificates.roots
    try:
        certificate = x509.load_pem_x509_certificate(payload["certificate"].encode())
    except ValueError:
        return {"status": "Rejected"}
    entry = (str(payload["certificateType"]), certificate)
    if entry not in roots:
        if len(roots) >= MAX_ROOTS:
            return {"status": "Failed"}
        roots.append(entry)
        note_event(cp, "ReconfigurationOfSecurityParameters", "root installed")
    return {"status": "Accepted"}


def get_installed_certificate_ids(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """List the roots of a use (M03)."""
    wanted = [root for use, root in cp.certificates.roots if use == payload["certificateType"]]
    if not wanted:
        return {"status": "NotFound"}
    return {"status": "Accepted", "certificateHashData": [hash_data(root, "SHA256") for root in wanted]}


def delete_certificate(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Delete a root (M04)."""
    told = payload["certificateHashData"]
    roots = cp.certificates.roots
    meant = [entry for entry in roots if _is_named(entry[1], told)]
    if not meant:
        return {"status": "NotFound"}
    roots.remove(meant[0])
    note_event(cp, "ReconfigurationOfSecurityParameters", "root deleted")
    return {"status": "Accepted"}


def hash_data(root: x509.Certificate, algorithm: str) -> dict[str, str]:
    """Return what names a root in messages (§6.1)."""
    asked = ocsp.OCSPRequestBuilder().add_certificate(root, root, ALGORITHMS[algorithm]()).build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": asked.issuer_name_hash.hex(),
        "issuerKeyHash": asked.issuer_key_hash.hex(),
        "serialNumber": f"{root.serial_number:X}",
    }


def _is_named(root: x509.Certificate, told: Payload) -> bool:
    ours = hash_data(root, told["hashAlgorithm"])
    return all(ours[name].lower() == str(told[name]).lower() for name in ours)
