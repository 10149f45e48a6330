"""The second step at sign-in: a passkey under the strict policy, an authenticator app, a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import User
from tests.factories.collab import PASSWORD, CenterAppointmentFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coordinator() -> User:
    """Somebody whose role needs a second step, and who has none yet."""
    person = UserFactory(name="Ben Ortiz", email="ben@example.org")
    CenterAppointmentFactory(user=person)
    return person


def enter_password(page: Page, live_server: LiveServer, user: User) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("textbox", name="E-mail address").fill(user.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_you(page: Page, axe: Callable[[Page], None]) -> None:
    """What protects an account is changed only after the password was typed for that purpose."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    axe(page)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def add_virtual_key(page: Page) -> None:
    """A phone or key that always says yes."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_passkey_is_set_up_and_signs_in(
    page: Page,
    live_server: LiveServer,
    coordinator: User,
    axe: Callable[[Page], None],
    at_320: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
) -> None:
    add_virtual_key(page)
    # Given a coordinator who signs in with a password alone
    enter_password(page, live_server, coordinator)
    # Then they are led to setting up a second step
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in security")
    axe(page)
    screenshot(page, "security-1280")
    # When they add a passkey
    page.get_by_role("link", name="Add a key").click()
    confirm_it_is_you(page, axe)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a passkey or security key")
    axe(page)
    page.get_by_label("Sign in with this key alone, without a password").check()
    page.get_by_role("button", name="Add the key").click()
    # Then they get recovery codes
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator(".code-list li")).to_have_count(10)
    axe(page)
    at_320(page)
    screenshot(page, "recovery-codes-320")
    # And the passkey alone signs them in
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("Passkey: signs in without a password")
    axe(page)
    at_320(page)


def test_refused_passkey_is_explained(
    page: Page, live_server: LiveServer, coordinator: User, axe: Callable[[Page], None]
) -> None:
    # Given a browser whose keys do not know this site
    add_virtual_key(page)
    page.goto(f"{live_server.url}/accounts/login/")
    # When somebody asks for a passkey
    page.get_by_role("button", name="Sign in with a passkey").click()
    # Then the page says so, and the password still works
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used. Try again, or go another way.")
    axe(page)
    page.get_by_role("button", name="Close").click()
    enter_password(page, live_server, coordinator)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in security")


def code_for(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_authenticator_app_is_set_up_and_asked_for(
    page: Page, live_server: LiveServer, coordinator: User, axe: Callable[[Page], None], at_320: Callable[[Page], None]
) -> None:
    enter_password(page, live_server, coordinator)
    page.get_by_role("link", name="Set up an app").click()
    confirm_it_is_you(page, axe)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
    axe(page)
    at_320(page)
    # A wrong code is told at the field
    page.get_by_label("Authenticator code").fill("000000")
    page.get_by_role("button", name="Switch the app on").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe(page)
    # A right one switches it on
    page.get_by_label("Authenticator code").fill(code_for(page.locator(".key").inner_text()))
    page.get_by_role("button", name="Switch the app on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    recovery = page.locator(".code-list li").first.inner_text()
    # The next sign-in asks for it, and takes a recovery code instead
    sign_out(page)
    enter_password(page, live_server, coordinator)
    expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
    axe(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")


def test_forgotten_password(
    page: Page, live_server: LiveServer, axe: Callable[[Page], None], at_320: Callable[[Page], None]
) -> None:
    person = UserFactory(email="cora@example.org")
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    axe(page)
    at_320(page)
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    axe(page)
    # The mail has one link
    (message,) = mail.outbox
    assert message.subject == "Choose a new password"
    (link,) = re.findall(r"http\S+", message.body)
    # A password that is too common is refused with a reason at the field
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    page.locator("#id_password1").fill("password")
    page.get_by_label("New password, once more").fill("password")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe(page)
    page.locator("#id_password1").fill("a calm and long evening")
    page.get_by_label("New password, once more").fill("a calm and long evening")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your password is changed")
    # The link works once
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    axe(page)


def test_a_long_address_fits_a_phone(
    page: Page,
    live_server: LiveServer,
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
    at_320: Callable[[Page], None],
) -> None:
    person = UserFactory(email=f"{'a-very-long-name' * 3}@example.org")
    sign_in(page, person)
    page.goto(f"{live_server.url}/accounts/email/")
    expect(page.get_by_role("radio")).to_be_checked()
    at_320(page)
    axe(page)
