"""Forms of a chart: its baseline, its phases, its notes, and how a measure is drawn."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common.formatting import period_name
from collab.common.months import parse
from collab.enums import ChartKind, RuleSet
from collab.forms.choices import DayInput, described
from collab.models import Measure
from collab.profiles import PROFILES
from metrics.enums import AnnotationKind
from metrics.models.charting import LONGEST_LABEL, LONGEST_REASON, LONGEST_TEXT
from metrics.policies import Series


class _PlainForm(forms.Form):
    """A form whose page draws the tag and the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class DecisionForm(_PlainForm):
    """A month of the chart, and why."""

    month = forms.TypedChoiceField(label="", coerce=parse)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Whoever reads the chart can read this. No names of clients."),
        min_length=3,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series
        field = self.fields["month"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
        field.choices = [(f"{month:%Y-%m}", self.choice_of(month)) for month in self.months() if month in series.months]
        field.error_messages["invalid_choice"] = self._not_on_chart()

    def months(self) -> tuple[dt.date, ...]:
        """The months to choose from."""
        return self.series.months

    def choice_of(self, month: dt.date) -> str:
        return period_name(month, step=self.series.step)

    def _not_on_chart(self) -> str:
        if not self.series.months:
            return _("There is nothing on the chart yet: wait for the first months.")
        return _("This month is not on the chart, which runs from %(first)s to %(last)s. Choose one of its months.") % {
            "first": period_name(self.series.months[0], step=self.series.step),
            "last": period_name(self.series.months[-1], step=self.series.step),
        }


class BaselineForm(DecisionForm):
    """Up to which month the points make centre line and limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].label = _("Last month of the baseline")
        self.fields["month"].help_text = _(
            "From 8 points on; 12 are better. Later months are compared with the baseline and change it no more."
        )

    def choice_of(self, month: dt.date) -> str:
        """The month with how many points the baseline would have."""
        return _("%(month)s (%(count)s points)") % {
            "month": period_name(month, step=self.series.step),
            "count": self.series.points_up_to(month),
        }


class PhaseForm(DecisionForm):
    """With which month a phase begins."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].label = _("First month of the new phase")
        self.fields["month"].help_text = _(
            "From there on the chart has its own center line. Begin one when a change has lasted and you know why."
        )

    def months(self) -> tuple[dt.date, ...]:
        return self.series.months[1:]


class AnnotationForm(_PlainForm):
    """What happened, when, and on which charts it stands."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What was it?"),
        widget=forms.RadioSelect,
        initial=AnnotationKind.TEST,
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("If you only know the month, choose its first day."),
        widget=DayInput(),
    )
    label = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("It stands in the list below the chart, such as “Reminder calls began”."),
        max_length=LONGEST_LABEL,
    )
    text = forms.CharField(
        label=gettext_lazy("More about it"),
        help_text=gettext_lazy("Not needed. No names of clients."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    everywhere = forms.BooleanField(label=gettext_lazy("Show it on all charts of this team"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = described(AnnotationKind)

    def clean_text(self) -> str:
        # Browsers send line ends as CR LF; the same words must not count as others.
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def written(self, measure: Measure) -> dict[str, Any]:
        """The fields of a note on a chart of ``measure``, as the actions take them."""
        return {name: self.cleaned_data[name] for name in ("kind", "day", "label", "text")} | {
            "measure": None if self.cleaned_data["everywhere"] else measure
        }


class ChartChoiceForm(_PlainForm):
    """How all charts of a measure are drawn, and by which rules."""

    drawn_as = forms.ChoiceField(label=gettext_lazy("Chart"), widget=forms.RadioSelect, required=False)
    rules = forms.ChoiceField(label=gettext_lazy("Rules for signals"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = measure.latest
        fitting = PROFILES[version.statistic].charts
        as_defined = _("As the definition says (%(chart)s)") % {"chart": ChartKind(version.chart).label}
        for name, choices in (
            ("drawn_as", [("", as_defined), *described(fitting)]),
            ("rules", described(RuleSet)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = choices
            field.error_messages["invalid_choice"] = _("Choose one of the list: other ones do not fit this measure.")
        self.initial = {"drawn_as": measure.drawn_as, "rules": measure.rules} | dict(self.initial)
