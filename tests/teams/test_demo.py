"""One-click sign-in exists in a demonstration only, and only for its accounts."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from teams.demo import shown_accounts
from tests.factories.collab import UserFactory
from tests.factories.teams import TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/demo/sign-in/"


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("method", ["get", "post"])
def test_outside_a_demonstration_the_page_does_not_exist(client: Client, method: str) -> None:
    member = TeamMembershipFactory(user__email="dana@demo.example").user
    assert getattr(client, method)(URL, {"email": member.email}).status_code == 404
    assert signed_in_as(client) is None
    assert "demo.example" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("demo")
def test_one_click_signs_in(client: Client) -> None:
    member = TeamMembershipFactory(user__email="dana@demo.example", user__name="Dana").user
    assert [(each.name, each.email) for each in shown_accounts()] == [("Dana", "dana@demo.example")]
    assert "Dana" in client.get(reverse("account_login")).content.decode()
    assert client.post(URL, {"email": member.email}).status_code == 302
    assert signed_in_as(client) == str(member.pk)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "fields",
    [
        {"email": "real@example.org"},
        {"email": "real@notdemo.example"},
        {"email": "off@demo.example", "is_active": False},
    ],
)
def test_nobody_else_is_let_in(client: Client, fields: dict[str, Any]) -> None:
    user = TeamMembershipFactory(user=UserFactory(**fields)).user
    assert client.post(URL, {"email": user.email}).status_code == 404
    assert signed_in_as(client) is None
    assert shown_accounts() == []


@pytest.mark.usefixtures("demo")
def test_nothing_happens_on_get_or_without_an_account(client: Client) -> None:
    TeamMembershipFactory(user__email="dana@demo.example")
    assert client.get(URL, {"email": "dana@demo.example"}).status_code == 405
    assert client.post(URL).status_code == 404
    assert signed_in_as(client) is None


@pytest.mark.usefixtures("demo")
def test_a_second_factor_is_still_asked_for(client: Client) -> None:
    member = TeamMembershipFactory(user__email="dana@demo.example").user
    TOTP.activate(member, generate_totp_secret())
    response = client.post(URL, {"email": member.email})
    assert response.url == reverse("mfa_authenticate")
    assert signed_in_as(client) is None


@pytest.mark.usefixtures("demo")
def test_it_is_limited(client: Client) -> None:
    for _try in range(30):
        assert client.post(URL, {"email": "x@demo.example"}).status_code == 404
    response = client.post(URL, {"email": "x@demo.example"})
    assert response.status_code == 429
    assert "That was too often" in response.content.decode()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("accounts", [1, 3])
def test_five_queries_show_any_number_of_accounts(
    django_assert_num_queries: DjangoAssertNumQueries, accounts: int
) -> None:
    for number in range(accounts):
        TeamMembershipFactory(user__email=f"person{number}@demo.example")
    with django_assert_num_queries(5):
        assert len(shown_accounts()) == accounts
