"""The page behind a one-time link: choose a password and be logged in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evkit.console.people.forms import NewPasswordForm
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.addresses import client_address
from sites.forms import wait_text
from sites.models import User
from sites.services.links import InvalidLinkError, TooManyLinksError, find_link, redeem_link


@require_http_methods(["GET", "POST"])
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Let the holder of a link choose a password; no log-in is needed."""
    address, now = client_address(request), utc_now()
    try:
        user = find_link(token=token, address=address, now=now)
        _speak_to(request, user)
        form = NewPasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            password = form.cleaned_data["password"]
            user = redeem_link(token=token, password=password, address=address, now=now)
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("sites")
    except InvalidInputError as error:
        form.refuse(error)
    except TooManyLinksError as error:
        return _refused(request, wait_text(error.wait), 429)
    except InvalidLinkError as error:
        return _refused(request, error.message, 410)
    return render(request, "account/link.html", {"form": form, "person": user})


def _speak_to(request: HttpRequest, user: User) -> None:
    """Use the invited person's language, unless this browser has chosen one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


def _refused(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "account/link_refused.html", {"message": message}, status=status)
