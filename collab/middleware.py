"""What stands before every view: a second factor for those who see many teams' figures, and no broken addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import middleware as auth
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from collab.rules import coordinated_center_ids, taught_collaborative_ids
from collab.second_factor import was_given

# Recovery codes alone are no second factor: they come with one.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

# The machines' pages, signing in and out: open to every session.
ALWAYS_OPEN = frozenset({"health_live", "health_ready", "account_login", "account_logout"})
# What somebody without a second factor can still open: all that setting one up needs. Everything else is refused,
# whichever way it is asked for.
OPEN_WITHOUT = ALWAYS_OPEN | frozenset(
    {
        "account_reauthenticate",
        # An authenticator asks for a verified address first.
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


def must_have_second_factor(user: object) -> bool:
    """Staff of the site, coordinators and faculty see many teams' figures: a password alone is not enough."""
    return bool(
        getattr(user, "is_staff", False)
        or getattr(user, "is_superuser", False)
        or coordinated_center_ids(user)
        or taught_collaborative_ids(user)
    )


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Django's, but somebody whose session ended while they typed comes back to the page with the form."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        return redirect(_sign_in_address(request))


class RefuseNulMiddleware:
    """Refuse an address with a NUL character after its question mark: nobody types one, and PostgreSQL fails on it.

    Form fields refuse it themselves, and no path of ours can hold one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the query")
        return self.get_response(request)


class RequireSecondFactorMiddleware:
    """Send people who must have a second factor, and have none, to setting one up, whatever they ask for.

    A session that was opened with a password alone ends when its person sets a factor up elsewhere. Only the
    demonstration setting waives both, and then every page says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Stop before the view: here the address is resolved, so names are compared, not beginnings of paths."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if settings.DEMO_WAIVE_MFA or name in ALWAYS_OPEN:
            return None
        if not request.user.is_authenticated or not must_have_second_factor(request.user):
            return None
        if is_mfa_enabled(request.user, SECOND_FACTORS):
            return None if was_given(request) else _sign_in_again(request)
        return None if name in OPEN_WITHOUT else _set_up(request)


def _set_up(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Your role needs a second step at sign-in. Set it up to go on."))
    return _lead_to(request, resolve_url("mfa_index"))


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """End a session that never gave the second factor that its person has by now."""
    logout(request)
    messages.info(request, _("A second step at sign-in was set up for your account. Sign in with it to go on."))
    return _lead_to(request, _sign_in_address(request))


def _sign_in_address(request: HttpRequest) -> str:
    """The sign-in page, leading back to the page that was asked for or, after a form, to the page with the form."""
    back = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        page = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
        back = urlsplit(page)._replace(scheme="", netloc="").geturl() if page and ours else resolve_url("my_work")
    return f"{resolve_url('account_login')}?{urlencode({'next': back})}"


def _lead_to(request: HttpRequest, url: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware
        # A part of a page can not hold it: the whole page goes there.
        return HttpResponseClientRedirect(url)
    return redirect(url)
