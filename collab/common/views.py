"""What every view needs before it does its own work."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class SignedInRequest(HttpRequest):
    """For annotations: a request of a person who is signed in, which ``LoginRequiredMiddleware`` sees to."""

    user: Any


def require(user: Any, permission: StrEnum, obj: Any, sentence: str) -> None:
    """Stop with 403 and ``sentence`` when ``user`` may see ``obj`` but does not hold ``permission`` over it.

    The sentence says who could do it, for the error page shows it as it is.
    """
    if not user.has_perm(permission.value, obj):
        raise PermissionDenied(sentence)
