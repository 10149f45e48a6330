"""Rules of a measure: told alike in the grid, on submit, in files and in imports, and confirmed with a note."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from collab.common.models import AuditEvent
from collab.enums import CollaborativeRole, Statistic
from collab.models import Measure, MeasureVersion, User
from metrics.actions.checks import add_check, remove_check, weigh_usual_checks
from metrics.cells import CellKey, Value
from metrics.enums import CheckKind, CheckPart, Importance, Source
from metrics.imports.bulk import read_bulk
from metrics.imports.upload import dry_run
from metrics.models import Confirmation, MeasureCheck
from metrics.presenters.checks import rule_lines
from metrics.queries.months import Past, SheetMeasure, sheet_for
from metrics.validation import check, unlikely
from tests.factories.collab import CenterAppointmentFactory, CollaborativeAppointmentFactory, MeasureFactory
from tests.factories.metrics import MeasureCheckFactory, ObservationFactory, SubmissionFactory
from tests.metrics.months import AFTER_DUE, BEFORE_DUE, JANUARY, World, entry, make_world
from tests.pages import Page

ClientFor = Callable[[User], Client]
pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(BEFORE_DUE, tick=False):
        yield


def told(world: World, no_show: str = "12/40", waiting: str = "90/30", note: str = "") -> list[tuple[str, ...]]:
    entries = [entry("no_show", no_show, note=note), entry("waiting_days", waiting)]
    return [
        (str(one.key), one.field, one.severity.value, one.message)
        for one in check(world.team, JANUARY, entries).findings
    ]


# --- Ranges --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("part", "low", "high", "numbers", "finding"),
    [
        (CheckPart.VALUE, 5, 95, "1/40", ("numerator", "2.5\u202f% is below 5. Check it.")),
        (CheckPart.VALUE, 5, 95, "39/40", ("numerator", "97.5\u202f% is above 95. Check it.")),
        (CheckPart.VALUE, 5, None, "2/40", None),
        (CheckPart.NUMERATOR, None, 20, "21/40", ("numerator", "21 is above 20. Check it.")),
        (CheckPart.DENOMINATOR, 30, 60, "5/61", ("denominator", "61 is above 60. Check it.")),
        (CheckPart.DENOMINATOR, 30, 60, "5/60", None),
        (CheckPart.VALUE, 5, 95, "0/0", None),
    ],
)
@pytest.mark.parametrize("importance", [Importance.CORRECT, Importance.CONFIRM, Importance.NOTE])
def test_a_range_weighs_what_it_was_given(
    world: World,
    part: CheckPart,
    low: float | None,
    high: float | None,
    numbers: str,
    finding: tuple[str, str] | None,
    importance: Importance,
) -> None:
    MeasureCheckFactory(measure=world.no_show, part=part, low=low, high=high, importance=importance)
    expected = [("no_show", finding[0], importance.value, finding[1])] if finding else []
    assert told(world, numbers) == expected


def test_a_hint_stops_nothing_and_a_note_confirms_only_what_asks_for_one(world: World) -> None:
    rule = MeasureCheckFactory(measure=world.no_show, importance=Importance.NOTE)
    assert check(world.team, JANUARY, world.entries("39/40")).is_ready
    MeasureCheck.objects.filter(pk=rule.pk).update(importance=Importance.CONFIRM)
    assert not check(world.team, JANUARY, world.entries("39/40")).is_ready
    noted = [entry("no_show", "39/40", note="We checked: a storm"), entry("waiting_days", "90/30")]
    assert check(world.team, JANUARY, noted).is_ready
    MeasureCheck.objects.filter(pk=rule.pk).update(importance=Importance.CORRECT)
    assert not check(world.team, JANUARY, noted).is_ready


# --- Across measures -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "waiting", "sentence"),
    [
        (
            CheckKind.AT_MOST,
            "90/11",
            "12 can not be above the denominator of “Waiting time”, which is 11. Check both.",
        ),
        (CheckKind.AT_MOST, "90/12", None),
        (
            CheckKind.SAME_AS,
            "90/13",
            "12 should be the same as the denominator of “Waiting time”, which is 13. Check both.",
        ),
        (CheckKind.SAME_AS, "90/12", None),
    ],
)
def test_two_measures_of_a_month_are_compared(
    world: World, kind: CheckKind, waiting: str, sentence: str | None
) -> None:
    add_check(
        by=world.ana,
        measure=world.no_show,
        kind=kind,
        importance=Importance.CORRECT,
        part=CheckPart.NUMERATOR,
        other=world.waiting,
        other_part=CheckPart.DENOMINATOR,
    )
    assert told(world, "12/40", waiting) == ([("no_show", "numerator", "blocks", sentence)] if sentence else [])
    # Without the other number there is nothing to compare with, and that is told already.
    missing = [entry("no_show", "12/40"), entry("waiting_days", reason="staff")]
    assert check(world.team, JANUARY, missing).findings == []


# --- The team's own past -------------------------------------------------------------------------------------------
def measure_with(past: list[float], *checks: MeasureCheck) -> SheetMeasure:
    held = MeasureVersion(stat=Statistic.COUNT, name="Measure", unit="", multiplier=1)
    months = tuple(Past(JANUARY, number, None, held.pk) for number in past)
    return SheetMeasure(Measure(code="m"), held, (), months, checks)


def found(past: list[float], value: float, note: str = "", **weighs: Importance) -> list[tuple[str, str, bool]]:
    checks = [MeasureCheck(kind=CheckKind(kind), importance=importance) for kind, importance in weighs.items()]
    answers = unlikely(measure_with(past, *checks), Value(CellKey("m"), value, None, "", note))
    return [(one.code, one.severity.value, one.is_open) for one in answers]


STEADY = [30.0, 32.0, 29.0, 31.0, 30.0, 33.0, 28.0, 31.0, 30.0, 32.0, 29.0, 31.0]


def test_the_modified_z_asks_only_where_it_was_set() -> None:
    assert found(STEADY[:8], 60) == []
    assert found(STEADY[:8], 60, modified_z=Importance.CONFIRM) == [("modified_z", "confirm", True)]
    assert found(STEADY[:8], 60, "We checked", modified_z=Importance.CONFIRM) == [("modified_z", "confirm", False)]


def test_of_two_outliers_the_weightier_is_told() -> None:
    assert found(STEADY, 60) == [("outside_own_limits", "confirm", True)]
    assert found(STEADY, 60, modified_z=Importance.NOTE) == [("outside_own_limits", "confirm", True)]
    assert found(STEADY, 60, modified_z=Importance.CORRECT) == [("modified_z", "blocks", True)]
    assert found(STEADY, 60, own_limits=Importance.OFF) == []
    assert found(STEADY, 60, own_limits=Importance.NOTE) == [("outside_own_limits", "note", False)]


def test_a_tenfold_change_can_be_switched_off() -> None:
    assert found([3.0], 40) == [("tenfold_change", "confirm", True)]
    assert found([3.0], 40, tenfold_change=Importance.OFF) == []


# --- Everywhere alike ----------------------------------------------------------------------------------------------
def test_the_grid_files_and_imports_say_the_same(world: World, client_for: ClientFor) -> None:
    MeasureCheckFactory(measure=world.no_show, importance=Importance.CORRECT)
    sentence = "97.5\u202f% is above 95. Check it."
    answer = client_for(world.ana).post(
        reverse("month_save", args=["access", "northside", JANUARY]),
        {"seen:no_show": json.dumps([""] * 5), "numerator:no_show": "39", "denominator:no_show": "40"},
    )
    assert [one["message"] for one in answer.json()["cells"]["no_show"]["findings"]] == [sentence]
    rows = "month,measure,numerator,denominator\n2025-01,no_show,39,40\n2025-01,waiting_days,90,30\n"
    run = dry_run(io.BytesIO(rows.encode()), sheet_for(world.team, JANUARY))
    assert [line.problems for line in run.lines] == [(sentence,), ()]
    bulk = read_bulk(
        io.BytesIO(f"agency,{rows}".replace("\n2025", "\nNORTH,2025").encode()),
        collaborative=world.team.collaborative,
        create_teams=False,
        now=AFTER_DUE,
    )
    assert [(one.row, one.sentence) for one in bulk.problems.kept] == [(2, sentence)]


def test_the_page_carries_what_the_browser_can_check(world: World, client_for: ClientFor) -> None:
    MeasureCheckFactory(measure=world.no_show)
    html = client_for(world.ana).get(reverse("month", args=["access", "northside", JANUARY])).content.decode()
    start = html.index('data-rules="') + len('data-rules="')
    (rule,) = json.loads(html[start : html.index('"', start)].replace("&quot;", '"'))
    assert rule == {
        "kind": "range",
        "severity": "confirm",
        "part": "value",
        "low": 5.0,
        "high": 95.0,
        "other": "",
        "otherPart": "",
        "sentences": {
            "below": "{number} is below {bound}. Check it.",
            "above": "{number} is above {bound}. Check it.",
        },
    }


# --- Confirming notes ----------------------------------------------------------------------------------------------
def test_what_was_asked_and_answered_is_kept_and_shown_to_those_who_see_it(world: World, client_for: ClientFor) -> None:
    MeasureCheckFactory(measure=world.no_show)
    entries = [entry("no_show", "39/40", note="We checked: a storm closed the clinic"), entry("waiting_days", "90/30")]
    checked = check(world.team, JANUARY, entries)
    world.submit(values=checked.values, confirmed=checked.confirmed)
    (kept,) = Confirmation.objects.all()
    assert (kept.sentence, kept.note) == ("97.5\u202f% is above 95. Check it.", "We checked: a storm closed the clinic")
    history = reverse("month_history", args=["access", "northside", JANUARY])
    assert "We checked: a storm closed the clinic" in client_for(world.ana).get(history).content.decode()
    # Sentence and note may tell a small count: who may not see one does not read them.
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    assert "storm" not in client_for(coach).get(history).content.decode()


def test_a_submit_from_the_grid_keeps_confirmations(world: World, client_for: ClientFor) -> None:
    MeasureCheckFactory(measure=world.no_show)
    client = client_for(world.ana)
    data = {"base_revision": "0", "action": "submit"}
    for code, numbers in (("no_show", ("39", "40")), ("waiting_days", ("90", "30"))):
        data |= {
            f"seen:{code}": json.dumps([""] * 5),
            f"numerator:{code}": numbers[0],
            f"denominator:{code}": numbers[1],
        }
    refused = client.post(reverse("month", args=["access", "northside", JANUARY]), data)
    assert (refused.status_code, Confirmation.objects.count()) == (200, 0)
    # What was typed is kept; the person has seen it.
    data |= {
        "seen:no_show": json.dumps(["39", "40", "", "", ""]),
        "seen:waiting_days": json.dumps(["90", "30", "", "", ""]),
    }
    done = client.post(
        reverse("month", args=["access", "northside", JANUARY]), data | {"note:no_show": "We checked: storm"}
    )
    assert done.status_code == 302
    assert [one.code for one in Confirmation.objects.all()] == ["rule_range"]


# --- Setting up ----------------------------------------------------------------------------------------------------
def test_the_measures_page_says_how_it_is_drawn_and_links_to_the_one_place_where_that_is_chosen(
    world: World, client_for: ClientFor
) -> None:
    center = world.team.collaborative.center
    coordinator = CenterAppointmentFactory(center=center).user
    client, address = client_for(coordinator), reverse("measure", args=["access", "no_show"])
    settings = reverse("chart_settings", args=["access", "no_show"])
    assert Page(client.get(address)).values("#drawn a", "href") == [settings]
    client.post(settings, {"drawn_as": "pp", "rules": "nelson"})
    page = Page(client.get(address))
    assert [text.split(". ")[0] for text in page.texts("#drawn p")[:2]] == [
        "p′ chart: Proportions that vary more than their denominators explain (Laney).",
        "Rules for signals: Nelson",
    ]
    # Said once, and asked nowhere else.
    assert "Chart" not in page.texts(".facts dt")
    form = Page(client.get(reverse("measure_edit", args=["access", "no_show"])))
    assert form.all("[name=chart]") == []
    assert f"{address}#drawn" in form.values("form a", "href")


def test_an_advisor_adds_weighs_and_takes_away(world: World, client_for: ClientFor) -> None:
    advisor = CollaborativeAppointmentFactory(
        collaborative=world.team.collaborative, role=CollaborativeRole.IMPROVEMENT_ADVISOR
    ).user
    client = client_for(advisor)
    address = reverse("measure_checks", args=["access", "no_show"])
    form = {"action": "add", "part": "numerator", "other_part": "denominator", "importance": "blocks"}
    wrong = client.post(address, form | {"kind": "range"}).content.decode()
    assert "Give at least one of the two bounds." in wrong
    assert "Choose the measure to compare with." in client.post(address, form | {"kind": "at_most"}).content.decode()
    assert client.post(address, form | {"kind": "at_most", "other": str(world.waiting.pk)}).status_code == 302
    assert [line.sentence for line in rule_lines(world.no_show.checks.all())] == [
        "The numerator is not above the denominator of “Waiting time”."
    ]
    usual = {"own_limits": "note", "modified_z": "off", "tenfold_change": "confirm", "denominator_jump": "blocks"}
    client.post(address, {"action": "usual"} | usual)
    client.post(address, {"action": "usual"} | usual)
    weighed = world.no_show.checks.filter(kind__in=CheckKind.usual()).order_by("kind")
    assert dict(weighed.values_list("kind", "importance")) == usual
    (rule,) = world.no_show.checks.added()
    client.post(reverse("measure_check_remove", args=["access", "no_show", rule.pk]))
    assert not world.no_show.checks.added().exists()
    events = AuditEvent.objects.filter(event__startswith="check_").values_list("event", flat=True)
    assert sorted(events) == ["check_changed"] * 5 + ["check_removed"]


def test_a_rule_that_can_not_be_is_refused(world: World) -> None:
    with pytest.raises(ValidationError):
        add_check(
            by=world.ana,
            measure=world.no_show,
            kind=CheckKind.RANGE,
            importance=Importance.NOTE,
            part=CheckPart.VALUE,
            low=9,
            high=3,
        )
    with pytest.raises(ValidationError):
        add_check(
            by=world.ana,
            measure=world.no_show,
            kind=CheckKind.SAME_AS,
            importance=Importance.NOTE,
            part=CheckPart.VALUE,
        )
    weigh_usual_checks(by=world.ana, measure=world.no_show, importances={CheckKind.TENFOLD: Importance.OFF})
    remove_check(by=world.ana, check=world.no_show.checks.get())
    assert MeasureCheck.objects.count() == 0


# --- Samples -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("allowed", "population", "sentence"),
    [
        (False, "400", "This measure is not sampled. Count everybody, and leave “drawn from” empty."),
        (True, "39", "A sample of 40 can not be drawn from 39. Check both, they may be swapped."),
        (True, "400.5", "400.5 is not a whole number, and people are counted whole."),
        (True, "many", "“many” is not a number. Type digits, such as 42."),
        (True, "40", None),
        (True, "400", None),
    ],
)
def test_a_sample_says_what_it_was_drawn_from(
    world: World, allowed: bool, population: str, sentence: str | None
) -> None:
    world.no_show.versions.update(sampling_ok=allowed)
    given = entry("no_show", "12/40")
    entries = [type(given)(given.key, "12", "40", population=population), entry("waiting_days", "90/30")]
    assert [one.message for one in check(world.team, JANUARY, entries).findings] == ([sentence] if sentence else [])


def test_a_sample_is_stored_shown_and_hidden_with_its_number(world: World, client_for: ClientFor) -> None:
    world.no_show.versions.update(sampling_ok=True)
    values = [Value(CellKey("no_show"), 12, 40, population=400), Value(CellKey("waiting_days"), 90, 30)]
    submission = world.submit(values=values)
    assert submission.observations.get(measure=world.no_show).population == 400
    address = reverse("month", args=["access", "northside", JANUARY])
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    assert "30\u202f% (12 of 40), a sample from 400" in client_for(coach).get(address).content.decode()
    world.submit(values=[Value(CellKey("no_show"), 5, 40, population=400), values[1]], source=Source.GRID)
    page = Page(client_for(coach).get(address))
    # What may be sampled is said of the measure; how large a sample was goes with its number.
    assert page.texts("tbody td")[0].startswith("hidden, because a count is 1–10")
    assert "400" not in "".join(page.texts("tbody tr:first-child > *"))


# --- The last values -----------------------------------------------------------------------------------------------
def test_the_last_twelve_values_stand_beside_a_number_and_small_ones_are_hidden(
    world: World, client_for: ClientFor
) -> None:
    collaborative = world.team.collaborative
    later = dt.date(2025, 12, 1)
    other = MeasureFactory(collaborative=collaborative, code="other")
    for number in range(1, 12):
        submission = SubmissionFactory(team=world.team, month=dt.date(2025, number, 1))
        ObservationFactory(submission=submission, measure=other, numerator=20 + number, denominator=100)
        ObservationFactory(submission=submission, measure=world.no_show, numerator=number % 3 + 1, denominator=40)
    submission = SubmissionFactory(team=world.team, month=later)
    ObservationFactory(submission=submission, measure=world.no_show, numerator=20, denominator=40)
    ObservationFactory(submission=submission, measure=other, numerator=20, denominator=100)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative).user
    with time_machine.travel(dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC), tick=False):
        html = client_for(coach).get(reverse("month", args=["access", "northside", later])).content.decode()
    assert html.count("of 100)") == 12
    assert html.count("of 40)") == 1
    assert html.count("hidden, because a count is 1–10") == 11
