"""A page kept under a name."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.models.saved_view import LONGEST_NAME, LONGEST_PATH
from metrics.policies import check_view_path


class NameForm(forms.Form):
    """The name alone, for a view that is there."""

    name = forms.CharField(
        label=_("Name of the view"), max_length=LONGEST_NAME, help_text=_("Such as: Late teams in Ohio.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class SaveViewForm(NameForm):
    """A name and the address of the page, which must be one of this site's."""

    path = forms.CharField(max_length=LONGEST_PATH, widget=forms.HiddenInput, validators=[check_view_path])
