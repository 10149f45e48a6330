"""Every page carries the strict policy, word for word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from collab.enums import CollaborativeRole
from collab.models import User
from tests.factories.collab import CollaborativeAppointmentFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "manifest-src": "'self'",
}


def policy_of(header: str) -> dict[str, str]:
    return dict(directive.strip().split(" ", 1) for directive in header.split(";"))


@pytest.mark.parametrize(
    "address",
    ["/", "/search/?q=ab", "/help/", "/c/access/", "/accounts/2fa/", "/accounts/password/change/", "/no/such/page/"],
)
def test_pages_of_somebody_signed_in(client_for: Callable[[User], Client], address: str) -> None:
    appointment = CollaborativeAppointmentFactory(collaborative__slug="access", role=CollaborativeRole.SPONSOR)
    response = client_for(appointment.user).get(address)
    assert policy_of(response["Content-Security-Policy"]) == POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/health/live"]
)
def test_pages_of_anybody(address: str) -> None:
    response = Client().get(address)
    assert policy_of(response["Content-Security-Policy"]) == POLICY
