from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.crypto import salted_hmac
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
    shortcuts = models.BooleanField(
        _("keyboard shortcuts"),
        default=True,
        help_text=_("Single letters lead to pages. Switch them off where they disturb speech input."),
    )
    sites = models.ManyToManyField(
        Site, through="Membership", related_name="users", blank=True, verbose_name=_("sites")
    )
    link_expires_at = models.DateTimeField(_("link valid until"), null=True, blank=True, editable=False)
    sessions_epoch = models.PositiveIntegerField(default=0, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    def get_session_auth_hash(self) -> str:
        """Return what every session of the user carries: another password or epoch ends them."""
        return self._session_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under the secret keys that were in use before."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None = None) -> str:
        subject = f"{self.password}:{self.sessions_epoch}"
        return salted_hmac("evkit.session", subject, secret=secret, algorithm="sha256").hexdigest()


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
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BrowserSession(models.Model):
    """Where a user is logged in: facts about one of Django's sessions, gone with it."""

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, primary_key=True, related_name="browser"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.address}"


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
