"""Signing in, verification, reset and their limits, as this site sets allauth up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import get_hashers
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

import config.settings
from collab.models import User
from tests.factories.collab import PASSWORD, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_capitals_in_the_address_do_not_matter(client: Client) -> None:
    UserFactory(email="ana@example.org")
    assert sign_in(client, "Ana@Example.ORG").url == "/"
    assert is_in(client)


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    response = client.post(
        reverse("account_signup"), {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert User.objects.count() == 0
    assert "eve@example.org" not in response.content.decode()


def test_an_address_that_is_not_verified_does_not_get_in(client: Client) -> None:
    UserFactory(email="ana@example.org", verified=False)
    assert sign_in(client, "ana@example.org").url == reverse("account_email_verification_sent")
    assert is_in(client) is False
    [letter] = mail.outbox
    link = re.search(r"/accounts/confirm-email/\S+", str(letter.body))
    assert link is not None
    assert client.get(link[0]).status_code == 200
    assert is_in(client) is False
    client.post(link[0])
    assert sign_in(client, "ana@example.org").url == "/"


def test_somebody_who_is_switched_off_does_not_get_in(client: Client) -> None:
    UserFactory(email="ana@example.org", is_active=False)
    sign_in(client, "ana@example.org")
    assert is_in(client) is False


def test_guessing_a_password_is_limited_and_told_in_words(client: Client) -> None:
    UserFactory(email="ana@example.org")
    for _try in range(5):
        assert "not correct" in sign_in(client, "ana@example.org", "wrong wrong wrong").content.decode()
    assert "Too many failed login attempts" in sign_in(client, "ana@example.org").content.decode()
    assert is_in(client) is False
    # Somebody else at the same address of the net is not locked out with her.
    UserFactory(email="bo@example.org")
    assert sign_in(client, "bo@example.org").url == "/"


def test_a_flood_of_sign_ins_meets_our_own_page(client: Client) -> None:
    for _try in range(30):
        client.post(LOGIN, {})
    response = client.post(LOGIN, {})
    assert response.status_code == 429
    assert "That was too often" in response.content.decode()
    assert "Learning Commons" in response.content.decode()


def test_behind_a_proxy_each_visitor_has_their_own_limit(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _try in range(31):
        flooded = client.post(LOGIN, {}, headers={"X-Forwarded-For": "203.0.113.7"})
    assert flooded.status_code == 429
    # What a visitor writes into the header before the proxy's own entry changes nothing.
    forged = client.post(LOGIN, {}, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    assert forged.status_code == 429
    assert client.post(LOGIN, {}, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200


def test_a_reset_tells_nobody_who_has_an_account(client: Client) -> None:
    UserFactory(email="ana@example.org")
    pages = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in ("ana@example.org", "nobody@example.org")
    ]
    assert [(page.status_code, page.url) for page in pages] == [(302, reverse("account_reset_password_done"))] * 2
    assert [letter.to for letter in mail.outbox] == [["ana@example.org"], ["nobody@example.org"]]


def test_a_reset_sets_a_new_password(client: Client) -> None:
    ana = UserFactory(email="ana@example.org")
    client.post(reverse("account_reset_password"), {"email": "ana@example.org"})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[0]).url
    new = "another quite long password"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(new)
    # The link is spent.
    assert "_auth_user_id" not in client.session
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code in (200, 302)
    ana.refresh_from_db()
    assert ana.check_password(new)


def test_with_an_authenticator_app_a_password_is_not_enough(client: Client) -> None:
    ana = UserFactory(email="ana@example.org")
    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    assert sign_in(client, "ana@example.org").url == reverse("mfa_authenticate")
    assert is_in(client) is False
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert is_in(client) is False
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert is_in(client)


def test_the_ways_of_the_second_step() -> None:
    assert config.settings.MFA_SUPPORTED_TYPES == ["totp", "recovery_codes", "webauthn"]
    assert {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN} == set(
        config.settings.MFA_SUPPORTED_TYPES
    )


def test_passwords_are_kept_with_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = config.settings.PASSWORD_HASHERS
    assert [hasher.algorithm for hasher in get_hashers()] == ["argon2", "pbkdf2_sha256"]
    user = User(email="ana@example.org")
    user.set_password(PASSWORD)
    assert user.password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("who", ["superuser", "staff"])
def test_administrators_hold_no_role_they_were_not_given(who: str) -> None:
    user = UserFactory(is_staff=True, is_superuser=who == "superuser")
    assert user.has_perm("teams.belong_to_team", None) is False
    assert user.has_perm("no.such_permission") is False


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("account_login", ["E-mail address*", "Password*", "Keep me signed in"]),
        ("account_reset_password", ["E-mail address*"]),
    ],
)
def test_forms_are_labelled_in_plain_words(client: Client, name: str, labels: list[str]) -> None:
    page = Page(client.get(reverse(name)))
    assert page.texts("main form label") == labels
    assert page.all("main [placeholder]") == []


def test_every_form_of_allauth_that_people_see_speaks_our_words(client_for: Callable[[User], Client]) -> None:
    client = client_for(UserFactory())
    page = Page(client.get(reverse("account_change_password")))
    assert page.texts("main form label") == ["Current password*", "New password*", "New password, once more*"]
    assert page.all("main [placeholder]") == []
    assert Page(client.get(reverse("account_email"))).texts("[aria-labelledby=add] label") == ["E-mail address*"]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (
            "http://testserver/c/access/change-package/draft/ideas/new/?driver=3",
            "/c/access/change-package/draft/ideas/new/?driver=3",
        ),
        ("http://elsewhere.example/c/access/", "/"),
        ("", "/"),
    ],
)
def test_after_a_form_signing_in_leads_back_to_the_page_with_the_form(client: Client, referer: str, back: str) -> None:
    response = client.post("/c/access/change-package/draft/publish/", headers={"Referer": referer})
    assert response.url == f"{LOGIN}?{urlencode({'next': back})}"


def test_after_a_page_signing_in_leads_back_to_it(client: Client) -> None:
    assert client.get("/me/?tab=1").url == "/accounts/login/?next=/me/%3Ftab%3D1"
