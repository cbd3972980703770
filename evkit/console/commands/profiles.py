"""Commands about charging profiles: a simple limit, clearing it, reading the result."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evkit.console.commands.base import CommandForm, Payload
from sites.types import Unit

MANUAL_PROFILE_ID = 900_000
STACK_LEVEL = 1
WATTS_PER_KILOWATT = 1000


class LimitForm(CommandForm):
    """SetChargingProfile with one period (OCPP 1.6 §5.16)."""

    action = "SetChargingProfile"
    heading = _("Limit the power")
    intro = _("Holds until it is cleared or another limit is set. Smart charging may set its own.")
    submit = _("Set the limit")
    icon = "gauge"

    connector = forms.ChoiceField(label=_("Connector"), widget=forms.RadioSelect)
    value = forms.FloatField(label=_("Limit"), min_value=0, max_value=1_000_000)
    unit = forms.ChoiceField(label=_("Unit"), choices=[("kW", _("kW")), (str(Unit.AMPERE), _("A per phase"))])

    def prepare(self) -> None:
        """Offer the connectors."""
        choices = self.connector_choices()
        self.offer("connector", choices, choices[0][0] if choices else None)
        self.fields["value"].widget.attrs.update(step="0.1", inputmode="decimal")

    def payload(self) -> Payload:
        """Return a profile with one period; for the running charge if there is one."""
        data = self.cleaned_data
        number = int(data["connector"])
        in_kilowatts = data["unit"] == "kW"
        limit = data["value"] * (WATTS_PER_KILOWATT if in_kilowatts else 1)
        return {
            "connectorId": number,
            "csChargingProfiles": self._profile(number, round(limit, 1), in_kilowatts=in_kilowatts),
        }

    def _profile(self, number: int, limit: float, *, in_kilowatts: bool) -> Payload:
        running = [item for item in self.open_transactions() if item.evse.number == number]
        profile: Payload = {
            "chargingProfileId": MANUAL_PROFILE_ID + number,
            "stackLevel": STACK_LEVEL,
            "chargingProfilePurpose": "TxProfile" if running else "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": str(Unit.WATT if in_kilowatts else Unit.AMPERE),
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        }
        if running:
            profile["transactionId"] = running[0].number
        return profile


class ClearLimitForm(CommandForm):
    """ClearChargingProfile (OCPP 1.6 §5.5)."""

    action = "ClearChargingProfile"
    heading = _("Clear the limits")
    intro = _("Removes the charging profiles; the connector may then draw its maximum.")
    submit = _("Clear")
    icon = "eraser"

    connector = forms.ChoiceField(label=_("What"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer all profiles, or those of one connector."""
        self.fields["connector"].required = False
        every = ("", str(_("Every profile of the charge point")))
        self.offer("connector", [every, *self.connector_choices()], "")

    def payload(self) -> Payload:
        """Return the connector whose profiles go; nothing clears them all."""
        chosen = self.cleaned_data["connector"]
        return {"connectorId": int(chosen)} if chosen else {}


class ScheduleForm(CommandForm):
    """GetCompositeSchedule (OCPP 1.6 §5.7)."""

    action = "GetCompositeSchedule"
    heading = _("Read the limits in force")
    intro = _("The charge point tells what its profiles add up to over the coming time.")
    submit = _("Read")
    icon = "timeline"

    connector = forms.ChoiceField(label=_("What"), widget=forms.RadioSelect)
    hours = forms.IntegerField(label=_("Hours ahead"), min_value=1, max_value=168, initial=24)
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[(str(Unit.WATT), _("W")), (str(Unit.AMPERE), _("A per phase"))]
    )

    def prepare(self) -> None:
        """Offer the whole charge point and its connectors."""
        choices = self.connector_choices(whole=_("The whole charge point"))
        self.offer("connector", choices, choices[-1][0])

    def payload(self) -> Payload:
        """Return the connector, the time ahead in seconds and the unit."""
        data = self.cleaned_data
        return {
            "connectorId": int(data["connector"]),
            "duration": data["hours"] * 3600,
            "chargingRateUnit": data["unit"],
        }
