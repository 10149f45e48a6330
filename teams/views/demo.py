"""Signing in to a demonstration account with one click. Outside a demonstration this page does not exist.

Three things must come together: the site's DEMO setting, an active account, and an address in a domain that can
receive no mail. Nobody can be invited to such an address or verify it, so only the seed of the demonstration makes
these accounts; their passwords are unusable. A second factor that an account has set up is asked for as always.
"""

from __future__ import annotations

from allauth.account.utils import perform_login
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from teams.demo import demonstration_accounts


@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    response: HttpResponse = _sign_in(request)
    return response


@never_cache
@require_POST
@rate_limit(action="demo_sign_in")  # type: ignore[untyped-decorator]  # allauth ships no types
def _sign_in(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(demonstration_accounts(), email=request.POST.get("email", ""))
    response: HttpResponse = perform_login(request, user)
    return response
