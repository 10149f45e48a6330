"""Completeness and timeliness: by hand, by a slow second implementation, and by law."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from metrics.stats.completeness import Kept, Reporting, by_month, by_team, together
from metrics.stats.errors import LengthsDifferError

pytestmark = pytest.mark.unit
NO = float("nan")


def reporting(rows: list[list[tuple[bool, bool, float, int, int, int]]]) -> Reporting:
    """From one (expected, sent, on time, asked, given, explained) a team and month."""
    cells = np.array(rows, dtype=np.float64)
    expected, sent, on_time, asked, given_, explained = (cells[..., place] for place in range(6))
    return Reporting(
        expected.astype(bool), sent.astype(bool), on_time, asked.astype(int), given_.astype(int), explained.astype(int)
    )


def test_two_teams_by_hand() -> None:
    found = reporting(
        [
            # On time and whole; late with one reason instead of a number; never sent.
            [(True, True, 1, 5, 5, 0), (True, True, 0, 5, 4, 1), (True, False, NO, 5, 0, 0)],
            # Imported; not yet due but sent already; not taking part.
            [(True, True, NO, 5, 5, 0), (False, True, 1, 5, 5, 0), (False, False, NO, 5, 0, 0)],
        ]
    )
    assert by_team(found) == [Kept(3, 2, 3, 1, 15, 9, 1), Kept(1, 1, 0, 0, 5, 5, 0)]
    assert by_month(found) == [Kept(2, 2, 1, 1, 10, 10, 0), Kept(1, 1, 1, 0, 5, 4, 1), Kept(1, 0, 1, 0, 5, 0, 0)]
    assert together(found) == Kept(4, 3, 3, 1, 20, 14, 1)
    first = by_team(found)[0]
    assert (first.submitted, first.timeliness, first.completeness) == (2 / 3, 1 / 3, 9 / 15)
    assert np.isnan(by_team(found)[1].timeliness)


def test_nothing_due_is_missing_and_never_a_percentage() -> None:
    kept = together(reporting([[(False, True, 1, 5, 5, 0)]]))
    assert all(np.isnan(rate) for rate in (kept.submitted, kept.timeliness, kept.completeness))


def test_shapes_that_differ_are_refused() -> None:
    flags, zeros = np.zeros((1, 2), dtype=bool), np.zeros((1, 2), dtype=int)
    with pytest.raises(LengthsDifferError):
        Reporting(flags, flags, np.zeros((1, 3)), zeros, zeros, zeros)


CELL = st.tuples(
    st.booleans(), st.booleans(), st.sampled_from([0.0, 1.0, NO]), st.integers(0, 6), st.integers(0, 6), st.just(0)
)


@st.composite
def worlds(draw: Any) -> list[list[tuple[bool, bool, float, int, int, int]]]:
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=5))  # type: ignore[no-any-return]


def slow(cells: list[tuple[bool, bool, float, int, int, int]]) -> tuple[int, ...]:
    """The same, cell by cell."""
    due = sent = timed = on_time = asked = given_ = 0
    for was_due, was_sent, came, wanted, numbers, _explained in cells:
        if not was_due:
            continue
        due, asked = due + 1, asked + wanted
        sent += was_sent
        if was_sent:
            given_ += numbers
        if not was_sent or not np.isnan(came):
            timed += 1
        if was_sent and came == 1:
            on_time += 1
    return due, sent, timed, on_time, asked, given_


@given(worlds())
def test_the_counts_are_those_of_a_slow_one_and_add_up(
    rows: list[list[tuple[bool, bool, float, int, int, int]]],
) -> None:
    found = reporting(rows)
    teams, months = by_team(found), by_month(found)
    assert [(k.due, k.sent, k.timed, k.on_time, k.asked, k.given) for k in teams] == [slow(row) for row in rows]
    assert [(k.due, k.sent, k.timed, k.on_time, k.asked, k.given) for k in months] == [
        slow(list(column)) for column in zip(*rows, strict=True)
    ]
    whole = together(found)
    for name in ("due", "sent", "timed", "on_time", "asked", "given", "explained"):
        sums = {sum(getattr(one, name) for one in kept) for kept in (teams, months)}
        assert sums == {getattr(whole, name)}
