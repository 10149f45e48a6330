"""A second factor for those who can see many teams' figures."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from collab.rules import coordinated_center_ids, taught_collaborative_ids


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
        if self._must_set_up(request):
            messages.info(request, _("Your role needs a second step at sign-in. Set it up to go on."))
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        if settings.DEMO_WAIVE_MFA or not request.user.is_authenticated:
            return False
        # Signing in, out and setting up the factor itself live below /accounts/.
        if request.path.startswith(
            (reverse("account_login").removesuffix("login/"), f"/{settings.STATIC_URL}".replace("//", "/"))
        ):
            return False
        return must_have_second_factor(request.user) and not is_mfa_enabled(request.user)
