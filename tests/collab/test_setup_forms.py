"""The set-up forms: what each statistic asks for, what is made up when left empty, what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from collab.actions.measures import definition_of
from collab.enums import CollaborativeStatus, Statistic
from collab.forms.change_packages import DriverForm, IdeaForm, PublishForm
from collab.forms.collaboratives import CollaborativeForm
from collab.forms.measures import CorrectionForm, NewMeasureForm, NewVersionForm
from collab.models import Measure
from collab.profiles import PROFILES
from tests.factories.collab import ChangePackageFactory, CollaborativeFactory, DriverFactory, MeasureFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TYPED = {
    "name": "Seen within 7 days",
    "kind": "process",
    "direction": "up",
    "period": "month",
    "numerator": "People seen",
    "denominator": "People discharged",
    "required": "on",
}


def new_measure(**typed: Any) -> NewMeasureForm:
    collaborative = CollaborativeFactory(status=CollaborativeStatus.SETUP)
    return NewMeasureForm({**TYPED, "stat": "proportion", **typed}, collaborative=collaborative)


@pytest.mark.parametrize(
    ("stat", "kept"),
    [
        ("proportion", ("%", 100, "auto", "People discharged", 30, True, None, None)),
        ("rate", ("per 1,000", 500, "auto", "People discharged", 30, False, 1, 90)),
        ("count", ("people", 1, "auto", "", 0, False, 1, 90)),
        ("mean", ("days", 1, "auto", "People discharged", 30, True, 1, 90)),
        ("median", ("days", 1, "auto", "People discharged", 30, True, 1, 90)),
        ("days_between", ("days", 1, "auto", "", 0, False, 1, 90)),
        ("score", ("points", 1, "auto", "People discharged", 30, True, 1, 90)),
    ],
)
def test_every_field_typed_at_once_keeps_what_the_statistic_asks_for(stat: str, kept: tuple[object, ...]) -> None:
    """As from a browser without JavaScript, where all fields are shown."""
    form = new_measure(
        stat=stat, multiplier="500", min_denominator="30", sampling_ok="on", min_value="1", max_value="90"
    )
    assert form.errors == {}
    names = ("unit", "multiplier", "chart", "denominator", "min_denominator", "sampling_ok", "min_value", "max_value")
    assert tuple(form.definition[name] for name in names) == kept


def test_nonsense_in_a_field_that_means_nothing_is_no_error() -> None:
    form = new_measure(stat="count", multiplier="abc", min_denominator="-4", min_value="0")
    assert form.errors == {}
    assert (form.definition["multiplier"], form.definition["min_denominator"]) == (1, 0)


def test_the_same_nonsense_where_it_counts_is_an_error() -> None:
    form = new_measure(stat="rate", multiplier="abc", min_denominator="-4")
    assert set(form.errors) == {"multiplier", "min_denominator"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"stat": ""}, {"stat"}),
        ({"denominator": ""}, {"denominator"}),
        ({"goal": "130"}, {"goal"}),
        ({"code": "Has Space"}, {"code"}),
        ({"stat": "score", "min_value": "5", "max_value": "1"}, {"max_value", "__all__"}),
        ({"stat": "rate", "multiplier": "0"}, {"multiplier", "__all__"}),
    ],
)
def test_what_a_measure_can_not_be_is_said_at_the_field(typed: dict[str, str], wrong: set[str]) -> None:
    form = new_measure(**typed)
    assert form.is_valid() is False
    assert set(form.errors) <= wrong
    assert form.errors


def test_a_chart_is_not_asked_for_and_not_taken_and_the_one_that_stands_stays_while_it_fits() -> None:
    """How a measure is drawn changes no meaning: it is chosen on the chart's page, and no line breaks."""
    form = new_measure(chart="run")
    assert "chart" not in form.fields
    assert form.is_valid()
    assert form.definition["chart"] == "auto"
    measure = MeasureFactory(version__chart="pp")
    for stat, chart in (("proportion", "pp"), ("score", "auto")):
        changed = NewVersionForm(
            posted(measure, stat=stat, chart="run", effective_month="2025-03", change_note="Other"),
            initial=definition_of(measure.latest),
            measure=measure,
        )
        assert changed.errors == {}
        assert (changed.definition["chart"], changed.changes_meaning) == (chart, stat == "score")


def test_left_empty_the_code_is_made_from_the_name_and_is_free() -> None:
    collaborative = CollaborativeFactory(status=CollaborativeStatus.SETUP)
    MeasureFactory(collaborative=collaborative, code="seen_within_7_days", version__name="Seen in a week")
    form = NewMeasureForm({**TYPED, "stat": "proportion"}, collaborative=collaborative)
    assert form.is_valid()
    assert form.cleaned_data["code"] == "seen_within_7_days_2"
    taken = NewMeasureForm({**TYPED, "stat": "proportion", "code": "seen_within_7_days"}, collaborative=collaborative)
    assert taken.errors == {"code": ["This collaborative already has a measure with this code."]}


def test_a_name_of_digits_still_gives_a_code() -> None:
    form = new_measure(name="7-30")
    assert form.is_valid()
    assert form.cleaned_data["code"] == "measure"


def test_after_the_start_a_new_measure_asks_from_which_month() -> None:
    collaborative = CollaborativeFactory()
    form = NewMeasureForm({**TYPED, "stat": "proportion", "effective_month": "2024-12"}, collaborative=collaborative)
    assert form.is_valid() is False
    assert form.errors == {"effective_month": ["Choose a reporting month from January 2025 to December 2025."]}
    assert "effective_month" not in new_measure().fields


