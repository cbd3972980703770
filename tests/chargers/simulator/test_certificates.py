"""The simulated charge point's certificates (security whitepaper, A02, M03 to M05)."""

from __future__ import annotations

from cryptography import x509

from chargers.services.certificate_hashes import hash_data_of
from tests.support.certificates import ec_key, issued_by, self_signed

ISSUER_KEY = ec_key()
ISSUER = self_signed(ISSUER_KEY, "Root")
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


async def requested(csms):
    await csms.ask("ExtendedTriggerMessage", "SignChargePointCertificate")
    await csms.until(lambda: bool(csms.of("SignCertificate")))
    return x509.load_pem_x509_csr(csms.of("SignCertificate")[-1]["csr"].encode())


class TestOwnCertificate:
    async def test_a_new_key_is_made_and_its_certificate_used(self, csms, connect):
        cp = await connect(configuration=(("CpoName", "Operator"),))
        request = await requested(csms)
        assert request.is_signature_valid
        assert request.subject.rfc4514_string() == "O=Operator,CN=CP_1"
        signed = issued_by(ISSUER_KEY, ISSUER, cp.certificates.next_key, "CP_1")
        assert (await csms.ask("CertificateSigned", signed)).status == "Accepted"
        assert cp.certificates.chain == signed
        assert cp.certificates.key.public_key() == request.public_key()

    async def test_one_for_another_key_is_refused_and_told(self, csms, connect):
        cp = await connect()
        await requested(csms)
        answer = await csms.ask("CertificateSigned", issued_by(ISSUER_KEY, ISSUER, ec_key(), "CP_1"))
        assert answer.status == "Rejected"
        await csms.until(lambda: bool(csms.of("SecurityEventNotification")))
        assert csms.of("SecurityEventNotification")[0]["type"] == "InvalidChargePointCertificate"
        assert cp.certificates.chain == ""


class TestRoots:
    async def test_they_are_installed_listed_and_deleted(self, csms, connect):
        await connect()
        assert (await csms.ask("GetInstalledCertificateIds", CENTRAL)).status == "NotFound"
        assert (await csms.ask("InstallCertificate", CENTRAL, ISSUER)).status == "Accepted"
        assert (await csms.ask("GetInstalledCertificateIds", MANUFACTURER)).status == "NotFound"
        listed = await csms.ask("GetInstalledCertificateIds", CENTRAL)
        (told,) = listed.certificate_hash_data
        expected = hash_data_of(x509.load_pem_x509_certificate(ISSUER.encode()))
        assert expected is not None
        assert (told["issuer_name_hash"], told["issuer_key_hash"]) == (
            expected.issuer_name,
            expected.issuer_key,
        )
        assert told["serial_number"].lower() == expected.serial
        assert (await csms.ask("DeleteCertificate", expected.to_payload())).status == "Accepted"
        assert (await csms.ask("DeleteCertificate", expected.to_payload())).status == "NotFound"

    async def test_what_is_no_certificate_is_rejected_and_there_is_room_for_four(self, csms, connect):
        await connect()
        assert (await csms.ask("InstallCertificate", CENTRAL, "nonsense")).status == "Rejected"
        roots = [self_signed(ec_key(), f"Root {number}") for number in range(5)]
        told = [(await csms.ask("InstallCertificate", CENTRAL, root)).status for root in roots]
        assert told == ["Accepted"] * 4 + ["Failed"]
        assert (await csms.ask("InstallCertificate", CENTRAL, roots[0])).status == "Accepted"
