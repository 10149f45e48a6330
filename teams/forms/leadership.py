"""Requests to the senior leader, answers, and the leader's goal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from collab.forms.choices import DayInput
from teams.enums import Answer
from teams.models import LeaderRequest, Team


class RequestForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """One thing a team asks of its senior leader."""

    class Meta:
        model = LeaderRequest
        fields = ("text", "why", "needed_by")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
            "why": forms.Textarea(attrs={"rows": 2, "maxlength": 1000}),
            "needed_by": DayInput(),
        }
        help_texts = {
            "text": _("One thing, in one or two sentences, that a leader can say yes to."),
            "why": _("What it would change for the people you serve."),
            "needed_by": _("If there is a day after which it is too late."),
        }


class AnswerForm(forms.Form):
    """Yes, no or later, and a few words."""

    answer = forms.TypedChoiceField(choices=Answer.choices, coerce=Answer)
    note = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class LeaderGoalForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What the senior leader wants from this work."""

    class Meta:
        model = Team
        fields = ("leader_goal",)
        widgets = {"leader_goal": forms.Textarea(attrs={"rows": 3, "maxlength": 1000})}
        help_texts = {"leader_goal": _("In your own words. The team reads it on its page.")}
