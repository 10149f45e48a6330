"""Practices of the field that no other test shows on its own: each mark names what is proven."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from collab.models import User
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, DriverFactory
from tests.factories.teams import TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.mark.practice("R-226", "R-232", "R-288")
def test_teams_read_how_sure_we_are_what_we_do_not_know_and_what_to_try_first(
    client_for: Callable[[User], Client],
) -> None:
    """A weak idea is not kept from the teams: it stands there with its grade, its open question and a small test."""
    member = TeamMembershipFactory()
    package = ChangePackageFactory(collaborative=member.team.collaborative, published=True)
    ChangeIdeaFactory(
        package=package,
        drivers=[DriverFactory(package=package)],
        name="Call the day before",
        first_test="By Tuesday: one clinician calls three people.",
        evidence="promising",
        unknowns="Whether a text message does as well.",
    )
    page = Page(client_for(member.user).get(f"{package.collaborative.get_absolute_url()}change-package/"))
    facts = dict(zip(page.texts(".idea dt"), page.texts(".idea dd"), strict=True))
    assert facts == {
        "A small first test": "By Tuesday: one clinician calls three people.",
        "Evidence": "Promising: worth testing",
        "What we do not know yet": "Whether a text message does as well.",
    }
