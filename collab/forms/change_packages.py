"""Forms for the draft of a change package."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collab.enums import EvidenceGrade
from collab.forms.choices import described
from collab.models import ChangeIdea, ChangePackage, Driver


class AimForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The aim of a draft."""

    class Meta:
        model = ChangePackage
        fields = ("aim",)
        widgets = {"aim": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "aim": _(
                "What will be better, by how much, for whom, by when? Example: “Raise follow-up within 7 days after "
                "discharge from 45 % to 70 % for adults at all agencies by December 2027.”"
            )
        }


class DriverForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A driver: what must change for the aim to be reached."""

    class Meta:
        model = Driver
        fields = ("name", "parent", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "name": _("What must change, not how. Example: “Appointments are offered before people leave”."),
            "parent": _("Leave empty for a primary driver. Two to five primary drivers are enough."),
            "description": _("What is meant, in a sentence or two."),
        }

    def __init__(self, *args: Any, package: ChangePackage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = package.drivers.filter(parent=None)
        if self.instance.pk is not None:
            parents = parents.exclude(pk=self.instance.pk)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key makes one
        field.queryset = parents
        field.empty_label = str(_("None: it is a primary driver"))


class IdeaForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A change idea: something a team can test."""

    class Meta:
        model = ChangeIdea
        fields = ("name", "drivers", "description", "first_test", "evidence", "unknowns")
        widgets = {
            "drivers": forms.CheckboxSelectMultiple,
            "description": forms.Textarea(attrs={"rows": 3}),
            "first_test": forms.Textarea(attrs={"rows": 2}),
            "unknowns": forms.Textarea(attrs={"rows": 2}),
            "evidence": forms.RadioSelect,
        }
        help_texts = {
            "name": _("Concrete enough to try. Example: “Call every person on the day before the appointment”."),
            "drivers": _("Which drivers does it serve? Tick all that fit."),
            "description": _("How it is done, and by whom."),
            "first_test": _("Something one person can try by next Tuesday."),
            "evidence": _("How sure are we that it works?"),
            "unknowns": _("Saying it openly tells teams what to watch in their tests."),
        }

    def __init__(self, *args: Any, package: ChangePackage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drivers = self.fields["drivers"]
        assert isinstance(drivers, forms.ModelMultipleChoiceField)  # noqa: S101 - a many-to-many field makes one
        drivers.queryset = package.drivers.all()
        drivers.error_messages["required"] = _("Say which driver it serves.")
        evidence = self.fields["evidence"]
        assert isinstance(evidence, forms.ChoiceField)  # noqa: S101 - a model field with choices makes one
        evidence.choices = described(EvidenceGrade)

    @property
    def values(self) -> dict[str, Any]:
        """The idea's own fields, as the action takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "drivers"}


class PublishForm(forms.Form):
    """What teams are told about a new version."""

    change_note = forms.CharField(
        label=_("What changed since the last version"),
        max_length=300,
        help_text=_("Teams read this above the change package, so that they know what is new."),
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            self.fields["change_note"].required = False
            self.fields["change_note"].label = _("A few words to the teams")
            self.fields["change_note"].help_text = _("They stand above the change package. May be left empty.")
