"""Addresses of the pages of one charge point, and of its transactions."""

from __future__ import annotations

from typing import Final

from django.urls import path

import evkit.console.converters  # noqa: F401 (makes the converter "identity" known)
from evkit.console.views import commands, curves
from evkit.console.views.charge_point import (
    charts,
    configuration,
    connections,
    files,
    live,
    messages,
    passport,
    security,
    sent,
    transaction,
    transactions,
)

POINT: Final = "sites/<slug:code>/charge-points/<identity:identity>/"
CONNECTOR: Final = f"{POINT}connectors/<int:number>/"

urlpatterns = [
    path(POINT, live.live, name="charge_point"),
    path(f"{POINT}transactions/", transactions.transactions, name="charge_point_transactions"),
    path(f"{POINT}curves/", charts.curves, name="charge_point_curves"),
    path(f"{POINT}commands/", sent.commands, name="charge_point_commands"),
    path(f"{POINT}commands/<int:pk>/", sent.command, name="charge_point_command"),
    path(f"{POINT}configuration/", configuration.configuration, name="charge_point_configuration"),
    path(f"{POINT}messages/", messages.messages, name="charge_point_messages"),
    path(f"{POINT}messages/frames.<str:kind>", messages.download, name="charge_point_frames"),
    path(f"{POINT}messages/<str:key>/", messages.message, name="charge_point_message"),
    path(f"{POINT}connections/", connections.connections, name="charge_point_connections"),
    path(f"{POINT}passport/", passport.passport, name="charge_point_passport"),
    path(f"{POINT}passport/quirks/<slug:name>/", passport.switch, name="charge_point_quirk"),
    path(f"{POINT}security/", security.security, name="charge_point_security"),
    path(
        f"{POINT}security/certificates/<slug:serial_number>/",
        security.revoke,
        name="charge_point_revoke_certificate",
    ),
    path(f"{POINT}files/", files.files, name="charge_point_files"),
    path(f"{POINT}files/<int:pk>/", files.download, name="charge_point_file"),
    path(f"{CONNECTOR}session.json", curves.session, name="session_curve"),
    path(f"{POINT}curves.json", curves.point, name="point_curves"),
    path(f"{POINT}curves.csv", curves.point_download, name="point_samples"),
    path(f"{CONNECTOR}curves.json", curves.connector, name="connector_curves"),
    path(f"{CONNECTOR}curves.csv", curves.download, name="connector_samples"),
    path(f"{POINT}commands/<slug:slug>/", commands.command, name="command"),
    path("sites/<slug:code>/transactions/<int:number>/", transaction.transaction, name="transaction"),
    path("sites/<slug:code>/transactions/<int:number>/energy/", transaction.correct, name="correct_energy"),
]
