"""Changing and ending roles, and one's own profile."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collab.forms.choices import DayInput
from collab.models import User
from teams.enums import TeamRole
from teams.models import TeamMembership


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A person's role in a team. Saving is the action's."""

    class Meta:
        model = TeamMembership
        fields = ("role", "discipline")
        help_texts = {
            "role": _("It decides what they can do: team leaders invite people, everybody can enter figures."),
            "discipline": _("For example: social work, nursing, peer support."),
        }

    @property
    def chosen_role(self) -> TeamRole:
        return TeamRole(self.cleaned_data["role"])


class EndRoleForm(forms.Form):
    """When somebody left."""

    on = forms.DateField(
        label=_("Left on"),
        widget=DayInput(),
        help_text=_("From this day on they no longer see anything here. Who was here when stays known."),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """How others read a person's name."""

    class Meta:
        model = User
        fields = ("name", "pronouns")
        help_texts = {
            "name": _("As colleagues in other agencies should read it."),
            "pronouns": _("Only if you like. Shown beside your name."),
        }
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
