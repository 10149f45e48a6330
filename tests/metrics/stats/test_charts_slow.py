"""Charts against the slow second implementation, over generated series and options."""

from dataclasses import asdict
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from metrics.stats import spc
from tests.metrics.stats import slow
from tests.metrics.stats.checks import LINES, assert_close, numbers

pytestmark = pytest.mark.unit

WITH_DENOMINATOR = ("run", "i", "mr", "p", "pp", "u", "up", "g", "ip", "c")
WITHOUT = ("run", "i", "mr", "c", "g", "t", "ip", "xbar", "s")
SIXTEENTHS = st.integers(1, 4000).map(lambda number: number / 16)


@st.composite
def options(draw: st.DrawFn, points: int) -> dict[str, Any]:
    numbers_of_points = st.lists(st.integers(-1, points + 2), max_size=3)
    return {
        "freeze": draw(st.none() | st.integers(0, points + 2)),
        "part": draw(st.none() | numbers_of_points.filter(bool)),
        "exclude": draw(st.none() | numbers_of_points),
        "multiply": draw(st.sampled_from([1, 100, 10000])),
        "screen_mr": draw(st.booleans()),
        "y_neg": draw(st.booleans()),
    }


@st.composite
def with_denominators(draw: st.DrawFn) -> tuple[list[Any], list[Any], dict[str, Any]]:
    pairs = draw(
        st.lists(
            st.integers(1, 500).flatmap(lambda n: st.tuples(st.none() | st.integers(0, n), st.just(n) | st.none()))
            | st.just((0, 0)),
            max_size=30,
        )
    )
    return [y for y, _ in pairs], [n for _, n in pairs], draw(options(len(pairs)))


def assert_equal(kind: str, y: list[Any], n: Any, x: Any, chosen: dict[str, Any]) -> None:
    chart = spc.chart(kind, y, n, x, **chosen)
    expected = slow.chart(kind, y, n, x, **chosen)
    if not chart.x:
        assert chart.parts == ()
        return
    for field in LINES:
        # Limits are differences: what cancels out is as large as the values, so they count in the tolerance.
        scale = max([abs(v) for v in expected["y"] + expected["ucl"] if v is not None], default=0.0)
        for place, (actual, wanted) in enumerate(
            zip(getattr(chart, field), numbers(expected[field]), strict=True), start=1
        ):
            assert actual == pytest.approx(wanted, rel=1e-9, abs=1e-11 * scale, nan_ok=True), (field, place)
    for field in ("part", "baseline", "include"):
        assert getattr(chart, field).tolist() == expected[field], field
    near = [
        value is not None and any(limit is not None and abs(value - limit) <= 1e-9 * scale for limit in limits)
        for value, *limits in zip(expected["y"], expected["lcl"], expected["ucl"], strict=True)
    ]
    for actual, wanted, fragile in zip(chart.sigma_signal, expected["sigma_signal"], near, strict=True):
        assert fragile or actual == wanted
    on_the_line = any(
        value is not None and centre is not None and value != centre and abs(value - centre) <= 1e-9 * scale
        for value, centre in zip(expected["y"], expected["cl"], strict=True)
    )
    if not on_the_line:
        assert [asdict(part) for part in chart.parts] == expected["parts"]


@pytest.mark.parametrize("kind", WITH_DENOMINATOR)
@settings(max_examples=80, deadline=None)
@given(data=with_denominators())
def test_with_denominators(kind: str, data: Any) -> None:
    y, n, chosen = data
    assert_equal(kind, y, n, None, chosen)


@pytest.mark.parametrize("kind", WITHOUT)
@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 12), st.none() | SIXTEENTHS), max_size=40), data=st.data())
def test_subgroups_of_rows(kind: str, rows: Any, data: Any) -> None:
    chosen = data.draw(options(len({x for x, _y in rows})))
    # Times between events have no deviation of 0, which equal rows would have.
    chosen["agg_fun"] = data.draw(st.sampled_from(["mean", "median", "sum", *(["sd"] if kind != "t" else [])]))
    assert_equal(kind, [y for _x, y in rows], None, [x for x, _y in rows], chosen)


@pytest.mark.parametrize("kind", ["run", "i", "mr", "t", "p", "pp", "u", "up", "c", "g", "ip", "xbar", "s"])
def test_a_given_centre_line(kind: str) -> None:
    y = [12.0, 9.0, 15.0, 11.0, 8.0, 14.0, None, 10.0]
    n = [40.0, 42.0, 39.0, 50.0, 31.0, 44.0, 40.0, 38.0] if kind in {"p", "pp", "u", "up", "ip"} else None
    x = [1, 1, 2, 2, 3, 3, 4, 4] if kind in {"xbar", "s"} else None
    given_line = {"t": 1.9}.get(kind, 0.25 if n else 10.5)  # a T chart reads it on its transformed scale
    chart = spc.chart(kind, y, n, x, cl=given_line)
    expected = slow.chart(kind, y, n, x, cl=given_line)
    for field in LINES:
        assert_close(getattr(chart, field), numbers(expected[field]), field)
