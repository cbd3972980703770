from sites.models.external import ExternalValue, ExternalVariable, SiteMeterReading
from sites.models.group import ScheduleException, ScheduleGroup
from sites.models.project import Project, Schedule
from sites.models.saved_filter import SavedFilter
from sites.models.site import Feeder, Site
from sites.models.user import ApiToken, BrowserSession, LoginFailure, Membership, User

__all__ = [
    "ApiToken",
    "BrowserSession",
    "ExternalValue",
    "ExternalVariable",
    "Feeder",
    "LoginFailure",
    "Membership",
    "Project",
    "SavedFilter",
    "Schedule",
    "ScheduleException",
    "ScheduleGroup",
    "Site",
    "SiteMeterReading",
    "User",
]
