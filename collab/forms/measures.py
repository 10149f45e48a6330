"""The form of a measure's definition: it asks what the chosen statistic needs, and says why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from collab import policies
from collab.common.months import MonthField
from collab.common.names import first_free
from collab.enums import Cadence, Direction, MeasureKind, Statistic
from collab.forms.choices import FieldGroup, MonthInput, described
from collab.models import Collaborative, Measure, MeasureVersion
from collab.profiles import FIELDS, PROFILES, contradictions, settled

GROUPS: tuple[tuple[Promise, tuple[str, ...], bool], ...] = (
    (_("What it is"), ("name", "code", "rationale", "kind", "required"), False),
    (_("How it is counted"), ("stat", "numerator", "denominator", "exclusions", "guidance", "sampling_ok"), False),
    (_("How to read it"), ("direction", "unit", "multiplier", "goal", "min_value", "max_value"), False),
    (_("From which month"), ("effective_month", "change_note"), False),
    (
        _("Timing, comparison and source"),
        (
            "period",
            "maturation_days",
            "min_denominator",
            "default_strata",
            "data_source",
            "steward",
            "version_year",
            "source",
            "license_note",
        ),
        True,
    ),
)


# Left empty, these get the usual answer: of the statistic, or of the model.
FROM_STATISTIC = ("unit", "multiplier")
FROM_MODEL = ("min_denominator", "maturation_days")


class DefinitionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a measure means. All fields are there without JavaScript; those a statistic does not need are ignored.

    How it is drawn is not asked here: that changes no meaning, and is chosen on the chart's own page.
    """

    class Meta:
        model = MeasureVersion
        fields = tuple(name for name in FIELDS if name != "chart")
        widgets = {
            "kind": forms.RadioSelect,
            "stat": forms.RadioSelect,
            "direction": forms.RadioSelect,
            "period": forms.RadioSelect,
            "numerator": forms.Textarea(attrs={"rows": 2}),
            "denominator": forms.Textarea(attrs={"rows": 2}),
            "exclusions": forms.Textarea(attrs={"rows": 2}),
            "rationale": forms.Textarea(attrs={"rows": 2}),
            "guidance": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "stat": _("Statistic"),
            "numerator": _("Numerator: what is counted or added up"),
            "denominator": _("Denominator: out of whom or what"),
            "exclusions": _("Who or what is left out"),
            "direction": _("Which way is better"),
            "multiplier": _("Per how many"),
            "period": _("The definition is for a"),
            "maturation_days": _("Days until the value is final"),
            "min_denominator": _("Smallest denominator for comparison"),
            "default_strata": _("Look at it by"),
            "version_year": _("Year of the definition"),
            "license_note": _("License"),
        }
        help_texts = {
            "name": _("As it stands over every chart. Short and plain: “Seen within 7 days”."),
            "kind": _("A good set has one or two outcomes, three to five processes and a balancing measure."),
            "stat": _("It decides what teams type and how teams are pooled."),
            "numerator": _("Write it so that two people count the same."),
            "denominator": _("Write it so that two people count the same."),
            "exclusions": _("Such as “Transfers and deaths”. Say it once here instead of in every team."),
            "sampling_ok": _("Tick it when a team with many cases may count a random sample of them."),
            "direction": _("It decides which signals mean improvement. “Neither” for measures that only give context."),
            "unit": _("Shown after every value. Left empty, the usual one of the statistic."),
            "multiplier": _("1000 for a rate per 1,000."),
            "goal": _("In the unit above, such as 80 for 80 %. Drawn as a dashed line. Leave empty for none."),
            "min_value": _("Values below are refused as typing mistakes. Leave empty for none."),
            "max_value": _("Values above are refused as typing mistakes. Leave empty for none."),
            "period": _("What one value covers, in the words of the definition."),
            "maturation_days": _("How long after the period it may still change. Such points are drawn hollow."),
            "min_denominator": _(
                "Teams below it are left out of mean, median and percentiles, for their rates jump by chance. "
                "Usually 11."
            ),
            "default_strata": _("The groups that matter most for this measure, such as “language, payer”."),
            "data_source": _("Such as “Scheduling system, report 12”. Whoever takes over will find it."),
            "steward": _("Who looks after the definition, if not you, such as a national body."),
            "version_year": _("Definitions of national measures change from year to year."),
            "source": _("A link or reference to the full definition."),
            "license_note": _("What others may do with the definition, if it is not yours."),
            "rationale": _("One sentence for those who will count: what it tells about the people served."),
            "guidance": _(
                "What to do in doubt, or the levels of a scale. It stands beside the number and in the plan."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("kind", described(MeasureKind)),
            ("stat", described(Statistic)),
            ("direction", described(Direction)),
            ("period", described(Cadence)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - a model field with choices makes one
            field.choices = choices
        for name in FROM_STATISTIC + FROM_MODEL:
            self.fields[name].required = False
        if not kwargs.get("initial"):
            # A new measure shows nothing where the statistic has a usual answer.
            for name in FROM_STATISTIC:
                self.initial[name] = None

    def groups(self) -> Iterator[FieldGroup]:
        """The form's fields under their headings."""
        for title, names, folded in GROUPS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield FieldGroup(title=title, fields=fields, folded=folded)

    def profiles(self) -> dict[str, dict[str, Any]]:
        """For the page's script: what each statistic asks for, and its words and usual answers."""
        return {
            statistic.value: {
                "hidden": sorted(name for name in self.Meta.fields if not profile.asks_for(name)),
                "unit": profile.unit,
                "multiplier": profile.multiplier,
                "direction": profile.direction.value,
                "labels": {
                    "numerator": str(profile.numerator_label),
                    "denominator": str(profile.denominator_label),
                },
                "examples": {
                    "numerator": str(profile.numerator_example),
                    "denominator": str(profile.denominator_example),
                },
            }
            for statistic, profile in PROFILES.items()
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "stat" not in cleaned:
            return cleaned
        # Browsers send line ends as CR LF; the same words must not count as another definition.
        cleaned |= {name: text.replace("\r\n", "\n") for name, text in cleaned.items() if isinstance(text, str)}
        profile = PROFILES[Statistic(cleaned["stat"])]
        for name in self.Meta.fields:
            if not profile.asks_for(name) and name in self.errors:
                del self.errors[name]
        # What was left empty is the statistic's to fill.
        given = {name: value for name, value in cleaned.items() if name in self.Meta.fields and _is_given(name, value)}
        if self.initial.get("chart") in profile.charts:
            given["chart"] = self.initial["chart"]
        definition = {name: getattr(MeasureVersion(), name) for name in FROM_MODEL} | settled(given)
        for name, sentence in contradictions(definition).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        cleaned.update(definition)
        return cleaned

    @property
    def definition(self) -> dict[str, Any]:
        """The fields of a version, as the actions take them."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}


def _is_given(name: str, value: object) -> bool:
    return not (name in FROM_STATISTIC + FROM_MODEL and value in {None, ""})


class _CoreMeasure(forms.Form):
    """Whether every team reports it."""

    required = forms.BooleanField(
        label=_("Core measure: every team reports it"),
        required=False,
        initial=True,
        help_text=_("Keep it to five core measures or fewer; optional ones are asked for but not counted as missing."),
    )


class NewMeasureForm(_CoreMeasure, DefinitionForm):
    """A measure with its first definition."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_(
            "The short name in files, such as no_show. Small letters, digits and underscores. Left empty, it is made "
            "from the name. It can not be changed later."
        ),
    )

    def __init__(self, *args: Any, collaborative: Collaborative, **kwargs: Any) -> None:
        self.collaborative = collaborative
        super().__init__(*args, **kwargs)
        if not policies.is_in_setup(collaborative):
            self.fields["effective_month"] = MonthField(
                label=_("First month that teams report it"),
                widget=MonthInput(attrs={"placeholder": "2026-03"}),
                initial=collaborative.present_month(),
            )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not code:
            return code
        # The model's own words about form and uniqueness.
        measure = Measure(collaborative=self.collaborative, code=code)
        try:
            measure.clean_fields(exclude=["position", "required", "retired_on"])
            measure.validate_constraints()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("code") and cleaned.get("name") and "code" not in self.errors:
            self._check_name(cleaned["name"])
            cleaned["code"] = free_code(self.collaborative, cleaned["name"])
        month = cleaned.get("effective_month")
        if month is not None:
            policies.check_reporting_month(self.collaborative, month)
        return cleaned

    def _check_name(self, name: str) -> None:
        """A second one of the same name, without a code of its own, is a form that was sent twice."""
        if self.collaborative.measures.filter(versions__name__iexact=name).exists():
            raise ValidationError(
                {"code": _("There is a measure with this name already. If you want another, give it its own code.")}
            )


class CorrectionForm(_CoreMeasure, DefinitionForm):
    """The present definition, while nothing hangs on it."""


class NewVersionForm(_CoreMeasure, DefinitionForm):
    """A new definition from a month on."""

    effective_month = MonthField(
        label=_("Holds from"),
        widget=MonthInput(attrs={"placeholder": "2026-03"}),
        help_text=_("Months before it keep the definition that they had. Every chart shows a break here."),
    )
    change_note = forms.CharField(
        label=_("What changed"),
        max_length=300,
        help_text=_("In a few words, for it stands beside the break: “Telephone visits count from now on”."),
    )

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        self.measure = measure
        super().__init__(*args, **kwargs)
        # Without a change of meaning no new version is needed, so neither are its month and note.
        self.fields["effective_month"].required = False
        self.fields["change_note"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.changes_meaning or self.errors:
            return cleaned
        if cleaned.get("effective_month") is None:
            self.add_error("effective_month", _("Choose the month from which the new definition holds."))
        else:
            try:
                policies.check_new_version(self.measure, cleaned["effective_month"])
            except ValidationError as error:
                self.add_error(None, error)
        if not cleaned.get("change_note"):
            self.add_error("change_note", _("Say in a few words what changed."))
        return cleaned

    @property
    def changes_meaning(self) -> bool:
        """Whether anything but "core measure" differs from the present definition."""
        latest = self.measure.latest
        return any(getattr(latest, name) != value for name, value in self.definition.items())


class MeasureChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Measures by the name of their present definition, and whose they are."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.latest.name} ({obj.latest.get_stat_display()}) · {obj.collaborative.name}"


class CopyMeasuresForm(forms.Form):
    """Measures of the coordinator's other collaboratives, to be taken over."""

    measures = MeasureChoices(
        label=_("Measures"),
        queryset=Measure.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their present definitions are copied; later changes there do not follow."),
        error_messages={"required": _("Choose at least one measure.")},
    )

    def __init__(self, *args: Any, measures: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["measures"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        field.queryset = measures


def free_code(collaborative: Collaborative, name: str) -> str:
    """A code made from ``name`` that the collaborative does not have yet."""
    base = slugify(name).replace("-", "_").lstrip("0123456789_")[:34].strip("_") or "measure"
    taken = set(collaborative.measures.filter(code__startswith=base).values_list("code", flat=True))
    return first_free(base, taken, separator="_")
