"""Certificates of charge points and the roots in them (TC_074 to TC_076)."""

from __future__ import annotations

from cryptography import x509

from chargers.services.certificate_hashes import hash_data_of
from tests.compliance.csms import Csms
from tests.compliance.station import Station
from tests.support.certificates import ec_key, request_of, self_signed

CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
ROOT = self_signed(ec_key(), "Root of the manufacturer")


def hash_data(pem: str) -> dict[str, str]:
    """Return what names a certificate, as a charge point tells it."""
    found = hash_data_of(x509.load_pem_x509_certificate(pem.encode()))
    assert found is not None
    told = found.to_payload()
    return told | {"serialNumber": told["serialNumber"].upper()}


def test_tc_074_csms_a_new_certificate_is_asked_for_and_given(station: Station, csms: Csms) -> None:
    command = csms.ask("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
    assert station.expect("ExtendedTriggerMessage") == {"requestedMessage": "SignChargePointCertificate"}
    csms.await_outcome(command, state="accepted")
    key = ec_key()
    assert station.call("SignCertificate", csr=request_of(key, station.identity)) == {"status": "Accepted"}
    signed = station.expect("CertificateSigned")["certificateChain"]
    certificate = x509.load_pem_x509_certificate(signed.encode())
    assert certificate.public_key() == key.public_key()
    authority = x509.load_pem_x509_certificate(csms.authority().encode())
    certificate.verify_directly_issued_by(authority)
    (row,) = csms.await_certificates("issued", lambda rows: rows and rows[0]["state"] == "accepted")
    assert (row["common_name"], row["certificate"]) == (station.identity, signed)
    assert station.call("SignCertificate", csr=request_of(ec_key(), "another")) == {"status": "Rejected"}


def install(station: Station, csms: Csms, use: str, pem: str) -> None:
    """An operator has a root installed; the central system reads back which are there."""
    command = csms.ask("InstallCertificate", {"certificateType": use, "certificate": pem})
    assert station.expect("InstallCertificate") == {"certificateType": use, "certificate": pem}
    answer = {"status": "Accepted", "certificateHashData": [hash_data(pem)]}
    assert station.expect("GetInstalledCertificateIds", answer) == {"certificateType": use}
    csms.await_outcome(command, state="accepted", effect="seen")
    installed = csms.certificates()["installed"]
    assert [(row["use"], row["certificate"]) for row in installed] == [(use, pem)]


def test_tc_075_1_csms_a_root_of_the_manufacturer_is_installed(station: Station, csms: Csms) -> None:
    install(station, csms, MANUFACTURER, ROOT)


def test_tc_075_2_csms_a_root_of_the_central_system_is_installed(station: Station, csms: Csms) -> None:
    install(station, csms, CENTRAL, csms.authority())


def test_tc_076_csms_a_certificate_is_deleted(station: Station, csms: Csms) -> None:
    install(station, csms, MANUFACTURER, ROOT)
    (row,) = csms.certificates()["installed"]
    command = csms.ask("DeleteCertificate", {"certificateHashData": row["hash_data"]})
    asked = station.expect("DeleteCertificate", {"status": "Accepted"})["certificateHashData"]
    assert {name: value.lower() for name, value in asked.items()} == {
        name: value.lower() for name, value in hash_data(ROOT).items()
    }
    listed = station.expect("GetInstalledCertificateIds", {"status": "NotFound"})
    assert listed == {"certificateType": MANUFACTURER}
    csms.await_outcome(command, state="accepted", effect="seen")
    assert csms.certificates()["installed"] == []
