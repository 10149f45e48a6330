"""Where allauth asks us: nobody signs up without an invitation."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from invitations only; the open sign-up page stays closed."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False
