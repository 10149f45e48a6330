"""Secrets that stand in addresses stay out of the log."""

from __future__ import annotations

import pytest

from config.logging import hide_secrets

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("asked", "logged"),
    [
        ("GET /invitations/oV3fZ8-lxkB_w/", "GET /invitations/…/"),
        ("GET /accounts/password/reset/key/1-abc123/", "GET /accounts/password/reset/key/…/"),
        ("POST /accounts/confirm-email/MQ:1x:sig/", "POST /accounts/confirm-email/…/"),
        ("POST /invitations/12/take-back/", "POST /invitations/12/take-back/"),
        ("GET /c/access-2025/teams/", "GET /c/access-2025/teams/"),
    ],
)
def test_tokens_of_links_are_not_logged(asked: str, logged: str) -> None:
    event = {"event": "request_started", "request": asked, "code": 200}
    assert hide_secrets(None, "info", event) == {"event": "request_started", "request": logged, "code": 200}


def test_djangos_own_lines_hide_them_too() -> None:
    event = {"event": "Too Many Requests: /invitations/oV3fZ8-lxkB_w/"}
    assert hide_secrets(None, "warning", event) == {"event": "Too Many Requests: /invitations/…/"}
