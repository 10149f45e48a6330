"""What a thread, a review and a private note send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pdsa.enums import CommentKind, Part
from pdsa.limits import check_length


class WordsForm(forms.Form):
    """A text with the number of the form it was typed into, so that sending twice writes once."""

    text = forms.CharField(
        validators=[check_length],
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class CommentForm(WordsForm):
    """A comment, question or feedback in a thread. ``seen``: the newest one on the page; empty to insist."""

    part = forms.TypedChoiceField(
        required=False, choices=[("", ""), *Part.choices], coerce=Part, empty_value=None, widget=forms.HiddenInput
    )
    parent = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.TypedChoiceField(
        required=False, choices=CommentKind.choices, coerce=CommentKind, empty_value=CommentKind.COMMENT
    )

    @classmethod
    def typed(cls, data: Any) -> str:
        """What was typed, whatever became of it: shown again when it could not be sent."""
        return str(data.get("text", ""))


class ReviewForm(forms.Form):
    """What a team wants looked at."""

    question = forms.CharField(required=False, validators=[check_length], widget=forms.Textarea(attrs={"rows": 2}))
