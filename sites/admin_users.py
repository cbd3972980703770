"""Administration of users, their sites, and API tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from evkit.core.clock import utc_now
from sites.admin_base import AuditedAdmin, ReadOnlyAdmin, actor_of
from sites.models import ApiToken, LoginFailure, Membership, User
from sites.services.tokens import create_token, revoke_token
from sites.services.users import LastAdministratorError, align_flags, require_administrator_left
from sites.types import Role

if admin.site.is_registered(Group):
    admin.site.unregister(Group)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The sites of a user."""

    model = Membership
    extra = 0
    verbose_name_plural = _("sites (an administrator reaches all of them)")


class UserForm(UserChangeForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A user; refuses to lose the last administrator."""

    def clean(self) -> dict[str, Any]:
        """Check that an administrator is left."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            require_administrator_left(
                self.instance, role=data.get("role", ""), active=bool(data.get("is_active"))
            )
        except LastAdministratorError as error:
            raise ValidationError({"role": error.message}) from error
        return data


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Users with their role and sites; passwords are set, never shown."""

    form = UserForm
    key_field = "username"
    secret_fields = ("password",)
    list_display = ("username", "role", "language", "is_active", "last_login", "site_codes")
    list_filter = ("role", "is_active", "language", "sites")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Role"), {"fields": ("role",)}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "theme")}),
        (_("Facts"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "usable_password", "password1", "password2", "role", "language"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Load the sites in one query."""
        found: QuerySet[User] = super().get_queryset(request)
        return found.prefetch_related("sites")

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:  # type: ignore[override, type-arg]  # noqa: FBT001
        """Store a user; what opens the administration follows the role."""
        align_flags(obj)
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 (Django's signature)
        """Set somebody's password, with an entry in the audit journal."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        user = self.get_object(request, unquote(id))
        if request.method == "POST" and response.status_code == 302 and user is not None:
            self.note(request, user, "set_password", {})
        return response

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody deletes themselves, nor the last administrator."""
        if obj is not None:
            if obj.pk == request.user.pk:
                return False
            try:
                require_administrator_left(obj, role="", active=False)
            except LastAdministratorError:
                return False
        return bool(super().has_delete_permission(request, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Users are deleted one by one, after a look at each."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("sites"))
    def site_codes(self, user: User) -> str:
        """Where the role holds."""
        return ", ".join(site.code for site in user.sites.all())


@admin.register(ApiToken)
class ApiTokenAdmin(AuditedAdmin):
    """Tokens of the REST API: a new one is shown once, when it is created."""

    key_field = "name"
    list_display = ("name", "role", "site_codes", "created_at", "last_used_at", "revoked_at")
    list_filter = ("role", "sites")
    search_fields = ("name",)
    filter_horizontal = ("sites",)
    fields = ("name", "role", "sites", "all_sites", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("all_sites", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # type: ignore[override]  # noqa: FBT001
        """Create a token and show it, or change what an existing one may do."""
        if change:
            super().save_model(request, obj, form, change)
            return
        token, secret = create_token(
            name=obj.name,
            role=Role(obj.role),
            sites=list(form.cleaned_data["sites"]),
            now=utc_now(),
            actor=actor_of(request),
        )
        obj.pk, obj.digest, obj.created_at, obj.all_sites = (
            token.pk,
            token.digest,
            token.created_at,
            token.all_sites,
        )
        text = _("The token, shown only now: %(secret)s")
        self.message_user(request, text % {"secret": secret}, messages.WARNING)

    @admin.action(description=_("Revoke the selected tokens"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """End tokens for good."""
        for token in tokens:
            revoke_token(token=token, now=utc_now(), actor=actor_of(request))

    @admin.display(description=_("sites"))
    def site_codes(self, token: ApiToken) -> str:
        """Where the token holds."""
        return "*" if token.all_sites else ", ".join(site.code for site in token.sites.all())


@admin.register(LoginFailure)
class LoginFailureAdmin(ReadOnlyAdmin):
    """Counted failures to log in; deleting one lets its user name or address try again at once."""

    list_display = ("key", "count", "last_at")
    search_fields = ("key",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An administrator may forgive."""
        del obj
        return self.has_view_permission(request)
