"""What is known of each protocol version: one entry per version, one line per message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from chargers.ocpp.deviations import DeviationLog
from chargers.ocpp.schema.errors import PayloadError
from chargers.ocpp.v16.messages import tables as v16
from chargers.ocpp.v16.messages.repeated import RepeatedMeterValues
from chargers.ocpp.v16.messages.review import REVIEWS as V16_REVIEWS

Structs = Mapping[str, type[msgspec.Struct]]
Defaults = Mapping[str, Mapping[str, object]]
Review = Callable[[Any, DeviationLog], None]


@dataclass(frozen=True, slots=True)
class Version:
    """Tables of one protocol version.

    Attributes:
        folder: of the official schemas in the `ocpp` package.
        requests, confirmations: struct by action.
        request_defaults, confirmation_defaults: by action and place, for missing required fields.
        outgoing: actions that a central system may send.
        reviews: by action, records what is legal but notable in a request.
        repeated: by action, a quick way for requests that differ in numbers only.
        aliases: misspelt enumeration values (in lower case) and what they mean.
        json_places: text fields that may hold JSON when an object was sent instead.
        decimal_places: text fields that hold decimal numbers.
    """

    folder: str
    requests: Structs
    confirmations: Structs
    request_defaults: Defaults
    confirmation_defaults: Defaults
    outgoing: frozenset[str]
    reviews: Mapping[str, Review]
    repeated: Mapping[str, type[RepeatedMeterValues]]
    aliases: Mapping[str, str]
    json_places: frozenset[str]
    decimal_places: frozenset[str]


VERSIONS: Final[Mapping[str, Version]] = MappingProxyType(
    {
        "1.6": Version(
            folder="v16",
            requests=v16.REQUESTS,
            confirmations=v16.CONFIRMATIONS,
            request_defaults=v16.REQUEST_DEFAULTS,
            confirmation_defaults=v16.CONFIRMATION_DEFAULTS,
            outgoing=v16.OUTGOING,
            reviews=V16_REVIEWS,
            repeated=MappingProxyType({"MeterValues": RepeatedMeterValues}),
            aliases=v16.ALIASES,
            json_places=frozenset({"data"}),
            decimal_places=v16.DECIMAL_PLACES,
        )
    }
)


def version_tables(version: str) -> Version:
    """Return the tables of a version ("1.6").

    Raises:
        PayloadError: evkit does not speak it.
    """
    tables = VERSIONS.get(version)
    if tables is None:
        raise PayloadError("NotImplemented", f"OCPP {version} is not spoken here.")
    return tables
