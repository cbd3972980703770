"""Rows for tests: `ChargePointFactory(site=..., evses=2)`, `TransactionFactory(evse=...)`."""

from __future__ import annotations

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from charging.models import IdToken, Transaction, Vehicle
from charging.models.id_token import token_key
from sites.models import Site

EARLY = datetime(2026, 1, 10, 10, 0, tzinfo=UTC)


class SiteFactory(DjangoModelFactory):
    """A depot of 200 kW."""

    code = factory.Sequence(lambda n: f"depot-{n}")
    name_en = factory.LazyAttribute(lambda site: f"Depot {site.code}")
    name_fr = factory.LazyAttribute(lambda site: f"Dépôt {site.code}")
    limit_value = 200_000.0

    class Meta:
        model = Site


class ChargePointFactory(DjangoModelFactory):
    """A declared charge point with its live state; `evses=2` gives it connectors 1 and 2."""

    identity = factory.Sequence(lambda n: f"CP_{n:04}")
    site = factory.SubFactory(SiteFactory)

    class Meta:
        model = ChargePoint
        skip_postgeneration_save = True

    @factory.post_generation
    def state(charge_point, create, extracted, **kwargs):  # noqa: N805 (factory_boy's signature)
        if create:
            ChargePointState.objects.create(charge_point=charge_point, **kwargs)

    @factory.post_generation
    def evses(charge_point, create, extracted, **kwargs):  # noqa: N805 (factory_boy's signature)
        for number in range(1, (extracted or 0) + 1):
            EvseFactory(charge_point=charge_point, number=number, **kwargs)


class EvseFactory(DjangoModelFactory):
    """A connector with its live state: 22 kW, three phases; `state__status="Charging"` sets the state."""

    charge_point = factory.SubFactory(ChargePointFactory)
    number = 1
    max_power_w = 22_000.0
    max_current_a = 32.0

    class Meta:
        model = Evse
        skip_postgeneration_save = True

    @factory.post_generation
    def state(evse, create, extracted, **kwargs):  # noqa: N805 (factory_boy's signature)
        if create:
            EvseState.objects.create(evse=evse, **kwargs)


class VehicleFactory(DjangoModelFactory):
    """A bus with a battery of 350 kWh."""

    code = factory.Sequence(lambda n: f"bus-{n}")
    name = factory.LazyAttribute(lambda vehicle: f"Bus {vehicle.code}")
    battery_wh = 350_000.0

    class Meta:
        model = Vehicle


class IdTokenFactory(DjangoModelFactory):
    """An id tag that may charge."""

    value = factory.Sequence(lambda n: f"B4A63CDF{n:04}")
    key = factory.LazyAttribute(lambda token: token_key(token.value))

    class Meta:
        model = IdToken


class TransactionFactory(DjangoModelFactory):
    """An open transaction that started at 10:00 with the meter at 1000 Wh."""

    evse = factory.SubFactory(EvseFactory)
    charge_point = factory.LazyAttribute(lambda transaction: transaction.evse.charge_point)
    id_token = factory.SubFactory(IdTokenFactory)
    id_tag = factory.LazyAttribute(lambda transaction: getattr(transaction.id_token, "value", ""))
    vehicle = factory.LazyAttribute(lambda transaction: getattr(transaction.id_token, "vehicle", None))
    start_key = factory.Sequence(lambda n: f"start-{n}")
    started_at = EARLY
    started_received_at = factory.SelfAttribute("started_at")
    meter_start_wh = 1000.0

    class Meta:
        model = Transaction
