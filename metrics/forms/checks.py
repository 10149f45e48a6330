"""Setting up what is asked about a measure's numbers: the usual checks, and rules of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from collab.forms.choices import described
from collab.models import Measure
from metrics.enums import CheckKind, CheckPart, Importance
from metrics.models import MeasureCheck
from metrics.validation import importance_of


class UsualChecksForm(forms.Form):
    """How much each check against the team's own past weighs."""

    def __init__(self, data: Any = None, *, checks: Iterable[MeasureCheck]) -> None:
        super().__init__(data)
        for kind, importance in importance_of(checks).items():
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                help_text=str(kind.description),
                choices=Importance.choices,
                initial=importance.value,
            )
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def importances(self) -> dict[CheckKind, Importance]:
        return {CheckKind(name): Importance(value) for name, value in self.cleaned_data.items()}


class OtherMeasureField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no type arguments at run time
    """A measure by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.latest.name)


class RuleForm(forms.Form):
    """One rule: a range, or a comparison with another measure of the same month."""

    part = forms.ChoiceField(label=_("Which number"), choices=CheckPart.choices)
    kind = forms.ChoiceField(
        label=_("Rule"),
        choices=[(kind.value, kind.label) for kind in (CheckKind.RANGE, CheckKind.AT_MOST, CheckKind.SAME_AS)],
    )
    low = forms.FloatField(
        label=_("From"), required=False, help_text=_("For a range; leave empty where there is no lower bound.")
    )
    high = forms.FloatField(
        label=_("To"), required=False, help_text=_("For a range; leave empty where there is no upper bound.")
    )
    other = OtherMeasureField(
        label=_("Other measure"),
        queryset=Measure.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("For a comparison. Both are of the same team and month."),
    )
    other_part = forms.ChoiceField(label=_("Its number"), choices=CheckPart.choices, initial=CheckPart.DENOMINATOR)
    importance = forms.ChoiceField(
        label=_("When it is broken, the number"),
        choices=described(one for one in Importance if one is not Importance.OFF),
        initial=Importance.CONFIRM,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        super().__init__(data)
        self.measure = measure
        others = measure.collaborative.measures.in_use().with_versions().exclude(pk=measure.pk)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]  # a model choice
        if not measure.latest.statistic.takes_denominator:
            self.fields["part"].choices = [  # type: ignore[attr-defined]  # a choice
                choice for choice in CheckPart.choices if choice[0] != CheckPart.DENOMINATOR
            ]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if kind in CheckKind.across():
            cleaned["low"] = cleaned["high"] = None
            other = cleaned.get("other")
            if other is None:
                self.add_error("other", _("Choose the measure to compare with."))
            elif cleaned.get("other_part") == CheckPart.DENOMINATOR and not other.latest.statistic.takes_denominator:
                self.add_error("other_part", _("That measure has no denominator. Choose another of its numbers."))
        else:
            cleaned["other"], cleaned["other_part"] = None, ""
            low, high = cleaned.get("low"), cleaned.get("high")
            if low is None and high is None and not self.errors:
                self.add_error("low", _("Give at least one of the two bounds."))
            elif low is not None and high is not None and low >= high:
                self.add_error("high", ValidationError(_("The upper bound must be above the lower one.")))
        return cleaned
