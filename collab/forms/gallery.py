"""The form on the gallery page, with a field of each kind."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from collab.common.months import MonthField
from collab.enums import DataSharing


class GalleryForm(forms.Form):
    """Never saved: it shows how fields look, empty and refused."""

    name = forms.CharField(label=_("Name"), help_text=_("As people say it, such as “First appointments”."))
    email = forms.EmailField(label=_("E-mail address"))
    first_month = MonthField(label=_("First month"))
    aim = forms.CharField(label=_("Aim"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    sharing = forms.ChoiceField(label=_("Data sharing"), choices=DataSharing.choices, widget=forms.RadioSelect)
    statistic = forms.ChoiceField(label=_("Statistic"), choices=[("a", _("Proportion")), ("b", _("Rate"))])
    required = forms.BooleanField(label=_("Every team reports it"), required=False)
