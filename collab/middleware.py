"""A second factor for those who can see many teams' figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from collab.rules import coordinated_center_ids, taught_collaborative_ids

# Recovery codes alone are no second factor: they come with one.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

# What somebody without a second factor can still open: all that setting one up needs, signing out, and the machines'
# pages. Everything else is refused, whichever way it is asked for.
OPEN_WITHOUT = frozenset(
    {
        "health_live",
        "health_ready",
        "account_login",
        "account_logout",
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


class RequireSecondFactorMiddleware:
    """Send people who must have a second factor, and have none, to setting one up, whatever they ask for.

    Only the demonstration setting waives it, and then every page says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Stop before the view: here the address is resolved, so names are compared, not beginnings of paths."""
        if not self._must_set_up(request):
            return None
        messages.info(request, _("Your role needs a second step at sign-in. Set it up to go on."))
        if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware
            # A part of a page can not hold the set-up: the whole page goes there.
            return HttpResponseClientRedirect(redirect("mfa_index").url)
        return redirect("mfa_index")

    def _must_set_up(self, request: HttpRequest) -> bool:
        if settings.DEMO_WAIVE_MFA or not request.user.is_authenticated:
            return False
        if request.resolver_match is not None and request.resolver_match.view_name in OPEN_WITHOUT:
            return False
        return must_have_second_factor(request.user) and not is_mfa_enabled(request.user, SECOND_FACTORS)
