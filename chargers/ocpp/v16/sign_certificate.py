from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.handling import Batch, InboundCall, Payload, Route
from chargers.services.issuing import sign_for

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import SignCertificateReq

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Sign a request that may be signed; CertificateSigned follows (whitepaper, A02.FR.11, FR.12)."""
    message: SignCertificateReq = call.message
    issued = sign_for(
        charge_point_id=call.link.charge_point_id,
        csr=message.csr,
        authenticated=call.link.authenticated,
        now=call.received_at,
        batch=batch,
    )
    return ACCEPTED if issued else REJECTED


ROUTE = Route(handle=handle)
