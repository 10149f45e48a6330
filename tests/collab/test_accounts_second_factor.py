"""Who must have a second factor, and that there is no way around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from collab.middleware import ALWAYS_OPEN, OPEN_WITHOUT, must_have_second_factor
from collab.models import User
from tests.conftest import give_second_factor
from tests.factories.collab import PASSWORD
from tests.worlds import FACULTY, World, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SET_UP = "/accounts/2fa/"


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def coordinator(world: World) -> Client:
    """Signed in with a password, no second factor yet."""
    client = Client()
    client.force_login(world.users["coordinator"])
    return client


def test_who_must_have_one(world: World) -> None:
    must = {who for who in world.users if must_have_second_factor(world.fresh(who))}
    # The person who is switched off never gets a session; the rule does not need to know.
    assert must - {"switched-off person"} == {
        "site administrator",
        "coordinator",
        *FACULTY,
        "other coordinator",
        "other coach",
    }


def test_everybody_is_let_in_or_sent_to_set_up_by_role(world: World) -> None:
    sent, let_in = set(), set()
    for who, user in world.users.items():
        if not user.is_active:
            continue
        client = Client()
        client.force_login(user)
        response = client.get(reverse("profile"))
        (let_in if response.status_code == 200 else sent).add(who)
        if response.status_code != 200:
            assert (response.status_code, response.url) == (302, SET_UP)
    assert sent == {who for who in world.users if must_have_second_factor(world.fresh(who))} - {"switched-off person"}
    assert let_in == set(world.users) - sent - {"switched-off person"}


def test_a_post_changes_nothing(coordinator: Client, world: World) -> None:
    response = coordinator.post(reverse("profile"), {"name": "Changed", "pronouns": ""})
    assert (response.status_code, response.url) == (302, SET_UP)
    assert world.fresh("coordinator").name != "Changed"


def test_a_part_of_a_page_sends_the_whole_page(coordinator: Client) -> None:
    response = coordinator.get(reverse("my_work"), headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, SET_UP)
    assert b"html" not in response.content


@pytest.mark.parametrize(
    "path",
    ["/", "/me/", "/accounts/../me/", "/accounts/2fa/../../me/", "//accounts/login/", "/accounts/password/change/"],
)
def test_only_named_pages_are_open(coordinator: Client, path: str) -> None:
    response = coordinator.get(path)
    assert response.status_code in (302, 404)
    if response.status_code == 302:
        assert response.url == SET_UP


@pytest.mark.parametrize("name", sorted(OPEN_WITHOUT - {"account_confirm_email", "account_login"}))
def test_what_setting_up_needs_is_open(coordinator: Client, name: str) -> None:
    response = coordinator.get(reverse(name))
    assert not (response.status_code == 302 and response.url == SET_UP and name != "mfa_index")
    assert response.status_code in (200, 302, 404, 405)


def test_signing_out_works_without(coordinator: Client) -> None:
    assert coordinator.post(reverse("account_logout")).status_code == 302
    assert coordinator.get(reverse("my_work")).url.startswith(reverse("account_login"))


def test_switching_it_off_closes_the_door_again(world: World, client_for: Callable[[User], Client]) -> None:
    coordinator = client_for(world.users["coordinator"])
    assert coordinator.get(reverse("profile")).status_code == 200
    Authenticator.objects.filter(user=world.users["coordinator"]).delete()
    assert coordinator.get(reverse("profile")).url == SET_UP


def test_a_session_of_a_password_alone_ends_when_a_factor_is_set_up_elsewhere(
    world: World, coordinator: Client
) -> None:
    assert coordinator.get(SET_UP).status_code == 200
    give_second_factor(world.users["coordinator"])
    response = coordinator.get("/me/?tab=1")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=%2Fme%2F%3Ftab%3D1")
    assert "_auth_user_id" not in coordinator.session
    page = coordinator.get(response.url).content.decode()
    assert "A second step at sign-in was set up for your account. Sign in with it to go on." in page


@pytest.mark.parametrize("name", sorted(OPEN_WITHOUT - ALWAYS_OPEN - {"account_confirm_email"}))
def test_such_a_session_reaches_nothing_that_set_up_leaves_open(world: World, coordinator: Client, name: str) -> None:
    # The recovery codes above all: with them and the password somebody else would get in.
    give_second_factor(world.users["coordinator"])
    assert coordinator.post(reverse(name)).url == f"{reverse('account_login')}?next=%2F"
    assert "_auth_user_id" not in coordinator.session


def test_such_a_part_of_a_page_sends_the_whole_page_to_sign_in(world: World, coordinator: Client) -> None:
    give_second_factor(world.users["coordinator"])
    response = coordinator.post(reverse("profile"), headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (
        200,
        f"{reverse('account_login')}?next=%2F",
    )


@pytest.mark.django_db(transaction=True)  # allauth tells of it after the commit, inside the request
def test_the_session_that_sets_it_up_goes_on(world: World) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": world.users["coordinator"].email, "password": PASSWORD})
    url = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": url})
    secret = client.get(url).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(url, {"code": code}).url == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("profile")).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(world: World, coordinator: Client) -> None:
    RecoveryCodes.activate(world.users["coordinator"])
    assert coordinator.get(reverse("profile")).url == SET_UP


def test_a_role_given_meanwhile_counts_at_the_next_request(world: World) -> None:
    client = Client()
    client.force_login(world.users["stranger"])
    assert client.get(reverse("profile")).status_code == 200
    world.center.appointments.create(user=world.users["stranger"])
    assert client.get(reverse("profile")).url == SET_UP


def test_only_the_demonstration_setting_waives_it_and_says_so(coordinator: Client, settings: Any) -> None:
    settings.DEBUG = True
    settings.DEMO = True
    assert coordinator.get(reverse("profile")).url == SET_UP
    settings.DEMO_WAIVE_MFA = True
    response = coordinator.get(reverse("profile"))
    assert response.status_code == 200
    assert "The second step at sign-in is switched off for this demonstration." in response.content.decode()
