"""The API assembled from its resources."""

from __future__ import annotations

from ninja import NinjaAPI

from evkit.console.api.auth import TokenBearer
from evkit.console.api.bodies import JsonParser, JsonRenderer
from evkit.console.api.errors import register_error_handlers
from evkit.console.api.resources import (
    certificates,
    charge_plans,
    charge_points,
    commands,
    configuration,
    curves,
    decisions,
    deviations,
    external,
    file_jobs,
    groups,
    local_lists,
    messages,
    meter_values,
    overrides,
    pauses,
    policies,
    quirks,
    reservations,
    security_events,
    sharing,
    sites,
    transactions,
    vehicles,
)

api = NinjaAPI(
    title="evkit",
    version="1",
    description="Sites, charge points, commands, transactions and messages. Times are UTC.",
    urls_namespace="api",
    docs_url=None,
    auth=TokenBearer(),
    renderer=JsonRenderer(),
    parser=JsonParser(),
)
register_error_handlers(api)
RESOURCES = (
    sites,
    groups,
    policies,
    external,
    commands,
    pauses,
    overrides,
    charge_plans,
    configuration,
    quirks,
    deviations,
    local_lists,
    file_jobs,
    security_events,
    certificates,
    curves,
    decisions,
    sharing,
    charge_points,
    reservations,
    vehicles,
    transactions,
    meter_values,
    messages,
)
for resource in RESOURCES:
    api.add_router("", resource.router)
