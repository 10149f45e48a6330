"""Whether a session has proven a second factor. allauth keeps the record for the factors that were given at sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest


def was_given(request: HttpRequest) -> bool:
    """Whether this session has proven a second factor, by giving it at sign-in or by setting it up."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


@receiver(authenticator_added, dispatch_uid="second_factor_set_up")
def remember_setting_up(*, request: HttpRequest, user: Any, authenticator: Authenticator, **_more: Any) -> None:
    """Whoever sets a factor up has just proven to have it: that session need not give it again."""
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
