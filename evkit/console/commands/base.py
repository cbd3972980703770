"""What every command form shares: it knows its charge point and turns its fields into a payload."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from chargers.services.commands import queue_command
from charging.models import Transaction
from evkit.core.recorders import Actor

Payload = dict[str, object]
Choices = list[tuple[str, str]]


class CommandForm(forms.Form):
    """The form of one OCPP action; subclasses set the texts and build the payload.

    `base_url` is where charge points reach evkit.
    """

    action: ClassVar[str]
    heading: ClassVar[Promise]
    intro: ClassVar[Promise | str] = ""
    submit: ClassVar[Promise] = _("Send")
    icon: ClassVar[str] = "send"
    danger: ClassVar[bool] = False
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, *args: Any, charge_point: ChargePoint, base_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.charge_point = charge_point
        self.base_url = base_url
        self.prepare()
        for field in self.fields.values():
            if not isinstance(field.widget, forms.RadioSelect | forms.HiddenInput):
                field.widget.attrs.setdefault("class", "input")

    def prepare(self) -> None:
        """Fill in choices that depend on the charge point."""

    def offer(self, name: str, choices: Choices, initial: str | None = None) -> None:
        """Set the choices of a field, and what is chosen at first."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.initial = initial

    def offers(self, name: str) -> bool:
        """Tell whether a field has anything to choose."""
        field = self.fields[name]
        return isinstance(field, forms.ChoiceField) and bool(field.choices)

    def payload(self) -> Payload:
        """Return the payload of the OCPP call."""
        raise NotImplementedError

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Queue what the form asks for.

        Raises:
            EvkitError: it cannot be asked for as it is.
        """
        queue_command(
            charge_point=self.charge_point, action=self.action, payload=self.payload(), now=now, actor=actor
        )

    @property
    def warning(self) -> str:
        """What will happen that somebody may regret; empty when nothing will."""
        return ""

    @property
    def impossible(self) -> str:
        """Why the command makes no sense now; empty when it does."""
        return ""

    def open_transactions(self) -> list[Transaction]:
        """Return the charge point's running transactions."""
        found = Transaction.objects.open().filter(charge_point=self.charge_point)
        return list(found.select_related("vehicle", "evse"))

    def connector_choices(self, *, whole: Promise | None = None) -> Choices:
        """Return the connectors as choices; `whole` adds the charge point itself as 0."""
        numbers = [evse.number for evse in self.charge_point.evses.all()]
        choices = [(str(number), str(_("Connector %(number)d") % {"number": number})) for number in numbers]
        return [("0", str(whole)), *choices] if whole is not None else choices


def vehicle_of(transaction: Transaction) -> str:
    """Return the vehicle of a transaction, else its badge."""
    return transaction.vehicle.name if transaction.vehicle else transaction.id_tag


def running_text(transactions: list[Transaction]) -> str:
    """Return the transactions in words: "4711 (Bus 212), 4712 (Bus 219)"."""
    return ", ".join(f"{item.number} ({vehicle_of(item)})" for item in transactions)
