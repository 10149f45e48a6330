"""Agencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collab.models import Center
from teams.models import Agency


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What is written about an agency. Saving is the action's."""

    class Meta:
        model = Agency
        fields = ("name", "code", "setting")
        help_texts = {
            "name": _("As the agency writes it."),
            "code": _("The short name in files and imports, such as NORTHSIDE. It stays when the name changes."),
            "setting": _("Readers compare like with like. For example: community mental health center."),
        }

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Set before cleaning, so that a code that is taken in this center is told at the field.
        self.instance.center = center

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"center"}  # type: ignore[misc,no-any-return]  # Django's own hook
