"""Why a payload is refused, whichever way it goes."""

from __future__ import annotations

from evkit.core.errors import EvkitError


class PayloadError(EvkitError):
    """An incoming payload that no tolerance helps.

    Attributes:
        code: OCPP-J error code in the spelling of 1.6 (OCPP-J 1.6 table 7); sessions of later
            versions respell it.
        description: for the charge point's maker, in English, without content.
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description, code=code)
        self.description = description


class InvalidPayload(EvkitError):  # noqa: N818 - named after what the user sees
    """An outgoing payload that does not conform to the official schema.

    Attributes:
        field: where, as a dotted path ("csChargingProfiles.stackLevel"); "" for the whole.
    """

    code = "invalid_payload"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)
