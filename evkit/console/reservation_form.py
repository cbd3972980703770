"""The form with which a connector of a site is reserved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from charging.models import IdToken
from charging.models.id_token import token_key
from charging.services.reservations import make_reservation
from evkit.console.choosing import QuickSelect
from evkit.console.commands.base import Choices
from evkit.console.commands.charging import tag_choices
from evkit.console.people.forms import StyledForm
from evkit.core.recorders import Actor
from sites.models import Site


class ReservationForm(StyledForm):
    """A connector, or any of a charge point, for a badge and for some time."""

    place = forms.ChoiceField(label=_("Connector"), widget=QuickSelect)
    id_tag = forms.ChoiceField(label=_("Vehicle or badge"), widget=QuickSelect)
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=1, max_value=1440, initial=60)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = ChargePoint.objects.of_site(site).prefetch_related("evses").order_by("identity")
        self.points = {str(point.pk): point for point in points}
        for name, choices in (("place", self._places()), ("id_tag", tag_choices())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def _places(self) -> Choices:
        return [
            (f"{pk}-{number}", f"{point.identity} · {self._connector(number)}")
            for pk, point in self.points.items()
            for number in [*sorted(evse.number for evse in point.evses.all()), 0]
        ]

    @staticmethod
    def _connector(number: int) -> str:
        if not number:
            return gettext("Any connector")
        return gettext("Connector %(number)d") % {"number": number}

    def reserve(self, *, now: datetime, actor: Actor) -> None:
        """Make the reservation.

        Raises:
            UnableToReserveError: the connector cannot be reserved as things stand.
        """
        data = self.cleaned_data
        point, _dash, connector = data["place"].partition("-")
        make_reservation(
            charge_point=self.points[point],
            connector=int(connector),
            token=IdToken.objects.select_related("parent").get(key=token_key(data["id_tag"])),
            expires_at=now + timedelta(minutes=data["minutes"]),
            now=now,
            actor=actor,
        )
