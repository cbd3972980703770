from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.site import Site
from sites.types import Role, Theme


class User(AbstractUser):
    """A person: one of three roles, and the sites where it holds (administrators: all sites)."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.GUEST)
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=[("en", _("English")), ("fr", _("French"))],
        default="en",
    )
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    sites = models.ManyToManyField(
        Site, through="Membership", related_name="users", blank=True, verbose_name=_("sites")
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]


class Membership(models.Model):
    """The right of a user to see a site, in the user's role."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("site")
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} - {self.site}"


class ApiToken(models.Model):
    """A bearer token of the REST API; only its digest is stored.

    `all_sites` reaches every site, those of the future too; otherwise `sites` says which, even if none
    is left.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.GUEST)
    all_sites = models.BooleanField(_("every site"), default=False)
    sites = models.ManyToManyField(Site, blank=True, related_name="api_tokens", verbose_name=_("sites"))
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LoginFailure(models.Model):
    """Failed log-ins of one user name or address, counted to slow down guessing."""

    key = models.CharField(max_length=200, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("failed log-in")
        verbose_name_plural = _("failed log-ins")

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
