"""A team's sites, and how long a month took."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from collab.common.names import first_free
from metrics.models import Site
from teams.models import Team

LONGEST_CODE = 40
MOST_MINUTES = 6000


class SiteForm(forms.Form):
    """A new site: its name is enough."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("As your people say it, such as “Main Street”.")
    )
    code = forms.SlugField(
        label=_("Short name in files"),
        max_length=LONGEST_CODE,
        required=False,
        help_text=_("Left empty, it is made from the name. It can not be changed later."),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken = set(Site.objects.filter(team=self.team).values_list("code", flat=True))
        code = (cleaned.get("code") or "").lower()
        if code and code in taken:
            self.add_error("code", _("The team already has a site with this short name."))
        elif not code:
            made = slugify(cleaned.get("name", ""))[: LONGEST_CODE - 4].strip("-_") or "site"
            code = first_free(made, taken)
        cleaned["code"] = code
        return cleaned


class SiteNameForm(forms.Form):
    """Another name for a site."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class MinutesForm(forms.Form):
    """One small question after a month was sent."""

    minutes = forms.IntegerField(
        label=_("How many minutes did this month's numbers take?"),
        help_text=_(
            "From looking them up to sending them, all people together. A guess is good; it shows faculty which "
            "measures cost too much."
        ),
        min_value=0,
        max_value=MOST_MINUTES,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "minutes"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
