"""Addresses of the console's pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from evkit.console import history_urls, operation_urls, point_urls
from evkit.console.views import (
    account,
    api_tokens,
    asks,
    curves,
    decisions,
    forgotten,
    links,
    lists,
    orphans,
    overrides,
    overview,
    reservations,
    saved_filters,
    schedules,
    sharing,
    sites,
    smart,
    users,
    vehicle_editing,
    vehicles,
    weekly_limits,
    what_if,
)

urlpatterns = [
    path("", sites.sites, name="sites"),
    path("favicon.ico", RedirectView.as_view(url=static("img/icon.svg")), name="favicon"),
    path("badges/", asks.asks, name="asks"),
    path("badges/<int:number>/answer/", asks.answer, name="answer"),
    path("legend/", sites.legend, name="legend"),
    path("account/", account.account, name="account"),
    path("account/login/", account.LogIn.as_view(), name="login"),
    path("account/logout/", LogoutView.as_view(), name="logout"),
    path("account/password/", account.ChangePassword.as_view(), name="password_change"),
    path("account/preferences/", account.preferences, name="preferences"),
    path("account/sessions/end/", account.end_session_of_mine, name="end_session"),
    path("account/link/<str:token>/", links.link, name="link"),
    path("account/forgotten/", forgotten.forgotten, name="forgotten"),
    path("users/", users.users, name="users"),
    path("users/invite/", users.invite, name="invite"),
    path("users/<int:number>/", users.user_detail, name="user"),
    path("users/<int:number>/active/", users.user_active, name="user_active"),
    path("users/<int:number>/link/", users.user_link, name="user_link"),
    path("api-tokens/", api_tokens.api_tokens, name="api_tokens"),
    path("api-tokens/new/", api_tokens.new_api_token, name="new_api_token"),
    path("api-tokens/<int:number>/revoke/", api_tokens.revoke_api_token, name="revoke_api_token"),
    path("sites/<slug:code>/", overview.overview, name="overview"),
    path("sites/<slug:code>/power.json", curves.site_power, name="site_power"),
    path("sites/<slug:code>/charge-points/", lists.charge_points, name="charge_points"),
    path("sites/<slug:code>/connectors/", lists.connectors, name="connectors"),
    path("sites/<slug:code>/smart-charging/", smart.smart_charging, name="smart"),
    path("sites/<slug:code>/smart-charging/switch/", smart.smart_switch, name="smart_switch"),
    path("sites/<slug:code>/smart-charging/limit/", smart.smart_limit, name="smart_limit"),
    path("sites/<slug:code>/smart-charging/what-if/", what_if.what_if_page, name="what_if"),
    path("sites/<slug:code>/smart-charging/stack.json", decisions.stack, name="smart_stack"),
    path("sites/<slug:code>/smart-charging/decisions/", decisions.decisions, name="smart_decisions"),
    path("sites/<slug:code>/smart-charging/decisions/<int:pk>/", decisions.decision, name="smart_decision"),
    path("sites/<slug:code>/smart-charging/week/", weekly_limits.weekly_limits, name="weekly_limits"),
    path("sites/<slug:code>/smart-charging/charges/<int:number>/", overrides.override, name="smart_override"),
    path(
        "sites/<slug:code>/smart-charging/charges/<int:number>/plan/", sharing.charge_plan, name="charge_plan"
    ),
    path(
        "sites/<slug:code>/smart-charging/connectors/<int:number>/",
        sharing.connector_sharing,
        name="connector_sharing",
    ),
    path("sites/<slug:code>/schedules/", schedules.schedules, name="schedules"),
    path("sites/<slug:code>/schedules/<int:number>/", schedules.schedule_group, name="schedule_group"),
    path(
        "sites/<slug:code>/schedules/<int:number>/delete/",
        schedules.schedule_group_delete,
        name="schedule_group_delete",
    ),
    path(
        "sites/<slug:code>/schedules/<int:number>/exceptions/",
        schedules.schedule_exception,
        name="schedule_exception",
    ),
    path(
        "sites/<slug:code>/schedules/<int:number>/exceptions/<int:pk>/delete/",
        schedules.schedule_exception_delete,
        name="schedule_exception_delete",
    ),
    path("sites/<slug:code>/reservations/", reservations.reservations, name="reservations"),
    path(
        "sites/<slug:code>/reservations/<int:number>/cancel/",
        reservations.cancel,
        name="cancel_reservation",
    ),
    path("sites/<slug:code>/vehicles/", vehicles.vehicles, name="vehicles"),
    path("sites/<slug:code>/vehicles/<slug:vehicle_code>/", vehicles.vehicle, name="vehicle"),
    path("sites/<slug:code>/new-vehicle/", vehicle_editing.new_vehicle, name="new_vehicle"),
    path(
        "sites/<slug:code>/vehicles/<slug:vehicle_code>/change/",
        vehicle_editing.edit_vehicle,
        name="edit_vehicle",
    ),
    path(
        "sites/<slug:code>/vehicles/<slug:vehicle_code>/remove/",
        vehicle_editing.delete_vehicle,
        name="delete_vehicle",
    ),
    path("sites/<slug:code>/quarantine/", orphans.orphans, name="orphans"),
    path("quarantine/", orphans.siteless_orphans, name="siteless_orphans"),
    path("quarantine/<int:number>/settle/", orphans.settle_orphan, name="settle_orphan"),
    path("saved-filters/", saved_filters.saved_filters, name="saved_filters"),
    path("saved-filters/<int:number>/", saved_filters.saved_filter, name="saved_filter"),
    *history_urls.urlpatterns,
    *operation_urls.urlpatterns,
    *point_urls.urlpatterns,
]
