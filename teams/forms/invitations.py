"""Inviting people, and accepting."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collab.forms.accounts import PASSWORD_HELP
from collab.models import User
from teams.addresses import Addressee, read_addresses
from teams.enums import InvitedRole, SubjectKind
from teams.models import Invitation
from teams.policies import objections_to_inviting
from teams.queries.invitations import Subject


class InvitationForm(forms.Form):
    """Several people, one role, one object. Nothing is sent while one line is wrong.

    ``cleaned_data`` holds ``role`` as an ``InvitedRole`` and ``people`` as a list of ``Addressee``.
    """

    people = forms.CharField(
        label=_("Who"),
        help_text=_(
            "One person a line: an e-mail address, with the name if you have it, as in: Ana Rivera ana@agency.org."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        max_length=10_000,
    )
    role = forms.TypedChoiceField(
        label=_("Role"), help_text=_("It decides what they see and what they can do."), coerce=InvitedRole
    )
    message = forms.CharField(
        label=_("A few words from you"),
        help_text=_("They stand in the mail. People join sooner when they know why they were asked."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=1000,
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        roles = InvitedRole.of_kind(SubjectKind(str(subject._meta.model_name)))
        role_field = cast("forms.TypedChoiceField", self.fields["role"])
        role_field.choices = [(role.value, role.label) for role in roles]
        if len(roles) == 1:
            role_field.initial = roles[0].value
            role_field.widget = forms.HiddenInput()
        else:
            role_field.choices = [("", gettext("Choose a role")), *role_field.choices]

    def clean_people(self) -> list[Addressee]:
        people = read_addresses(self.cleaned_data["people"])
        if not people:
            raise ValidationError(gettext("Write at least one e-mail address."))
        return people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        people, role = cleaned.get("people"), cleaned.get("role")
        if people and role:
            objections = objections_to_inviting(self.subject, role, [person.email for person in people])
            for person in people:
                for sentence in getattr(objections.get(person.email), "messages", []):
                    self.add_error(
                        "people",
                        gettext("Line %(line)s: %(problem)s") % {"line": person.line, "problem": sentence},
                    )
        return cleaned


class NewPersonForm(forms.Form):
    """What somebody without an account types to accept: a name and a password."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As colleagues in other agencies should read it."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=PASSWORD_HELP,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["name"].initial = invitation.name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            person = User(email=self.invitation.email, name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
