"""Numbers for the names that vendors invent, shared by all processes through the database."""

from __future__ import annotations

from functools import partial

from django.db import IntegrityError, transaction

from charging.metering.codec import CAPACITY
from charging.metering.vocabulary import FIRST_VENDOR, OTHER, STANDARD, Kind
from charging.models import Measurand

_MAX_NAME = 255


class VendorNames:
    """Numbers names; what this process has learnt is kept once its row is committed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, str], int] = {}

    def number(self, kind: Kind, name: str) -> int:
        """Return the number of `name`, giving it one if it is new; `OTHER` when there are too many."""
        standard = STANDARD[kind].get(name)
        if standard is not None:
            return standard
        name = name.replace("\x00", "").encode("utf-8", "replace").decode()[:_MAX_NAME]
        known = self._known.get((kind, name))
        if known is not None:
            return known
        number = FIRST_VENDOR + _row_id(kind, name)
        if number >= CAPACITY[kind]:
            return OTHER
        transaction.on_commit(partial(self._known.__setitem__, (kind, name), number))
        return number

    def knows(self, kind: Kind, name: str) -> bool:
        """Tell whether the number of `name` is settled for good."""
        return name in STANDARD[kind] or (kind, name) in self._known


def _row_id(kind: Kind, name: str) -> int:
    rows = Measurand.objects.filter(kind=kind, name=name)
    found = rows.values_list("pk", flat=True).first()
    if found is not None:
        return found
    if Measurand.objects.count() >= CAPACITY[Kind.MEASURAND]:
        return CAPACITY[Kind.MEASURAND]
    try:
        with transaction.atomic():
            return Measurand.objects.create(kind=kind, name=name).pk
    except IntegrityError:
        return rows.values_list("pk", flat=True).get()


def names_of(numbers: set[int]) -> dict[int, str]:
    """Return the vendors' names with these numbers; standard ones are left out."""
    wanted = [number - FIRST_VENDOR for number in numbers if number >= FIRST_VENDOR]
    rows = Measurand.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {FIRST_VENDOR + pk: name for pk, name in rows}
