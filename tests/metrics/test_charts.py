"""A chart says one thing in one sentence, draws the same picture everywhere, and knows no hidden number."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import orjson
import plotly.graph_objects as go
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.common import months as month_module
from collab.common.drawing import line, spread
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.charts import run_chart, sparkline, to_plotly, to_rows, to_svg
from metrics.charts.figure import Mark, PointState
from metrics.charts.scale import month_ticks, value_axis
from metrics.charts.svg import NARROW, PAPER, SMALL, to_file
from metrics.presenters.comparing import scale_words, together
from metrics.presenters.readings import Meaning, SignalKind, read, read_one
from metrics.queries.series import Benchmarks, Panel, Shape, kind_of
from metrics.stats import spc
from metrics.suppression import State, masked, states

pytestmark = pytest.mark.unit
START = dt.date(2025, 1, 1)
LATER = dt.date(2030, 1, 1)


def measure_of(*changes, **fields):
    """A measure without a database: its first definition, then one for each (month, fields) of ``changes``."""
    collaborative = Collaborative(start=START, months=240)
    measure = Measure(pk=1, collaborative=collaborative, code="no_show")
    basis = {"name": "Missed appointments", "multiplier": 100, "direction": "down", "unit": "%"} | fields
    versions = [MeasureVersion(measure=measure, number=1, effective_month=START, **basis)]
    for number, (month, changed) in enumerate(changes, start=2):
        versions.append(MeasureVersion(measure=measure, number=number, effective_month=month, **(basis | changed)))
    vars(measure)["_prefetched_objects_cache"] = {"versions": versions}
    return measure


def panel_of(measure, parts, wholes=None, *, may_see_small=True, reasons=None):
    parts = np.atleast_2d(np.array(parts, dtype=float))
    wholes = np.full(parts.shape, np.nan) if wholes is None else np.atleast_2d(np.array(wholes, dtype=float))
    wholes = np.broadcast_to(wholes, parts.shape)
    state = states(parts, wholes, kind=kind_of(measure.latest.statistic), may_see_small=may_see_small)
    numerator, denominator = masked(parts, wholes, state)
    months = tuple(month_module.add(START, place) for place in range(parts.shape[1]))
    return Panel(measure, months, numerator, denominator, state, reasons or {})


def figure_of(panel, **fields):
    return run_chart(panel, **({"key": "chart", "subject": "Northside", "today": LATER} | fields))


LOW, HIGH = 31, 61
# The median is the single 33: nine points above it, then nine below.
SHIFT = [HIGH, HIGH, 33, *[HIGH] * 7, *[LOW] * 9]
# The median is the 46 at the end: nine points below it, then short runs.
# Four low, nine high in the middle, five low; the 46 is the median.
EPISODE = [*[LOW] * 4, *[HIGH] * 9, *[LOW] * 5]
PAST = [*[LOW] * 9, *[HIGH] * 4, 20, *[HIGH] * 4, 20, *[HIGH] * 3, 46]


@pytest.mark.parametrize(
    ("direction", "parts", "sentence", "meaning"),
    [
        ("down", [None] * 5, "Nothing reported yet.", Meaning.NONE),
        (
            "down",
            [30] * 7,
            "Only 7 points so far: a run chart needs about 10 to show signals.",
            Meaning.NONE,
        ),
        (
            "down",
            [30],
            "Only 1 point so far: a run chart needs about 10 to show signals.",
            Meaning.NONE,
        ),
        (
            "down",
            [30, 32] * 6,
            "No signal: the points vary around the median of 31\u202f%.",
            Meaning.NONE,
        ),
        (
            "down",
            SHIFT,
            "Shift of 9 points below the median since November 2025: an improvement.",
            Meaning.IMPROVEMENT,
        ),
        (
            "up",
            SHIFT,
            "Shift of 9 points below the median since November 2025: a concern.",
            Meaning.CONCERN,
        ),
        (
            "none",
            SHIFT,
            "Shift of 9 points below the median since November 2025.",
            Meaning.CHANGE,
        ),
        (
            "down",
            PAST,
            "The level moved up after September 2025 (9 points below the median, then 11 of 13 above it): a concern.",
            Meaning.CONCERN,
        ),
        (
            "up",
            PAST,
            (
                "The level moved up after September 2025 (9 points below the median, then 11 of 13 above it): an "
                "improvement."
            ),
            Meaning.IMPROVEMENT,
        ),
        (
            "none",
            PAST,
            "The level moved up after September 2025 (9 points below the median, then 11 of 13 above it).",
            Meaning.CHANGE,
        ),
        (
            "up",
            [33, *[LOW] * 4, HIGH, *[LOW] * 4, *[HIGH] * 9, LOW, LOW, LOW, HIGH],
            (
                "Shift of 9 points above the median from November 2025 to July 2026, then 3 of 4 below it: an "
                "improvement that may not have lasted."
            ),
            Meaning.NONE,
        ),
        (
            "up",
            [33, *[LOW] * 5, HIGH, *[LOW] * 6, *[HIGH] * 9, LOW, HIGH, HIGH],
            (
                "Shift of 9 points above the median from February 2026 to October 2026, then 1 of 3 below it: an "
                "improvement."
            ),
            Meaning.IMPROVEMENT,
        ),
        (
            "down",
            [33, *[LOW] * 5, HIGH, *[LOW] * 3, *[HIGH] * 9, LOW, LOW],
            (
                "Shift of 9 points above the median from November 2025 to July 2026, then 2 of 2 below it: a concern "
                "that may have passed."
            ),
            Meaning.NONE,
        ),
        (
            "up",
            [33, *EPISODE],
            (
                "Shift of 9 points above the median from June 2025 to February 2026, then 5 of 5 below it: an "
                "improvement that may not have lasted."
            ),
            Meaning.NONE,
        ),
        (
            "down",
            [33, *EPISODE],
            (
                "Shift of 9 points above the median from June 2025 to February 2026, then 5 of 5 below it: a concern "
                "that may have passed."
            ),
            Meaning.NONE,
        ),
        (
            "down",
            [HIGH] * 6 + [LOW] * 6,
            "Too few crossings of the median (1, at least 3 expected), so the level moved down: an improvement.",
            Meaning.IMPROVEMENT,
        ),
        (
            "down",
            [LOW] * 6 + [HIGH] * 6,
            "Too few crossings of the median (1, at least 3 expected), so the level moved up: a concern.",
            Meaning.CONCERN,
        ),
        (
            "down",
            [HIGH] * 3 + [LOW] * 6 + [HIGH] * 3,
            ("Too few crossings of the median (2, at least 3 expected), so the level moved, but not in one direction."),
            Meaning.CHANGE,
        ),
        (
            "down",
            [0] * 10 + [3, 4],
            "No signal can be told: 10 of 12 points lie on the median of 0\u202f% itself.",
            Meaning.NONE,
        ),
    ],
)
def test_the_sentence_says_what_the_chart_shows(direction, parts, sentence, meaning):
    reading = read_one(panel_of(measure_of(direction=direction), parts, [100] * len(parts)))
    assert (reading.sentence, reading.meaning) == (sentence, meaning)


def test_a_missing_month_breaks_no_run():
    parts = [*SHIFT[:14], None, *SHIFT[14:]]
    figure = figure_of(panel_of(measure_of(), parts, [100] * len(parts)))
    assert figure.sentence == "Shift of 9 points below the median since November 2025: an improvement."
    assert [point.mark for point in figure.points[10:]] == [
        *[Mark.IMPROVEMENT] * 4,
        Mark.PLAIN,
        *[Mark.IMPROVEMENT] * 5,
    ]


def test_a_new_definition_begins_a_new_phase():
    measure = measure_of((dt.date(2026, 1, 1), {"name": "Missed visits", "change_note": "Video visits count too."}))
    figure = figure_of(panel_of(measure, [30, 32] * 6 + [50, 52, 54, 56], [100] * 16))
    assert figure.sentence == (
        "Only 4 points since the definition changed in January 2026: a run chart needs about 10 to show signals."
    )
    assert [(change.index, change.number) for change in figure.flags] == [(12, 1)]
    assert figure.notes == ("(1) January 2026: the definition changed. Video visits count too.",)
    centres = [line.values for line in figure.lines if line.kind == "centre"]
    assert [set(line) for line in centres] == [{31.0}, {53.0}]
    assert figure.title == "Missed visits"


def test_limits_come_with_twelve_points_and_only_where_they_are_asked_for():
    eleven = panel_of(measure_of(chart="p"), [30, 32] * 5 + [31], [100] * 11)
    assert read_one(eleven).kind == "run"
    parts, wholes = [*[30, 32] * 6, 70], [100] * 12 + [90]
    reading = read_one(panel_of(measure_of(chart="p"), parts, wholes))
    expected = spc.chart("p", parts, wholes, multiply=100)
    assert reading.kind == "p"
    for mine, theirs in ((reading.centre, expected.cl), (reading.lower, expected.lcl), (reading.upper, expected.ucl)):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    assert reading.sentence == "January 2026 lies above the upper limit: ask what was different."
    assert reading.meaning is Meaning.NONE
    assert read_one(panel_of(measure_of(chart="run"), parts, wholes)).kind == "run"


def test_rows_with_and_without_limits_are_read_together_as_alone():
    measure = measure_of(chart="p")
    parts = [[30, 32] * 6, [30, 32] * 5 + [None, None], [10, 50] * 6]
    panel = panel_of(measure, parts, [[100] * 12] * 3)
    together = read(panel)
    assert [reading.kind for reading in together] == ["p", "run", "p"]
    for row, reading in enumerate(together):
        alone = read_one(panel.row(row))
        assert (reading.sentence, reading.signals) == (alone.sentence, alone.signals)
        np.testing.assert_array_equal(reading.centre, alone.centre)


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_signals_are_found_where_the_statistics_find_them(parts):
    """Second opinion: the runs analysis of metrics.stats on the same values."""
    reading = read_one(panel_of(measure_of(), parts, [100] * len(parts)))
    found = spc.chart("run", [part / 100 * 100 for part in parts]).parts[0]
    assert bool(reading.signals) == (found.runs_signal and found.n_useful >= 10)
    for signal in reading.signals:
        if signal.kind is SignalKind.SHIFT:
            assert len(signal.places) > found.longest_run_max
            sides = [reading.values[place] > reading.centre[place] for place in signal.places]
            assert set(sides) == {signal.above}


def test_three_states_are_three_different_things():
    panel = panel_of(
        measure_of(), [0, 5, None, None, 20], [60, 60, None, 0, 60], may_see_small=False, reasons={(0, 2): "system"}
    )
    figure = figure_of(panel)
    assert [(point.state, point.text) for point in figure.points] == [
        (PointState.VALUE, "0\u202f% (0 of 60)"),
        (PointState.HIDDEN, "hidden (small number)"),
        (PointState.MISSING, "missing: our data system was down or changed"),
        (PointState.MISSING, "not reported"),
        (PointState.VALUE, "33.3\u202f% (20 of 60)"),
    ]
    heading, *rows = to_rows(figure)
    assert heading[:7] == ("month", "state", "numerator", "denominator", "value", "unit", "centre")
    assert [row[:7] for row in rows] == [
        ("2025-01", "value", 0, 60, 0, "%", None),
        ("2025-02", "hidden", None, None, None, "%", None),
        ("2025-03", "missing", None, None, None, "%", None),
        ("2025-04", "missing", None, None, None, "%", None),
        ("2025-05", "value", 20, 60, pytest.approx(100 / 3), "%", None),
    ]


def test_where_all_is_hidden_nobody_reads_that_nothing_is_reported():
    figure = figure_of(panel_of(measure_of(), [5] * 16, [60] * 16, may_see_small=False))
    assert figure.why == ("A run chart, because no number is shown from which a chart could be chosen.",)
    assert figure.sentence == "16 points are hidden (small numbers)."
    assert figure_of(panel_of(measure_of(), [None] * 3, [None] * 3)).why == ("Nothing is reported yet.",)


def test_a_table_says_what_its_figure_was_drawn_from():
    measure = measure_of((dt.date(2026, 1, 1), {"name": "Missed visits"}), chart="p")
    panel = replace(panel_of(measure, [30, 32] * 9, [100] * 18), shapes={0: Shape(frozen=(5,))})
    figure = figure_of(panel, today=dt.date(2026, 7, 9))
    heading, *rows = to_rows(figure)
    wanted = ("phase", "whose", "measure", "definition", "chart", "rules", "lines_made_from", "drawn_on")
    drawn = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [tuple(one[name] for name in wanted) for one in (drawn[0], drawn[-1])] == [
        (1, "Northside", "Missed visits", 1, figure.chart, figure.rules, "2025-01/2025-06", "2026-07-09"),
        (2, "Northside", "Missed visits", 2, figure.chart, figure.rules, "2026-01/2026-06", "2026-07-09"),
    ]
    assert figure.origin == "Definition 2 of this measure, in use since January 2026. Drawn on 9 Jul 2026."
    assert figure.origin in " ".join(node.text or "" for node in fromstring(to_file(figure)).iter())


def test_points_that_may_still_change_are_hollow():
    panel = panel_of(measure_of(maturation_days=30), [30, 31, 32], [100] * 3)
    states_on = [point.state for point in figure_of(panel, today=dt.date(2025, 4, 30)).points]
    assert states_on == [PointState.VALUE, PointState.VALUE, PointState.MATURING]
    assert [point.state for point in figure_of(panel, today=dt.date(2025, 5, 1)).points] == [PointState.VALUE] * 3


def test_means_and_counts_say_what_they_are():
    mean = figure_of(panel_of(measure_of(stat="mean", unit="days", multiplier=1), [300], [20]))
    count = figure_of(panel_of(measure_of(stat="count", unit="", multiplier=1), [42]))
    assert (mean.points[0].text, count.points[0].text) == ("15\u202fdays (20 cases)", "42")


def test_proportions_start_at_zero_and_other_axes_say_where_they_start():
    low, _high, _ticks = value_axis(80, 90, from_zero=True, ceiling=100)
    assert low == 0
    figure = figure_of(panel_of(measure_of(stat="score", unit="points", multiplier=1), [80, 85, 90]))
    assert (figure.y_min, figure.axis_name) == (80, "points (the axis starts at 80)")


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.booleans())
def test_an_axis_holds_its_values_in_few_even_steps(one, other, from_zero):
    low, high = sorted((one / 100, other / 100))
    bottom, top, ticks = value_axis(low, high, from_zero=from_zero, ceiling=None)
    assert bottom <= low * (1 + 1e-9) + 1e-9
    assert top >= high * (1 - 1e-9)
    assert 2 <= len(ticks) <= 8
    steps = [after - before for before, after in pairwise(ticks)]
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


@given(st.lists(st.floats(0, 100), max_size=5))
def test_labels_keep_their_order_and_their_distance(wanted):
    placed = spread(wanted, 12, 0, 100)
    in_order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    for before, after in pairwise(in_order):
        assert placed[after] - placed[before] >= 12 - 1e-9
    assert all(-1e-9 <= at <= 100 + 1e-9 for at in placed)


@pytest.mark.parametrize(("count", "labels"), [(1, 1), (7, 7), (12, 6), (36, 6), (123, 6)])
def test_the_last_month_is_always_named(count, labels):
    ticks = month_ticks([month_module.add(START, place) for place in range(count)])
    assert (len(ticks), ticks[-1].at) == (labels, count - 1)


def benchmarks_of(panel, **lines):
    count = len(panel.months)
    nothing = np.full(count, np.nan)
    basis = dict.fromkeys(("numerator", "denominator", "pooled", "median", "p10", "p25", "p75", "p90", "abc"), nothing)
    basis |= {
        "withheld": np.zeros(count, dtype=np.bool_),
        "partial": np.zeros(count, dtype=np.bool_),
        "expected": np.full(count, 8.0),
        "reporting": np.full(count, 7.0),
    }
    given_lines = {name: np.full(count, value) for name, value in lines.items()}
    state = np.full(count, State.VALUE, dtype=np.int8)
    return Benchmarks(measure=panel.measure, months=panel.months, state=state, **(basis | given_lines))


BAND = {"pooled": 0.3, "median": 0.28, "p10": 0.1, "p25": 0.2, "p75": 0.4, "p90": 0.5}


def full_figure():
    """Everything a figure can hold: a break, a goal, limits, a shift, gaps, hidden and hollow months, a band."""
    measure = measure_of(
        (dt.date(2025, 4, 1), {"change_note": "<b>& more</b>"}),
        chart="p",
        goal=20.0,
        maturation_days=30,
        name="Missed <appointments> & more",
    )
    parts = [30, 31, None, *SHIFT[:5], 5, *SHIFT[5:]]
    panel = panel_of(measure, parts, [100] * len(parts), may_see_small=False)
    return figure_of(panel, benchmarks=benchmarks_of(panel, **BAND), today=dt.date(2026, 11, 20))


def test_plotly_accepts_the_figure_and_draws_the_svgs_points():
    figure = full_figure()
    drawn = to_plotly(figure)
    judged = go.Figure(drawn)
    assert orjson.loads(orjson.dumps(drawn)) == drawn
    data = [trace for trace in judged.data if trace.type == "scatter" and trace.mode == "lines+markers"]
    assert [y for trace in data for y in trace.y] == [point.value for point in figure.points]
    assert [x for trace in data for x in trace.x] == list(range(len(figure.points)))
    svg = fromstring(to_svg(figure))
    space = {"s": "http://www.w3.org/2000/svg"}
    titles = [node.text for node in svg.findall(".//s:circle/s:title", space)]
    titles += [node.text for node in svg.findall(".//s:path/s:title", space)]
    titles += [node.text for node in svg.findall(".//s:rect/s:title", space)]
    assert sorted(titles) == sorted(
        f"{point.label}: {point.text}" for point in figure.points if point.state is not PointState.MISSING
    )
    assert judged.layout.yaxis.range == (figure.y_min, figure.y_max)
    assert [trace.name for trace in judged.data if trace.type == "scatter" and trace.fill == "toself"] == [
        "8 of 10 teams",
        "Middle half of the teams",
    ]


def test_the_svg_stands_alone_and_needs_no_style():
    text = to_svg(full_figure())
    svg = fromstring(text)
    assert not re.search(r"\bstyle=|<style|<script|href=|\bon\w+=", text)
    assert svg[0].tag.endswith("title")
    assert svg[0].text == "Missed <appointments> & more, Northside"
    assert svg[1].tag.endswith("desc")
    assert svg.attrib["aria-labelledby"] == f"{svg[0].attrib['id']} {svg[1].attrib['id']}"
    assert "legend" not in text


def test_the_table_is_the_charts_twin():
    figure = full_figure()
    assert figure.table.columns == (
        "Month",
        "Value",
        "Mean",
        "Lower limit",
        "Upper limit",
        "Median of the teams",
        "Middle half of the teams",
        "All teams pooled",
        "What happened",
    )
    assert [row[0] for row in figure.table.rows] == [point.label for point in figure.points]
    assert [row[1] for row in figure.table.rows] == [point.text for point in figure.points]


def test_without_percentiles_the_pooled_line_is_drawn_and_named():
    panel = panel_of(measure_of(), [30, 31], [100, 100])
    figure = figure_of(panel, benchmarks=benchmarks_of(panel, pooled=0.25))
    assert (figure.bands, figure.pooled) == ((), (25.0, 25.0))
    assert [label.name for label in figure.end_labels] == ["Median", "All teams"]


def redefined(months=16, *, lines=BAND):
    """Percent for twelve months, then per 1,000 visits, with what the teams did."""
    measure = measure_of(
        (dt.date(2026, 1, 1), {"multiplier": 1000, "unit": "per 1,000 visits", "stat": "rate"}), stat="proportion"
    )
    panel = panel_of(measure, ([30, 32] * 8)[:months], [100] * months)
    return panel, benchmarks_of(panel, **lines)


def test_what_the_teams_did_stands_in_the_unit_of_each_months_own_definition():
    panel, teams = redefined()
    figure = figure_of(panel, benchmarks=teams)
    _wide, middle = figure.bands
    assert (middle.lower, middle.upper) == ((20.0,) * 12 + (200.0,) * 4, (40.0,) * 12 + (400.0,) * 4)
    cells = [dict(zip(figure.table.columns, row, strict=True)) for row in (figure.table.rows[11:13])]
    columns = ("Median", "Median of the teams", "Middle half of the teams", "All teams pooled")
    assert [[row[column].replace("\u202f", " ") for column in columns] for row in cells] == [
        ["31 %", "28 %", "20 to 40 %", "30 %"],
        ["310 per 1,000 visits", "280 per 1,000 visits", "200 to 400 per 1,000 visits", "300 per 1,000 visits"],
    ]
    heading, *rows = to_rows(figure)
    assert [row[heading.index("unit")] for row in rows] == ["%"] * 12 + ["per 1,000 visits"] * 4
    assert figure.axis_name == "%, then per 1,000 visits"
    assert "between 30\u202f% and 320\u202fper 1,000 visits" in figure.alt


def test_words_about_a_month_before_a_new_unit_are_in_the_unit_it_had():
    panel, teams = redefined(months=12)
    figure = figure_of(panel, benchmarks=replace(teams, p25=teams.abc, p75=teams.abc))
    assert [(label.name, label.value) for label in figure.end_labels] == [
        ("Median", "31\u202f%"),
        ("All teams", "30\u202f%"),
    ]
    assert (figure.axis_name, set(figure.units)) == ("%", {"%"})
    words = together(replace(teams, numerator=np.full(12, 300.0), denominator=np.full(12, 1000.0)))
    assert (words.pooled, words.median) == ("30\u202f% (300 of 1,000)", "28\u202f%")
    assert "between 20\u202f% and 40\u202f%" in words.band
    assert scale_words(panel) == "Every chart on this page runs from 0 to 40\u202f%."
    assert scale_words(redefined()[0]) == "Every chart on this page runs from 0 to 400."


@pytest.mark.parametrize("variant", ["wide", "large", SMALL, NARROW, PAPER])
@pytest.mark.parametrize("lines", [BAND, {"pooled": 0.3}])
def test_a_new_definition_cuts_the_line_of_the_data_and_those_of_the_teams(variant, lines):
    panel, teams = redefined(lines=lines)
    figure = figure_of(panel, benchmarks=teams)
    assert figure.breaks == (12,)
    svg = fromstring(to_svg(figure, variant=variant))
    drawn = {name: svg.findall(f".//*[@class='{name}']") for name in ("chart-data", "chart-pooled", "chart-band")}
    (data,) = drawn["chart-data"]
    assert data.get("d").count("M") == 2
    assert [one.get("d").count("M") for one in drawn["chart-pooled"]] == ([] if figure.bands else [2])
    assert len(drawn["chart-band"]) == (2 if figure.bands else 0)


def test_a_new_definition_cuts_the_same_lines_in_the_browser():
    for lines in (BAND, {"pooled": 0.3}):
        panel, teams = redefined(lines=lines)
        *others, before, after = go.Figure(to_plotly(figure_of(panel, benchmarks=teams))).data
        assert [(one.mode, list(one.x)) for one in (before, after)] == [
            ("lines+markers", list(range(12))),
            ("lines+markers", list(range(12, 16))),
        ]
        assert (before.hovertext[11], after.hovertext[0]) == (
            "December 2025: 32\u202f% (32 of 100)",
            "January 2026: 300\u202fper 1,000 visits (30 of 100)",
        )
        of_teams = [one for one in others if one.fill == "toself"] or others[:1]
        assert {one.x.count(None) for one in of_teams} == {1}


def test_a_phase_cuts_the_centre_line_and_leaves_the_line_of_the_data_whole():
    plain = panel_of(measure_of(), [30, 32] * 8, [100] * 16)
    panels = {1: replace(plain, shapes={0: Shape(starts=(12,))}), 2: redefined()[0]}
    for pieces, panel in panels.items():
        svg = fromstring(to_svg(figure_of(panel)))
        (data,) = svg.findall(".//*[@class='chart-data']")
        small = fromstring(sparkline(read_one(panel), name="x", top=400))
        (spark,) = small.findall(".//*[@class='chart-data']")
        (centre,) = small.findall(".//*[@class='chart-axis']")
        assert [one.get("d").count("M") for one in (data, spark, centre)] == [pieces, pieces, 2]


def test_a_quarter_is_called_by_its_three_months():
    measure = measure_of()
    measure.collaborative.cadence = "quarter"
    months = tuple(month_module.add(START, 3 * place) for place in range(12))
    panel = panel_of(measure, [LOW] * 3 + [HIGH] * 9, [100] * 12)
    quarterly = Panel(measure, months, panel.numerator, panel.denominator, panel.state)
    figure = figure_of(quarterly)
    assert figure.points[0].label == "January–March 2025"
    assert figure.table.rows[-1][0] == "October–December 2027"
    assert figure.x_ticks[-1].text == "Oct–Dec 2027"


def test_an_empty_figure_draws_nothing_and_says_why():
    figure = figure_of(panel_of(measure_of(), [None] * 3))
    assert (figure.is_empty, figure.sentence) == (True, "Nothing reported yet.")
    assert figure_of(panel_of(measure_of(), np.empty((1, 0)), np.empty((1, 0)))).is_empty


HIDEABLE = [(part, whole) for whole in range(1, 61) for part in range(whole + 1) if min(whole, part or 99) <= 10]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=12, max_size=24), st.data())
def test_nothing_that_is_made_from_a_figure_depends_on_a_hidden_number(parts, data):
    """JSON, SVG, CSV, tooltips, titles, the table, the centre line, limits and signals: all the same."""
    measure = measure_of(chart="p")
    wholes = [60] * len(parts)
    first = panel_of(measure, parts, wholes, may_see_small=False)
    others, other_wholes = list(parts), list(wholes)
    for place in np.flatnonzero(first.state[0] == State.HIDDEN):
        others[place], other_wholes[place] = data.draw(st.sampled_from(HIDEABLE))
    second = panel_of(measure, others, other_wholes, may_see_small=False)
    one, other = figure_of(first), figure_of(second)
    assert one == other
    assert to_plotly(one) == to_plotly(other)
    assert (to_svg(one), list(to_rows(one))) == (to_svg(other), list(to_rows(other)))
    assert sparkline(read_one(first), name="x", top=100) == sparkline(read_one(second), name="x", top=100)


def test_a_month_alone_between_two_gaps_is_seen_in_a_sparkline():
    reading = read_one(panel_of(measure_of(), [30, 31, None, 32, None, 33], [100] * 6))
    svg = fromstring(sparkline(reading, name="x", top=100))
    (path,) = [node.get("d") for node in svg.iter() if node.get("class") == "chart-data"]
    assert ["l" in piece for piece in path.split("M")[1:]] == [True] * 3


def test_a_chart_without_the_band_says_from_how_many_teams_on_there_is_one():
    panel = panel_of(measure_of(), [30, 31, 32], [100] * 3)
    words = "No band of the teams: it is drawn from 10 teams on that can be compared, and there are fewer."
    for lines, said in (({"median": 0.28}, True), ({"pooled": 0.3}, False), (BAND, False)):
        assert (words in figure_of(panel, benchmarks=benchmarks_of(panel, **lines)).legend) is said
    assert words not in figure_of(panel).legend
    assert together(benchmarks_of(panel, pooled=0.3, median=0.28)).band == words
    assert together(benchmarks_of(panel, pooled=0.3)).band == ""


def test_a_sparkline_is_named_and_marks_the_signal_that_holds():
    reading = read_one(panel_of(measure_of(), SHIFT, [100] * len(SHIFT)))
    svg = fromstring(sparkline(reading, name='A "name" & more', top=100))
    title, *lines, marks = svg
    assert (svg.attrib["role"], title.text) == ("img", 'A "name" & more')
    assert [one.attrib["class"] for one in lines] == ["chart-axis", "chart-data"]
    assert marks.attrib["class"] == "chart-fill-improvement"
    assert marks.attrib["d"].count("M") == 9


def test_a_picture_of_a_long_series_says_once_what_its_points_have_in_common():
    reading = read_one(panel_of(measure_of(), [30, 31] * 60, [100] * 120))
    svg = fromstring(sparkline(reading, name="Long", top=100))
    assert len(svg) == 4
    assert re.fullmatch(r"M4 [\d.]+l124 0", svg[1].attrib["d"])


@given(st.lists(st.tuples(st.floats(-500, 1500), st.floats(-500, 1500)), min_size=1, max_size=30))
def test_the_steps_of_a_line_lead_through_its_points(points):
    path = line(points)
    numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", path)]
    x, y = numbers[:2]
    reached = [(x, y)]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + dx, y + dy
        reached.append((x, y))
    wanted = [(round(x * 10), round(y * 10)) for x, y in points]
    level = {at for at in range(1, len(wanted) - 1) if wanted[at - 1][1] == wanted[at][1] == wanted[at + 1][1]}
    assert [(round(x * 10), round(y * 10)) for x, y in reached] == [
        at for number, at in enumerate(wanted) if number not in level
    ]
    assert re.fullmatch(r"[Ml\d. -]+", path)


def test_only_pictures_that_can_be_pointed_at_have_the_words_of_their_points():
    figure = full_figure()
    words = f"<title>{figure.points[0].label}: {figure.points[0].text}</title>"
    told = {variant: words in to_svg(figure, variant=variant) for variant in ("wide", "large", SMALL, NARROW, PAPER)}
    assert told == {"wide": True, "large": True, SMALL: True, NARROW: False, PAPER: False}


def test_the_months_that_small_numbers_leave_to_see_tell_nothing_of_the_others() -> None:
    # Zeros are shown and counts of 1 to 10 are not: the rest looks like an improvement that nobody can know of.
    parts = [31, 22, 30, 23, 29, 24, 28, 25, 27, 26, 21, 20, 4, 0, 6, 0, 0, 3, 0, 0, 0]
    open_to_all = read_one(panel_of(measure_of(), parts, [100] * len(parts)))
    assert open_to_all.meaning is Meaning.IMPROVEMENT

    reading = read_one(panel_of(measure_of(), parts, [100] * len(parts), may_see_small=False))

    assert (reading.signals, reading.meaning) == ((), Meaning.NONE)
    assert reading.phases[-1].centre is None
    assert bool(np.isnan(reading.centre).all())
    assert reading.sentence == (
        "No signal can be told from the points that are shown. 3 points are hidden (small numbers)."
    )
    # One hidden month of twenty-one leaves a picture of the whole.
    parts[-1], parts[12], parts[14] = 0, 0, 0
    assert read_one(panel_of(measure_of(), parts, [100] * len(parts), may_see_small=False)).meaning is (
        Meaning.IMPROVEMENT
    )
