"""Two people who rewrite the same part of a draft at once: neither loses a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from collab.models import ChangePackage, User
from tests.factories.collab import (
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    DriverFactory,
)
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ClientFor = Callable[[User], Client]
SAID = "Somebody changed this while you wrote. It says now: “%s”. Bring both together and save."


@pytest.fixture
def draft() -> ChangePackage:
    made = ChangePackageFactory(collaborative__slug="access", aim="See people sooner.")
    driver = DriverFactory(package=made, name="Access", description="The way in.")
    ChangeIdeaFactory(package=made, name="Call", description="Once.", drivers=[driver])
    return made


@pytest.mark.parametrize("kind", ["aim", "driver", "idea"])
def test_the_second_to_save_sees_the_others_text_and_keeps_their_own(
    draft: ChangePackage, client_for: ClientFor, kind: str
) -> None:
    client, other = (
        client_for(CollaborativeAppointmentFactory(collaborative=draft.collaborative).user) for _each in range(2)
    )
    row = {"aim": draft, "driver": draft.drivers.get(), "idea": draft.ideas.get()}[kind]
    text = "aim" if kind == "aim" else "description"
    part = "aim" if kind == "aim" else f"{kind}s/{row.pk}"
    url = f"/c/access/change-package/draft/{part}/"
    opened = {
        "aim": {},
        "driver": {"name": "Access"},
        "idea": {"name": "Call", "evidence": "some", "drivers": [draft.drivers.get().pk]},
    }[kind] | {"seen": Page(client.get(url)).values("[name=seen]", "value")[0]}
    # When the other one saves first
    assert other.post(url, {**opened, text: "Theirs."}).status_code == 302
    page = Page(client.post(url, {**opened, text: "Mine."}))
    # Then both texts are there, and nothing is overwritten
    row.refresh_from_db()
    assert getattr(row, text) == "Theirs."
    assert page.texts(f"#id_{text}") == ["Mine."]
    assert [line.endswith(SAID % "Theirs.") for line in page.texts(".error-summary li")] == [True]
    # And sent once more it is saved
    seen = page.values("[name=seen]", "value")[0]
    assert client.post(url, {**opened, "seen": seen, text: "Theirs and mine."}).status_code == 302
    row.refresh_from_db()
    assert getattr(row, text) == "Theirs and mine."


def test_the_same_words_from_both_are_no_conflict(draft: ChangePackage, client_for: ClientFor) -> None:
    client = client_for(CollaborativeAppointmentFactory(collaborative=draft.collaborative).user)
    url = "/c/access/change-package/draft/aim/"
    seen = Page(client.get(url)).values("[name=seen]", "value")[0]
    for _time in range(2):
        assert client.post(url, {"aim": "See people within a week.", "seen": seen}).status_code == 302
