"""allauth's forms in this site's words: sentence case, help where it is needed, and labels instead of placeholders."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

PASSWORD_HELP = _("At least 12 characters. Three or four words that do not belong together work well.")

# Field → its label and what helps to fill it in. A field that is not here keeps allauth's words.
WORDS: dict[str, tuple[Any, Any]] = {
    "login": (_("E-mail address"), ""),
    "email": (_("E-mail address"), ""),
    "remember": (_("Keep me signed in"), _("For 12 hours. Only on a computer that nobody else uses.")),
    "oldpassword": (_("Current password"), ""),
    "password1": (_("New password"), PASSWORD_HELP),
    "password2": (_("New password, once more"), ""),
    "name": (_("Name of the key"), _("Such as “My phone” or “Office computer”.")),
    "passwordless": (
        _("Sign in with this key alone, without a password"),
        _("It must then ask for your finger, your face or a PIN."),
    ),
}


class OurWords:
    """Goes before one of allauth's forms."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in WORDS:
                field.label, help_text = WORDS[name]
                field.help_text = help_text or field.help_text


class LoginForm(OurWords, account.LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Signing in."""


class AddEmailForm(OurWords, account.AddEmailForm):  # type: ignore[misc]
    """Another address of one's own."""


class ChangePasswordForm(OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """A new password in place of the current one."""


class SetPasswordForm(OurWords, account.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account without one."""


class ResetPasswordForm(OurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """Asking for the link after a forgotten password."""


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password behind that link."""


class ReauthenticateForm(OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that protects the account."""


class AuthenticateForm(OurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second step."""


class CodeAgainForm(OurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something that protects the account."""


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""


class AddWebAuthnForm(OurWords, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""


class EditWebAuthnForm(OurWords, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""
