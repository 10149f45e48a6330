"""What a coach says after reading a cycle."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

YES, NO = "yes", "no"


class JudgeForm(forms.Form):
    """Two questions of yes and no. Neither is answered beforehand: a default would be an answer nobody gave."""

    past_tense = forms.TypedChoiceField(
        label=_("Does the Study tell what happened?"),
        help_text=_("Written in the past tense, so that one sees the test was really run: “Five of seven came.”"),
        choices=((YES, _("Yes")), (NO, _("No"))),
        coerce=lambda value: value == YES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    learning = forms.TypedChoiceField(
        label=_("Was something tested or learned?"),
        help_text=_("A test of a change or a collection of information. A list of things to do is not a cycle."),
        choices=((YES, _("Yes")), (NO, _("No"))),
        coerce=lambda value: value == YES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    note = forms.CharField(
        label=_("Note for other coaches"),
        help_text=_("The team does not see it. Other coaches see it after they have answered."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @staticmethod
    def initial_from(score: Any) -> dict[str, Any]:
        """The answers of a score that was given before."""
        words = {True: YES, False: NO}
        return {"past_tense": words[score.past_tense], "learning": words[score.learning], "note": score.note}
