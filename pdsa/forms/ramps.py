"""Forms for series of cycles: beginning one, changing it, ending it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.forms.choices import DayInput
from collab.models import ChangeIdea
from pdsa.enums import RampStatus
from pdsa.forms.together import TogetherForm
from pdsa.limits import LONGEST_TEXT
from pdsa.models import Ramp
from teams.models import Team


class RampForm(TogetherForm):
    """A series: which change, towards which aim, and what it shall show. The change is one of the package or own."""

    class Meta:
        model = Ramp
        fields = ("idea", "title", "aim", "objective")
        widgets = {"objective": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT})}
        help_texts = {
            "idea": gettext_lazy("From the change package. Leave it empty for an idea of your own."),
            "title": gettext_lazy("The change in a few words, as your team calls it. Empty: the change idea’s name."),
            "aim": gettext_lazy("What it shall help to reach."),
            "objective": gettext_lazy("How you will know, at the end of the series, that the change works here."),
        }  # fmt: skip

    def __init__(self, *args: Any, team: Team, ideas: Collection[ChangeIdea], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        idea, aim = self.fields["idea"], self.fields["aim"]
        assert isinstance(idea, forms.ModelChoiceField)  # noqa: S101 - a foreign key makes one
        assert isinstance(aim, forms.ModelChoiceField)  # noqa: S101 - a foreign key makes one
        # The idea it has stays to choose when a newer package does not hold it any more.
        kept = {self.instance.idea_id} - {None}
        idea.queryset = ChangeIdea.objects.filter(pk__in={one.pk for one in ideas} | kept)
        idea.empty_label = _("An idea of our own")
        idea.label = _("Change idea")
        aim.queryset = team.aims.filter(closed_on=None) | team.aims.filter(pk=self.instance.aim_id)
        aim.empty_label = _("No aim yet")
        self.fields["title"].required = False
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("title"):
            idea = self.cleaned_data.get("idea")
            if idea is None:
                self.add_error("title", _("Choose a change idea, or say in a few words which change you test."))
            else:
                self.cleaned_data["title"] = idea.name
        return super().clean()


class EndRampForm(forms.Form):
    """Finishing a series, or stopping it with the reason."""

    status = forms.TypedChoiceField(
        label=gettext_lazy("How does it end?"),
        coerce=RampStatus,
        choices=[
            (RampStatus.FINISHED.value, gettext_lazy("Finished: we know what we wanted to know")),
            (RampStatus.STOPPED.value, gettext_lazy("Stopped: we do not go on with this change")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the series is finished or stopped.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, in a sentence"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
        help_text=gettext_lazy("Needed when it is stopped: others learn as much from that."),
    )
    on = forms.DateField(label=gettext_lazy("On which day?"), required=False, widget=DayInput())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("status") is RampStatus.STOPPED and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the series stops, so that others can learn from it."))
        return cleaned
