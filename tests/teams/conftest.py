"""Fixtures of this room's tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from collab.common.models import AuditEvent
from tests.worlds import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def token_of_last_mail() -> Callable[[], str]:
    """The token in the link of the newest mail."""

    def read() -> str:
        found = re.search(r"/invitations/([\w-]+)/", str(mail.outbox[-1].body))
        assert found is not None
        return found[1]

    return read


@pytest.fixture
def events() -> Callable[[], list[dict[str, Any]]]:
    """What the audit trail says, oldest first: who, what, about which row, on whose page, and the detail."""

    def read() -> list[dict[str, Any]]:
        return [
            {
                "by": event.actor_id,
                "event": event.event,
                "target": (event.target_type, event.target_id),
                "scope": (event.scope_type, event.scope_id),
                "detail": event.detail,
            }
            for event in AuditEvent.objects.order_by("pk")
        ]

    return read
