"""A team's part of the measurement plan, one measure at a time."""

from __future__ import annotations

from typing import Any

from django import forms

from metrics.models import PlanAnswer
from metrics.presenters.plans import ANSWERS


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Who, from what, how, when; the sample only where one is allowed."""

    class Meta:
        model = PlanAnswer
        fields = ANSWERS
        widgets = {"method": forms.Textarea(attrs={"rows": 4, "maxlength": 2000})}

    def __init__(self, *args: Any, sampling_ok: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sampling_ok and not self.instance.sample:
            del self.fields["sample"]
