"""The accounts of a demonstration: which they are, and how the sign-in page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from collab.models import User
from teams.queries.people import RoleLine, roles_of_all

# A name under .example never resolves (RFC 2606): no mail to it can be received, so nobody can verify an address in it.
DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """A button of the sign-in page: who, and what they do, in plain words."""

    email: str
    name: str
    roles: list[RoleLine]

    @property
    def role(self) -> str:
        """ "Data lead, Northside in Access 2025"; the widest role stands for all."""
        return f"{self.roles[0].role}, {self.roles[0].where}" if self.roles else ""


def demonstration_accounts() -> QuerySet[User]:
    """Accounts that may be entered with one click, none outside a demonstration."""
    if not settings.DEMO:
        return User.objects.none()
    return User.objects.filter(email__iendswith=f"@{DOMAIN}", is_active=True).order_by("pk")


def shown_accounts() -> list[DemonstrationAccount]:
    """The accounts with a role, in the order in which they were made."""
    people = list(demonstration_accounts())
    roles = roles_of_all(people)
    return [DemonstrationAccount(user.email, user.name, roles[user.pk]) for user in people if roles[user.pk]]


def context(_request: HttpRequest) -> dict[str, Any]:
    """For the sign-in page: ``demo_accounts``, read only where a template asks for it."""
    return {"demo_accounts": SimpleLazyObject(shown_accounts)} if settings.DEMO else {}
