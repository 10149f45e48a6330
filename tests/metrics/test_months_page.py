"""The days in the list of months are those of the collaborative's calendar, not of the server's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.models import User
from tests.factories.metrics import ReopeningFactory, SubmissionFactory
from tests.metrics.months import DUE, FEBRUARY, JANUARY, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_a_month_sent_in_the_last_hour_and_one_open_until_midnight(client_for: Callable[[User], Client]) -> None:
    """In New York it is 10 February and 31 May; by universal time the next day has begun."""
    world = make_world()
    SubmissionFactory(team=world.team, month=JANUARY, submitted_at=DUE - dt.timedelta(hours=1))
    now = dt.datetime(2025, 5, 20, 12, tzinfo=dt.UTC)
    ReopeningFactory(
        team=world.team, month=FEBRUARY, opened_at=now, open_until=dt.datetime(2025, 6, 1, 4, tzinfo=dt.UTC)
    )
    with time_machine.travel(now, tick=False):
        page = client_for(world.ana).get(reverse("months", args=["access", "northside"])).content.decode()
    assert page.count("10 Feb 2025, ") == 1
    assert page.count("reopened until Sat 31 May<") == 1