def posted(measure: Measure, **changes: Any) -> dict[str, Any]:
    """The form of a measure sent back as it was shown, with some changes."""
    shown = {name: "" if value is None else value for name, value in definition_of(measure.latest).items()}
    shown = {name: value for name, value in shown.items() if value is not False}
    return {**shown, "required": "on", **changes}


def test_sending_a_definition_back_unchanged_makes_no_new_version() -> None:
    for stat in Statistic:
        version = {"stat": stat, "chart": PROFILES[stat].charts[0], "multiplier": PROFILES[stat].multiplier}
        unasked = {} if PROFILES[stat].asks_for("denominator") else {"denominator": "", "min_denominator": 0}
        measure = MeasureFactory(
            **{f"version__{name}": value for name, value in (version | unasked).items()},
            version__numerator="First line\nsecond line",
        )
        form = NewVersionForm(
            posted(measure, numerator="First line\r\nsecond line"),
            initial=definition_of(measure.latest),
            measure=measure,
        )
        assert form.errors == {}
        assert form.changes_meaning is False, stat


def test_a_change_of_meaning_needs_month_and_note() -> None:
    measure = MeasureFactory()
    form = NewVersionForm(posted(measure, numerator="Other"), measure=measure)
    assert set(form.errors) == {"effective_month", "change_note"}
    early = NewVersionForm(
        posted(measure, numerator="Other", effective_month="2025-01", change_note="x"), measure=measure
    )
    assert set(early.errors) == {"effective_month"}
    right = NewVersionForm(
        posted(measure, numerator="Other", effective_month="2025-06", change_note="x"), measure=measure
    )
    assert right.errors == {}
    assert right.changes_meaning is True


def test_during_set_up_only_the_definition_is_asked_for() -> None:
    assert not {"effective_month", "change_note", "code"} & set(CorrectionForm().fields)


DETAILS = {
    "name": "Seen within a week",
    "type": "learning_collaborative",
    "topic": "Follow-up",
    "aim": "Seventy in a hundred by December.",
    "start": "2027-01",
    "months": "12",
    "cadence": "month",
    "time_zone": "America/Chicago",
    "due_day": "10",
    "lock_after_days": "60",
    "data_sharing": "coded",
}


def test_the_short_name_is_made_from_the_name_where_it_is_left_empty() -> None:
    CollaborativeFactory(slug="seen-within-a-week")
    form = CollaborativeForm(DETAILS)
    assert form.errors == {}
    assert (form.cleaned_data["slug"], form.cleaned_data["start"]) == ("seen-within-a-week-2", dt.date(2027, 1, 1))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"due_day": "29"}, "due_day"),
        ({"months": "241"}, "months"),
        ({"start": "January"}, "start"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"type": "club"}, "type"),
        ({"aim": "  "}, "aim"),
        ({"slug": "Has Space"}, "slug"),
    ],
)
def test_what_a_collaborative_can_not_be_is_said_at_the_field(typed: dict[str, str], field: str) -> None:
    form = CollaborativeForm({**DETAILS, **typed})
    assert list(form.errors) == [field]


def test_every_type_and_policy_is_defined_beside_its_choice() -> None:
    form = CollaborativeForm()
    for name in ("type", "data_sharing"):
        for _value, label in form.fields[name].choices:  # type: ignore[attr-defined]
            assert "choice-note" in label
            assert not label.endswith('"choice-note"></span>')


def test_a_zone_from_the_list_of_common_ones_or_any_other_is_taken() -> None:
    for zone in ("America/Phoenix", "Europe/London", "UTC", "America/Argentina/Buenos_Aires"):
        assert CollaborativeForm({**DETAILS, "time_zone": zone}).errors == {}
    first_group = CollaborativeForm().fields["time_zone"].choices[0]  # type: ignore[attr-defined]
    assert first_group[0] == "United States"
    assert first_group[1][0] == ("America/New_York", "Eastern (New York)")


def test_after_the_start_the_details_form_keeps_the_calendar() -> None:
    collaborative = CollaborativeFactory(start=dt.date(2027, 1, 1), months=12)
    form = CollaborativeForm(
        {**DETAILS, "start": "2027-02", "months": "6", "cadence": "quarter"}, instance=collaborative
    )
    assert set(form.errors) == {"start", "months", "cadence"}
    assert "slug" not in form.fields
    assert CollaborativeForm({**DETAILS, "months": "15"}, instance=collaborative).errors == {}


def test_drivers_of_other_versions_are_no_choice() -> None:
    draft = ChangePackageFactory()
    own = DriverFactory(package=draft)
    DriverFactory(package=draft, parent=own)
    other = DriverFactory()
    assert list(DriverForm(package=draft).fields["parent"].queryset) == [own]  # type: ignore[attr-defined]
    assert set(DriverForm({"name": "X", "parent": other.pk}, package=draft).errors) == {"parent"}
    idea = {"name": "X", "evidence": "some"}
    assert IdeaForm(idea, package=draft).errors == {"drivers": ["Say which driver it serves."]}
    assert set(IdeaForm({**idea, "drivers": [other.pk]}, package=draft).errors) == {"drivers"}
    assert IdeaForm({**idea, "drivers": [own.pk]}, package=draft).errors == {}


def test_only_the_first_version_may_be_published_without_a_word() -> None:
    assert PublishForm({}, is_first=True).errors == {}
    assert set(PublishForm({}, is_first=False).errors) == {"change_note"}
