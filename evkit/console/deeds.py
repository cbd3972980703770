"""The deeds and the kinds of objects of the audit journal, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DEEDS: Final[Mapping[str, str | Promise]] = {
    "activate": pgettext_lazy("deed", "Let in again"),
    "add": pgettext_lazy("deed", "Added"),
    "answer": pgettext_lazy("deed", "Answered"),
    "apply_configuration": pgettext_lazy("deed", "Applied a configuration"),
    "ask_link": pgettext_lazy("deed", "Asked for a link"),
    "boost": pgettext_lazy("deed", "Boosted a charge"),
    "cancel": pgettext_lazy("deed", "Cancelled"),
    "change": pgettext_lazy("deed", "Changed"),
    "command": pgettext_lazy("deed", "Commanded"),
    "correct": pgettext_lazy("deed", "Corrected"),
    "create": pgettext_lazy("deed", "Created"),
    "create_connector": pgettext_lazy("deed", "Created a connector"),
    "deactivate": pgettext_lazy("deed", "Locked out"),
    "delete": pgettext_lazy("deed", "Deleted"),
    "desire": pgettext_lazy("deed", "Asked to be so"),
    "end_session": pgettext_lazy("deed", "Ended a session"),
    "end_sessions": pgettext_lazy("deed", "Ended all sessions"),
    "export": pgettext_lazy("deed", "Exported"),
    "forget_plan": pgettext_lazy("deed", "Took a plan back"),
    "hold": pgettext_lazy("deed", "Held a charge"),
    "import": pgettext_lazy("deed", "Imported"),
    "issue_link": pgettext_lazy("deed", "Issued a link"),
    "limit_disobeyed": pgettext_lazy("deed", "Found a limit disobeyed"),
    "log_in": pgettext_lazy("deed", "Logged in"),
    "log_in_refused": pgettext_lazy("deed", "Was not let in"),
    "lower_security_profile": pgettext_lazy("deed", "Lowered the security profile"),
    "plan_charge": pgettext_lazy("deed", "Planned a charge"),
    "raise_security_profile": pgettext_lazy("deed", "Raised the security profile"),
    "redeem_link": pgettext_lazy("deed", "Used a link"),
    "release": pgettext_lazy("deed", "Released a charge"),
    "remove": pgettext_lazy("deed", "Removed"),
    "remove_connector": pgettext_lazy("deed", "Removed a connector"),
    "remove_file": pgettext_lazy("deed", "Removed a file"),
    "remove_old": pgettext_lazy("deed", "Removed old data"),
    "restore": pgettext_lazy("deed", "Restored"),
    "remove_password": pgettext_lazy("deed", "Removed the password"),
    "revoke": pgettext_lazy("deed", "Revoked"),
    "revoke_certificate": pgettext_lazy("deed", "Revoked a certificate"),
    "set_password": pgettext_lazy("deed", "Set a password"),
    "set_role": pgettext_lazy("deed", "Gave another role"),
    "set_sites": pgettext_lazy("deed", "Gave other sites"),
    "stop_attached": pgettext_lazy("deed", "Attached a stop"),
    "stop_dismissed": pgettext_lazy("deed", "Dismissed a stop"),
    "stop_made": pgettext_lazy("deed", "Made a stop into a transaction"),
    "switch_quirk": pgettext_lazy("deed", "Switched a quirk"),
    "update": pgettext_lazy("deed", "Changed"),
    "update_connector": pgettext_lazy("deed", "Changed a connector"),
}
THINGS: Final[Mapping[str, str | Promise]] = {
    "api_token": _("API token"),
    "charge_point": _("Charge point"),
    "chargepoint": _("Charge point"),
    "closing_rules": _("Closing rules"),
    "configuration": _("Configuration"),
    "connector": _("Connector"),
    "export": _("Export"),
    "export_schedule": _("Regular export"),
    "feeder": _("Feeder"),
    "firmware": _("Firmware"),
    "group": _("Schedule group"),
    "id_tag": _("Badge"),
    "idtoken": _("Badge"),
    "local_list": _("Local list"),
    "priorities": _("Priorities"),
    "project": _("Project"),
    "retention": _("Kept data"),
    "saved_filter": _("Saved view"),
    "schedule": _("Shared schedule"),
    "schedule_group": _("Schedule group"),
    "site": _("Site"),
    "transaction": _("Transaction"),
    "user": _("User"),
    "vehicle": _("Vehicle"),
}


def deed(verb: str) -> str:
    """Return a deed in words; one that has none with its name in spaces."""
    return str(DEEDS[verb]) if verb in DEEDS else verb.replace("_", " ").capitalize()


def thing(kind: str) -> str:
    """Return a kind of object in words; one that has none with its name in spaces."""
    return str(THINGS[kind]) if kind in THINGS else kind.replace("_", " ").capitalize()
