"""Schedules of a site: its ten groups, their weeks, exceptions and connectors (R20)."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chargers.models import Evse
from chargers.services.groups import set_members
from evkit.console.access import get_site, member_page, principal_of
from evkit.console.schedules.forms import ExceptionForm, GroupForm, fingerprint, hours_of
from evkit.console.schedules.preview import preview_of
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.exceptions import OtherHours
from sites.models import Schedule, ScheduleException, ScheduleGroup, Site
from sites.permissions import Right
from sites.services.schedules import NUMBERS, add_exception, delete_exception, delete_group, save_group


@require_safe
@member_page
def schedules(request: HttpRequest, code: str) -> HttpResponse:
    """Show the coming week of all groups."""
    site = get_site(request, code)
    with timezone.override(site.zone):
        context = {"site": site, "preview": preview_of(site, utc_now()), **_rights(request, site)}
        return render(request, "console/schedules/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def schedule_group(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a group; let an administrator change its week, its rules and its connectors."""
    site = get_site(request, code)
    group = _find(site, number)
    if group is None or request.method == "POST":
        principal_of(request).require(Right.CONFIGURE, site.pk)
    form = GroupForm(site, group, request.POST or None, initial=_copied(site, request.GET))
    if request.method == "POST" and form.is_valid() and _save(request, site, number, form):
        messages.success(request, _("The schedule was saved."))
        return redirect("schedule_group", site.code, number)
    return _group_page(request, site, number, form, ExceptionForm())


@require_POST
@member_page
def schedule_group_delete(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Delete a group; its connectors follow their other groups, or none."""
    site, group = _own_group(request, code, number)
    title = group.title
    delete_group(group=group, actor=principal_of(request).actor)
    messages.success(request, _("%(group)s was deleted.") % {"group": title})
    return redirect("schedules", site.code)


@require_POST
@member_page
def schedule_exception(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Add days with other hours."""
    site, group = _own_group(request, code, number)
    form = ExceptionForm(request.POST)
    if form.is_valid():
        try:
            add_exception(group=group, wanted=form.other_hours(), actor=principal_of(request).actor)
            messages.success(request, _("The exception was added."))
            return redirect("schedule_group", site.code, number)
        except EvkitError as error:
            form.refuse(error)
    return _group_page(request, site, number, GroupForm(site, group), form)


@require_POST
@member_page
def schedule_exception_delete(request: HttpRequest, code: str, number: int, pk: int) -> HttpResponse:
    """Take an exception away."""
    site, group = _own_group(request, code, number)
    exception = ScheduleException.objects.filter(group=group, pk=pk).select_related("group__site").first()
    if exception is not None:
        delete_exception(exception=exception, actor=principal_of(request).actor)
        messages.success(request, _("The exception was deleted."))
    return redirect("schedule_group", site.code, number)


def _find(site: Site, number: int) -> ScheduleGroup | None:
    if number not in NUMBERS:
        raise Http404(_("A site has the groups 0 to 9."))
    return ScheduleGroup.objects.filter(site=site, number=number).select_related("site", "schedule").first()


def _own_group(request: HttpRequest, code: str, number: int) -> tuple[Site, ScheduleGroup]:
    """Return a group that exists and that the viewer may change."""
    site = get_site(request, code)
    principal_of(request).require(Right.CONFIGURE, site.pk)
    group = _find(site, number)
    if group is None:
        raise Http404(_("This site has no such group."))
    return site, group


def _rights(request: HttpRequest, site: Site) -> dict[str, object]:
    return {"may_configure": principal_of(request).may(Right.CONFIGURE, site.pk)}


def _copied(site: Site, query: QueryDict) -> dict[str, object]:
    """Return the week of the group or shared schedule that the form is filled with, saved by nobody yet."""
    origin = query.get("from", "")
    if origin.isdecimal():
        group = _find(site, int(origin))
        return {**hours_of(group.weekly_ranges), "schedule": None} if group else {}
    shared = Schedule.objects.filter(code=origin).first() if origin else None
    return {**hours_of(shared.ranges), "schedule": None} if shared else {}


@transaction.atomic
def _save(request: HttpRequest, site: Site, number: int, form: GroupForm) -> bool:
    """Write a group, unless somebody changed it since the page that was sent was made: the form says so."""
    Site.objects.select_for_update().get(pk=site.pk)
    known = fingerprint(_find(site, number))
    if request.POST.get("known", known) != known:
        text = _(
            "Somebody changed this group in the meantime."
            " Open its page anew to see how, or save again to put yours in its place."
        )
        form.add_error(None, text)
        return False
    actor = principal_of(request).actor
    group = save_group(site=site, number=number, settings=form.settings(), actor=actor)
    chosen = [evse.pk for evse in form.cleaned_data["connectors"]]
    set_members(group=group, evse_ids=chosen, actor=actor)
    return True


def _exceptions(group: ScheduleGroup) -> list[tuple[OtherHours, str]]:
    """Return the exceptions of a group, each with where it is deleted."""
    place = (group.site.code, group.number)
    return [
        (each.other_hours, reverse("schedule_exception_delete", args=[*place, each.pk]))
        for each in group.exceptions.all()
    ]


def _group_page(
    request: HttpRequest, site: Site, number: int, form: GroupForm, exception_form: ExceptionForm
) -> HttpResponse:
    group = _find(site, number)
    others = ScheduleGroup.objects.filter(site=site).exclude(number=number)
    with timezone.override(site.zone):
        context = {
            "site": site,
            "number": number,
            "group": group,
            "form": form,
            "known": fingerprint(group),
            "exception_form": exception_form,
            "exceptions": _exceptions(group) if group else (),
            "preview": preview_of(site, utc_now(), number),
            "others": others,
            "shared": Schedule.objects.all(),
            "copied": request.GET.get("from", ""),
            "members": Evse.objects.filter(groups=group).select_related("charge_point") if group else (),
            **_rights(request, site),
        }
        return render(request, "console/schedules/group.html", context)
