"""Every kind of chart by every rule set: what is drawn, why, what signals, and in which phases."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.enums import ChartKind, RuleSet
from collab.profiles import PROFILES
from metrics.charts import to_plotly, to_rows, to_svg
from metrics.charts.figure import FlagKind, LineKind, Mark
from metrics.charts.scale import lanes
from metrics.charts.svg import to_file
from metrics.charts.teach import Layer, figure_at, steps_of
from metrics.presenters.charting import suggestion_of
from metrics.presenters.readings import Meaning, SignalKind, read, read_one
from metrics.presenters.signals import Began
from metrics.queries.annotations import Noted
from metrics.queries.series import Shape
from metrics.stats import advice, rules, spc
from tests.metrics.test_charts import LATER, figure_of, measure_of, panel_of

pytestmark = pytest.mark.unit

WHOLES = [95, 102, 88, 97, 110, 91, 99, 105, 93, 100, 96, 104, 98, 101, 94, 103, 97, 99, 92, 106, 95, 100, 98, 102]
PARTS = [29, 33, 25, 28, 36, 27, 30, 31, 26, 32, 27, 33, 29, 31, 28, 30, 27, 32, 26, 34, 28, 31, 29, 30]
DAYS = [12, 30, 8, 21, 44, 17, 9, 26, 33, 14, 19, 40, 11, 23, 29, 16, 37, 13, 22, 31, 18, 25, 10, 28]
STEADY = [20, 22, 19, 21, 23, 20, 18, 22, 21, 19, 20, 22]


def drawn(kind, parts=PARTS, wholes=WHOLES, *, rule_set=RuleSet.ANHOEJ, shape=None, **fields):
    measure = measure_of(**fields)
    measure.drawn_as, measure.rules = kind, rule_set
    panel = panel_of(measure, parts, wholes)
    return replace(panel, shapes={0: shape}) if shape else panel


def of_statistic(statistic, kind, **more):
    """A panel of believable figures for a statistic."""
    unit = {"multiplier": PROFILES[statistic].multiplier, "unit": PROFILES[statistic].unit, "stat": statistic}
    numbers = {
        "proportion": (PARTS, WHOLES),
        "rate": (PARTS, WHOLES),
        "count": (PARTS, None),
        "mean": ([part * whole for part, whole in zip(PARTS, WHOLES, strict=True)], WHOLES),
        "median": (PARTS, WHOLES),
        "score": (PARTS, WHOLES),
        "days_between": (DAYS, None),
    }[statistic]
    return drawn(kind, *numbers, **(unit | more))


EVERY_KIND = [(statistic.value, kind) for statistic, profile in PROFILES.items() for kind in profile.charts]


@pytest.mark.parametrize(("statistic", "kind"), EVERY_KIND)
@pytest.mark.parametrize("rule_set", RuleSet)
def test_every_kind_is_drawn_by_every_renderer(statistic, kind, rule_set):
    panel = of_statistic(statistic, kind, rule_set=rule_set)
    figure = figure_of(panel)
    assert figure.chart in {str(one.label) for one in ChartKind if one is not ChartKind.AUTO}
    assert figure.why
    assert figure.rules.startswith("Rules: ")
    for svg in (to_svg(figure), to_file(figure)):
        assert fromstring(svg).tag.endswith("svg")
    assert to_plotly(figure)["data"]
    assert len(list(to_rows(figure))) == len(figure.points) + 1


@pytest.mark.parametrize(
    ("statistic", "kind"),
    [(statistic, kind) for statistic, kind in EVERY_KIND if kind not in {ChartKind.AUTO, ChartKind.RUN}],
)
def test_the_lines_are_those_of_the_statistics(statistic, kind):
    panel = of_statistic(statistic, kind)
    reading = read_one(panel)
    both = kind in {"p", "pp", "u", "up"} or (kind == "ip" and statistic == "mean")
    alone = spc.chart(
        kind,
        panel.numerator[0] if both else panel.values[0],
        panel.denominator[0] if both else None,
        multiply=panel.version.multiplier if both else 1,
        y_neg=False,
    )
    assert reading.kind == kind
    for found, expected in ((reading.centre, alone.cl), (reading.lower, alone.lcl), (reading.upper, alone.ucl)):
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(reading.drawn, alone.y, rtol=1e-9)


@pytest.mark.parametrize("statistic", list(PROFILES))
def test_automatic_follows_the_advice(statistic):
    panel = of_statistic(statistic.value, ChartKind.AUTO)
    below = panel.denominator[0] if statistic.has_denominator else None
    assert read_one(panel).kind == advice.choose(statistic.value, panel.numerator[0], below).kind


def test_overdispersed_proportions_get_wider_limits_and_the_reason():
    parts = [part + (18 if place % 2 else -18) for place, part in enumerate(PARTS)]
    figure = figure_of(drawn(ChartKind.AUTO, parts))
    assert figure.chart == "p′ chart"
    assert "overdispersion" in figure.why[1]
    chosen = figure_of(drawn(ChartKind.P, parts))
    assert chosen.why[0] == "p chart: chosen for this measure."
    assert chosen.why[-1] == "p′ chart would be the better choice."


def test_short_series_are_run_charts_whatever_was_chosen():
    for kind in (ChartKind.AUTO, ChartKind.P, ChartKind.PP, ChartKind.I, ChartKind.MR):
        figure = figure_of(drawn(kind, PARTS[:11], WHOLES[:11]))
        assert figure.chart == "Run chart"
        assert figure.why[0] == ("A run chart, because 11 points are too few for limits: from 12 they can be trusted.")


def test_limits_of_few_points_are_said_to_be_trial_limits():
    assert (
        "Trial limits: they rest on 15 points and become firm from 20."
        in figure_of(drawn(ChartKind.P, PARTS[:15], WHOLES[:15])).legend
    )
    assert not any("Trial" in words for words in figure_of(drawn(ChartKind.P)).legend)


def test_a_phase_of_a_few_points_has_a_level_and_no_limits_yet():
    figure = figure_of(drawn(ChartKind.P, shape=Shape(starts=(21,))))
    reading = read_one(drawn(ChartKind.P, shape=Shape(starts=(21,))))
    assert np.isnan([reading.lower[21:], reading.upper[21:]]).all()
    assert not np.isnan([reading.lower[:21], reading.upper[:21], reading.centre[:21]]).any()
    assert not np.isnan(reading.centre[21:]).any()
    assert "A phase gets limits from 6 points on." in figure.legend
    enough = drawn(ChartKind.P, shape=Shape(starts=(18,)))
    assert not np.isnan(read_one(enough).upper).any()
    assert "Trial limits: they rest on 6 points and become firm from 20." in figure_of(enough).legend


def test_a_frozen_baseline_of_a_few_points_gives_no_limits():
    reading = read_one(drawn(ChartKind.P, shape=Shape(frozen=(3,))))
    assert np.isnan([reading.lower, reading.upper]).all()
    assert len(set(reading.centre.tolist())) == 1
    assert [signal.kind for signal in reading.signals if signal.kind is SignalKind.OUTSIDE] == []


def test_a_change_of_level_is_not_taken_for_more_than_chance():
    # 5 % of many people, then 50 % of few: each level by itself varies as chance does.
    parts = [38, 42, 40, 45, 35, 41, 39, 43, 37, 40, 44, 36, 25, 28, 22, 24, 26, 27, 23, 25, 24, 26, 29, 21]
    wholes = [800] * 12 + [50] * 12
    assert read_one(drawn(ChartKind.AUTO, parts, wholes, shape=Shape(starts=(12,)))).kind == "p"
    assert read_one(drawn(ChartKind.AUTO, parts, wholes)).kind == "pp"


def test_a_run_chart_that_was_chosen_says_no_more_than_that():
    assert figure_of(drawn(ChartKind.RUN)).why == ("Run chart: chosen for this measure.",)


def test_rules_that_need_limits_step_back_and_say_so():
    figure = figure_of(drawn(ChartKind.RUN, rule_set=RuleSet.NELSON))
    assert figure.rules == "Rules: Anhøj (longest run, crossings)."
    assert figure.why[-1] == "Nelson were chosen for this measure, but they need limits: until then, Anhøj's rules."


def found_by(rule_set, kind, parts, **fields):
    reading = read_one(drawn(kind, parts, [100] * len(parts), rule_set=rule_set, **({"direction": "up"} | fields)))
    return reading, [(signal.kind, signal.places, signal.meaning) for signal in reading.signals]


def test_the_classical_shift_is_six_points_and_their_trend_five():
    parts = [30, 31, 30, 29, 30, 31, 29, 40, 41, 40, 42, 41, 40]
    reading, found = found_by(RuleSet.CLASSICAL, ChartKind.AUTO, parts)
    assert reading.kind == "run"
    assert found[0] == (SignalKind.SHIFT, (7, 8, 9, 10, 11, 12), Meaning.IMPROVEMENT)
    rising = [28, 36, 27, 37, 28, 36, 30, 31, 33, 34, 35, 38]
    _reading, found = found_by(RuleSet.CLASSICAL, ChartKind.AUTO, rising)
    trends = [signal for signal in found if signal[0] is SignalKind.TREND]
    assert trends == [(SignalKind.TREND, (6, 7, 8, 9, 10, 11), Meaning.IMPROVEMENT)]


@pytest.mark.parametrize("rule_set", [RuleSet.WESTERN_ELECTRIC, RuleSet.NELSON])
def test_shewhart_patterns_end_where_the_rules_complete(rule_set):
    random = np.random.default_rng(7)
    names = {
        RuleSet.WESTERN_ELECTRIC: {SignalKind.SHIFT: "we4", SignalKind.NEAR: "we2", SignalKind.AWAY: "we3"},
        RuleSet.NELSON: {
            SignalKind.SHIFT: "nelson2",
            SignalKind.NEAR: "nelson5",
            SignalKind.AWAY: "nelson6",
            SignalKind.TREND: "nelson3",
            SignalKind.IN_TURN: "nelson4",
            SignalKind.HUGGING: "nelson7",
            SignalKind.MIXED: "nelson8",
        },
    }[rule_set]
    seen = set()
    for _round in range(60):
        parts = np.clip(random.normal(40, 6, 24) + random.choice([0, 0, 9]) * (np.arange(24) > 14), 5, 95).round()
        reading, found = found_by(rule_set, ChartKind.I, parts.tolist())
        complete = rules.shewhart(reading.values, reading.centre, (reading.upper - reading.centre) / 3)
        for kind, name in names.items():
            assert {signal[0] for signal in found if signal[0] is kind} == ({kind} if complete[name] else set())
        assert [signal[1][0] + 1 for signal in found if signal[0] is SignalKind.OUTSIDE] == sorted(
            complete["we1"], reverse=True
        )
        seen |= {signal[0] for signal in found}
    assert {SignalKind.SHIFT, SignalKind.NEAR, SignalKind.AWAY, SignalKind.OUTSIDE} <= seen


def test_making_data_count_has_its_own_lines_and_marks():
    parts = [*PARTS[:12], *[part + 20 for part in PARTS[12:]]]
    panel = drawn(ChartKind.AUTO, parts, rule_set=RuleSet.MAKING_DATA_COUNT, direction="up", goal=90)
    reading, figure = read_one(panel), figure_of(panel)
    found = rules.making_data_count(panel.values[0], improvement_direction="increase", target=90)
    np.testing.assert_allclose(reading.centre, found.mean)
    np.testing.assert_allclose(reading.upper, found.upl)
    assert [badge.letter for badge in figure.badges] == ["H", "F"]
    assert figure.badges[0].words == "Variation: an improvement, upward."
    assert figure.badges[1].words == "Goal: not to be reached as things are."
    assert {point.mark for point in figure.points[12:]} == {Mark.IMPROVEMENT}
    # Some of its points are named for lying near a limit first; the shift is all of them.
    assert (reading.signals[0].kind, reading.signals[0].places) == (SignalKind.SHIFT, tuple(range(12, 24)))


def test_making_data_count_passes_over_a_missing_month():
    parts = [None if place == 17 else part for place, part in enumerate([*PARTS[:12], *[p + 20 for p in PARTS[12:]]])]
    reading = read_one(drawn(ChartKind.AUTO, parts, rule_set=RuleSet.MAKING_DATA_COUNT, direction="up", goal=90))
    assert 17 not in {place for signal in reading.signals for place in signal.places}


# Phases and baselines


def test_a_phase_has_its_own_centre_and_is_compared_with_the_one_before():
    parts = [*STEADY, *[part + 20 for part in STEADY[:8]]]
    panel = drawn(ChartKind.RUN, parts, [100] * 20, shape=Shape(starts=(12,)), direction="up")
    reading, figure = read_one(panel), figure_of(panel)
    assert [(phase.first, phase.last, phase.began, phase.centre) for phase in reading.phases] == [
        (0, 11, Began.FIRST, 20.5),
        (12, 19, Began.DECISION, 40.5),
    ]
    assert reading.sentence == (
        "Since January 2026 the median is 40.5\u202f%; before it was 20.5\u202f%: an improvement. Only 8 points since "
        "the phase began in January 2026: about 10 are needed to show signals."
    )
    assert reading.meaning is Meaning.IMPROVEMENT
    assert [(flag.number, flag.kind, flag.at, flag.words) for flag in figure.flags] == [
        (1, FlagKind.PHASE, 11.5, "January 2026: a new phase begins")
    ]
    assert figure.phases == (1,) * 12 + (2,) * 8


def test_a_frozen_baseline_makes_the_lines_and_goes_on_dashed():
    parts = [*STEADY, *[part + 5 for part in STEADY]]
    panel = drawn(ChartKind.P, parts, [100] * 24, shape=Shape(frozen=(11,)))
    reading, figure = read_one(panel), figure_of(panel)
    alone = spc.chart("p", parts, [100] * 24, freeze=12, multiply=100)
    np.testing.assert_allclose(reading.centre, alone.cl)
    np.testing.assert_allclose(reading.upper, alone.ucl)
    assert reading.phases[0].useful == alone.parts[0].n_useful
    assert [(line.first, len(line.values), line.extended) for line in figure.lines if line.kind is LineKind.CENTRE] == [
        (0, 12, False),
        (12, 12, True),
    ]
    assert (
        "Frozen baseline: the lines are made from January 2025 to December 2025 (12 points) and go on dashed."
        in figure.legend
    )


@given(
    parts=st.lists(st.integers(5, 60), min_size=4, max_size=30),
    cut=st.integers(1, 29),
    frozen=st.integers(0, 29),
)
@settings(max_examples=60, deadline=None)
def test_each_phase_is_what_it_would_be_alone(parts, cut, frozen):
    """A slow second way: the phases of a chart, each computed as a series of its own."""
    wholes = [100 + place for place in range(len(parts))]
    starts = (cut,) if cut < len(parts) else ()
    panel = drawn(ChartKind.P, parts, wholes, shape=Shape(starts, (min(frozen, len(parts) - 1),)))
    reading = read_one(panel)
    edges = [0, *starts, len(parts)]
    for first, end in pairwise(edges):
        last = min(frozen, len(parts) - 1)
        inside = last - first + 1 if first <= last < end else None
        if reading.kind == "run":
            alone = spc.chart("run", panel.values[0, first:end], freeze=inside)
        else:
            alone = spc.chart("p", parts[first:end], wholes[first:end], freeze=inside, multiply=100)
        np.testing.assert_allclose(reading.centre[first:end], alone.cl, rtol=1e-9)
        # Five points or fewer give a level, and no limits.
        upper = alone.ucl if (inside or end - first) >= 6 else np.full(end - first, np.nan)
        np.testing.assert_allclose(reading.upper[first:end], upper, rtol=1e-9)


def test_rows_with_and_without_decisions_are_read_together_as_alone():
    measure = measure_of(chart="p")
    panel = panel_of(measure, [PARTS, PARTS[::-1], STEADY * 2], [WHOLES, WHOLES, [100] * 24])
    panel = replace(panel, shapes={1: Shape(starts=(9,)), 2: Shape(frozen=(11,))})
    together = read(panel)
    for row in range(3):
        alone = read_one(panel.row(row))
        np.testing.assert_array_equal(together[row].centre, alone.centre)
        np.testing.assert_array_equal(together[row].upper, alone.upper)
        assert together[row].phases == alone.phases
        assert together[row].signals == alone.signals


# The phase that is suggested


def test_a_shift_that_lasts_suggests_a_phase_and_does_nothing():
    parts = [*STEADY[:9], *[part + 20 for part in STEADY[:9]]]
    panel = drawn(ChartKind.RUN, parts, [100] * 18, direction="up")
    reading = read_one(panel)
    suggested = suggestion_of(reading)
    assert suggested is not None
    assert (suggested.month, suggested.name) == (dt.date(2025, 10, 1), "October 2025")
    assert suggested.reason == "9 points since October 2025 lie mostly above the median."
    assert len(reading.phases) == 1


@pytest.mark.parametrize(
    "parts",
    [STEADY, [30] * 3, [], [*STEADY[:9], *[part + 20 for part in STEADY[:4]]]],
    ids=["chance alone", "too few", "nothing", "too short to have lasted"],
)
def test_nothing_is_suggested_without_a_shift_that_lasts(parts):
    assert suggestion_of(read_one(drawn(ChartKind.RUN, parts, [100] * len(parts)))) is None


# What happened, below the months


def note(day, label="Reminder calls", kind="test", **more):
    return Noted(dt.date.fromisoformat(day), kind, "Test of change", label, **more)


def test_what_happened_is_numbered_from_left_to_right_and_in_every_file():
    panel = drawn(ChartKind.RUN, STEADY, [100] * 12, shape=Shape(starts=(6,)))
    notes = [note("2025-09-30", "Ice <storm>", "event"), note("2025-03-02"), note("2024-12-31"), note("2026-01-01")]
    figure = figure_of(panel, notes=notes)
    assert [(flag.number, flag.index, flag.words) for flag in figure.flags] == [
        (1, 2, "2 Mar 2025: Reminder calls"),
        (2, 6, "July 2025: a new phase begins"),
        (3, 8, "30 Sep 2025: Ice <storm>"),
    ]
    assert figure.notes[:3] == (
        "(1) 2 Mar 2025: Reminder calls",
        "(2) July 2025: a new phase begins",
        "(3) 30 Sep 2025: Ice <storm>",
    )
    assert [row[-1] for row in figure.table.rows if row[-1] != "–"] == [
        "Reminder calls",
        "a new phase begins",
        "Ice <storm>",
    ]
    for svg in (to_svg(figure), to_file(figure)):
        titles = [node.text for node in fromstring(svg).iter() if node.tag.endswith("title")]
        assert [text for text in titles if text in {flag.words for flag in figure.flags}] == [
            flag.words for flag in figure.flags
        ]
    texts = [one["text"] for one in to_plotly(figure)["layout"]["annotations"]]
    assert [text for text in texts if text in {"1", "2", "3"}] == ["1", "2", "3"]
    assert "2 Mar 2025: Reminder calls" in list(to_rows(figure))[3]


def test_small_charts_carry_no_numbers_that_nothing_lists():
    figure = figure_of(drawn(ChartKind.RUN, STEADY, [100] * 12), notes=[note("2025-03-02")])
    assert "chart-flag" in to_svg(figure)
    assert "chart-flag" not in to_svg(figure, variant="small")


@given(places=st.lists(st.integers(0, 40), max_size=12), gap=st.floats(0.1, 6))
def test_no_mark_lies_on_another(places, gap):
    places = sorted(places)
    rows = lanes(places, gap)
    for row in set(rows):
        own = [place for place, other in zip(places, rows, strict=True) if other == row]
        assert all(after - before >= gap - 1e-6 for before, after in pairwise(own))
    assert set(rows) == set(range(max(rows, default=-1) + 1))


def test_the_axis_starts_near_the_data_only_where_a_reader_asks_and_says_so():
    panel = drawn(ChartKind.RUN, [70, 72, 75, 71] * 3, [100] * 12)
    assert (figure_of(panel).y_min, figure_of(panel).axis_name) == (0, "%")
    asked = figure_of(panel, from_zero=False)
    assert asked.y_min > 0
    assert asked.axis_name == f"% (the axis starts at {asked.y_min:g})"


def test_points_that_may_still_change_are_hollow_and_named():
    panel = drawn(ChartKind.RUN, STEADY, [100] * 12, maturation_days=40)
    figure = figure_of(panel, today=dt.date(2026, 1, 5))
    assert [point.label for point in figure.points if point.state == "maturing"] == ["November 2025", "December 2025"]
    assert (
        "Hollow: November 2025 and December 2025 may still change. Values are final 40 days after the period."
        in figure.legend
    )
    assert figure_of(panel, today=LATER).legend == ()


# Teaching


def test_teaching_adds_one_layer_a_step_and_gives_nothing_away_before():
    panel = drawn(ChartKind.P, [*STEADY[:9], *[part + 20 for part in STEADY[:9]]], [100] * 18, direction="up")
    figure = figure_of(panel, notes=[note("2025-09-02")])
    assert [step.layer for step in steps_of(figure)] == list(Layer)
    data, centre, limits, signals, story = (figure_at(figure, layer) for layer in Layer)
    assert (data.lines, data.end_labels, data.bracket, data.flags) == ((), (), None, ())
    assert {point.mark for point in data.points} == {Mark.PLAIN}
    assert figure.sentence not in data.alt
    assert {line.kind for line in centre.lines} == {LineKind.CENTRE}
    assert {line.kind for line in limits.lines} == {LineKind.CENTRE, LineKind.LOWER, LineKind.UPPER}
    assert limits.bracket is None
    assert signals.bracket == figure.bracket
    assert signals.flags == ()
    assert story.flags == figure.flags
    assert {(one.y_min, one.y_max) for one in (data, centre, limits, signals, story)} == {(figure.y_min, figure.y_max)}


def test_teaching_says_at_once_which_points_may_still_change():
    panel = drawn(ChartKind.RUN, STEADY, [100] * 12, maturation_days=40)
    words = [steps_of(figure_of(panel, today=today))[0].words for today in (dt.date(2025, 12, 20), LATER)]
    assert [any("December 2025 may still change" in line for line in one) for one in words] == [True, False]


def test_a_run_chart_is_taught_without_limits():
    figure = figure_of(drawn(ChartKind.RUN, STEADY, [100] * 12))
    assert [step.layer for step in steps_of(figure)] == [Layer.DATA, Layer.CENTRE, Layer.SIGNALS, Layer.STORY]


def test_a_concern_and_an_improvement_differ_in_shape_and_are_told_apart_in_words():
    improving = [*[part + 20 for part in STEADY[:9]], *STEADY[:9]]
    shapes, symbols, words = {}, {}, {}
    for direction in ("down", "up"):
        figure = figure_of(drawn(ChartKind.RUN, improving, [100] * 18, direction=direction))
        (mark,) = {point.mark for point in figure.points[9:]}
        outlines = re.findall(r'<path d="(M[^"]*z)">', to_svg(figure))
        shapes[mark] = {"l" if "l" in outline else "h" for outline in outlines}
        words[mark] = figure.legend[1]
        (data,) = (one for one in to_plotly(figure)["data"] if one["mode"] == "lines+markers")
        symbols[mark] = data["marker"]["symbol"][-1]
    assert symbols == {Mark.IMPROVEMENT: "square", Mark.CONCERN: "diamond"}
    assert shapes == {Mark.IMPROVEMENT: {"h"}, Mark.CONCERN: {"l"}}
    assert words == {
        Mark.IMPROVEMENT: "Squares tell of an improvement.",
        Mark.CONCERN: "Diamonds tell of a concern.",
    }


@pytest.mark.parametrize(("small", "inside"), [(60, True), (4, False)])
def test_limits_of_months_with_few_people_run_out_of_the_picture_only_where_they_lie_far_off(small, inside):
    figure = figure_of(drawn(ChartKind.P, [*STEADY[:11], small // 4], [*[100] * 11, small]))
    (upper,) = [line.values for line in figure.lines if line.kind is LineKind.UPPER]
    assert sorted(upper)[6] <= figure.y_max
    assert (max(upper) <= figure.y_max) is inside
