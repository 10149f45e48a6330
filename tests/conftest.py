"""Fixtures that every room's tests use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client

from collab.middleware import must_have_second_factor
from collab.models import User

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits are counted in the cache: one test's sign-ins must not stop the next one's."""
    cache.clear()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and published examples beside the repository; read in place, never copied."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with real data is not on this machine")
    return folder


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """``client_for(user)``: a test client signed in as that person, with the second factor their roles need."""

    def make(user: User) -> Client:
        give_second_factor(user)
        client = Client()
        client.force_login(user)
        give_factor_in_session(client, user)
        return client

    return make


def give_factor_in_session(client: Client, user: User) -> None:
    """Note in the client's session what allauth notes when the second factor is given at sign-in."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa")
    request.session.save()


def give_second_factor(user: User) -> None:
    """Set up an authenticator app where the person's roles ask for one, as they would have done at first sign-in."""
    # A fresh instance: roles are remembered on the instance, and a test may still add some to its own.
    fresh = User.objects.get(pk=user.pk)
    if must_have_second_factor(fresh) and not is_mfa_enabled(fresh, [Authenticator.Type.TOTP]):
        TOTP.activate(fresh, generate_totp_secret())
