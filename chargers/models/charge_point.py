from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.quirks.modes import MODE_FIELDS, read_mode
from chargers.quirks.types import QUIRK_NAMES
from chargers.types import ConnectorStatus, Division, Registration, SiteMeter
from evkit.core.units import MOST_POWER_W
from sites.models import Feeder, Site


def check_switches(value: object) -> None:
    """Refuse what does not switch quirks that evkit knows on or off."""
    if not isinstance(value, dict) or not all(
        name in QUIRK_NAMES and isinstance(on, bool) for name, on in value.items()
    ):
        raise ValidationError(
            _("Give names of quirks with true or false; known are: %(names)s."),
            params={"names": ", ".join(QUIRK_NAMES)},
        )


def check_mode(value: object) -> None:
    """Refuse what is not an operating mode."""
    try:
        read_mode(value)
    except ValueError as error:
        raise ValidationError(
            _("This is not an operating mode: %(cause)s. Known are: %(names)s."),
            params={"cause": str(error), "names": ", ".join(MODE_FIELDS)},
        ) from error


class ChargePointQuerySet(models.QuerySet["ChargePoint"]):
    """Chainable reads of charge points."""

    def of_site(self, site: Site) -> ChargePointQuerySet:
        """Return the charge points of `site`."""
        return self.filter(site=site)

    def with_live_state(self) -> ChargePointQuerySet:
        """Load the live state of the charge point and of its EVSEs in three queries."""
        return self.select_related("state", "site").prefetch_related("evses__state")


class ChargePoint(models.Model):
    """A declared charge point (OCPP 2.0.1: charging station): what an administrator decides about it.

    What the charge point itself reports lives in `ChargePointState`, so that configuring never
    overwrites live facts. A charge point without a site waits for the administrator.

    `security_profile` is never lowered; `next_security_profile` takes its place once a link has shown it,
    0 where none is awaited.
    """

    identity = models.CharField(_("identity"), max_length=255, unique=True)
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="charge_points",
        verbose_name=_("site"),
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    zone = models.CharField(
        _("zone"), max_length=120, blank=True, help_text=_("Groups charge points on pages.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    registration = models.CharField(
        _("registration"),
        max_length=16,
        choices=Registration.choices,
        default=Registration.ACCEPTED,
    )
    security_profile = models.PositiveSmallIntegerField(
        _("security profile"),
        choices=[
            (0, _("0 - none")),
            (1, _("1 - password")),
            (2, _("2 - TLS and password")),
            (3, _("3 - client certificate")),
        ],
        default=0,
    )
    next_security_profile = models.PositiveSmallIntegerField(default=0, editable=False)
    password_digest = models.CharField(max_length=64, blank=True, editable=False)
    next_password_digest = models.CharField(max_length=64, blank=True, editable=False)
    feeder = models.ForeignKey(
        Feeder,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="charge_points",
        verbose_name=_("feeder"),
    )
    max_power_w = models.FloatField(
        _("maximum power (W)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_POWER_W)],
    )
    division = models.CharField(
        _("division"),
        max_length=16,
        choices=Division.choices,
        blank=True,
        help_text=_("How its connectors share its power; empty: as all others on the site."),
    )
    priority = models.IntegerField(
        _("priority"),
        default=0,
        help_text=_("Of all its connectors; higher is served first, 0 says nothing."),
    )
    site_meter = models.CharField(
        _("site meter"),
        max_length=16,
        choices=SiteMeter.choices,
        blank=True,
        help_text=_("What the values of its connector 0 tell of the site; empty: nothing."),
    )
    heartbeat_interval_s = models.PositiveIntegerField(_("heartbeat interval (s)"), default=60)
    quirk_switches = models.JSONField(
        _("quirks"),
        default=dict,
        blank=True,
        validators=[check_switches],
        help_text=_("What beats the presets of its model: names of quirks with true or false."),
    )

    operating_mode = models.JSONField(
        _("operating mode"),
        default=dict,
        blank=True,
        validators=[check_mode],
        help_text=_("What beats presets and experience of how it takes limits, such as its unit."),
    )

    objects = ChargePointQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge point")
        verbose_name_plural = _("charge points")
        ordering = ["position", "identity"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(heartbeat_interval_s__gte=1),
                name="charge_point_heartbeat_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(max_power_w__isnull=True) | models.Q(max_power_w__gt=0),
                name="charge_point_max_power_positive",
            ),
            models.UniqueConstraint(
                fields=["site"], condition=~models.Q(site_meter=""), name="charge_point_site_meter_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.identity

    def clean(self) -> None:
        """Refuse a second meter of a site."""
        if not self.site_meter or self.site_id is None:
            return
        others = ChargePoint.objects.filter(site=self.site_id).exclude(site_meter="").exclude(pk=self.pk)
        if (other := others.first()) is not None:
            message = _("%(identity)s is the meter of this site already.")
            raise ValidationError({"site_meter": message % {"identity": other.identity}})


class ChargePointState(models.Model):
    """What is known of a charge point now: its link, its boot facts and its own (connector 0) values.

    `process` names the process that holds the socket, `connection_token` the socket itself; both are
    None when offline. `clock_offset_s` is the device's clock minus ours. Powers in W.
    """

    charge_point = models.OneToOneField(
        ChargePoint, on_delete=models.CASCADE, primary_key=True, related_name="state"
    )
    connected = models.BooleanField(default=False)
    connection_token = models.UUIDField(null=True)
    process = models.CharField(max_length=64, blank=True)
    connected_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    protocol = models.CharField(max_length=16, blank=True)
    booted_at = models.DateTimeField(null=True)
    vendor = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    serial_number = models.CharField(max_length=255, blank=True)
    firmware_version = models.CharField(max_length=255, blank=True)
    iccid = models.CharField(max_length=255, blank=True)
    imsi = models.CharField(max_length=255, blank=True)
    meter_type = models.CharField(max_length=255, blank=True)
    meter_serial_number = models.CharField(max_length=255, blank=True)
    clock_offset_s = models.FloatField(null=True)
    status = models.CharField(
        max_length=16, choices=ConnectorStatus.choices, default=ConnectorStatus.UNKNOWN, blank=True
    )
    error_code = models.CharField(max_length=64, blank=True)
    vendor_error_code = models.CharField(max_length=255, blank=True)
    info = models.CharField(max_length=255, blank=True)
    status_at = models.DateTimeField(null=True)
    power_w = models.FloatField(null=True)
    energy_wh = models.FloatField(null=True)
    measured_at = models.DateTimeField(null=True)
    reboot_required = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("state of a charge point")
        verbose_name_plural = _("states of charge points")

    def __str__(self) -> str:
        return f"{self.charge_point_id}: {'online' if self.connected else 'offline'}"
