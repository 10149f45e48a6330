"""Small numbers are hidden, with everything made from them, and nothing shown gives a hidden one away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.suppression import FEWEST_TEAMS, Kind, Shown, State, masked, may_compare, shown, states

pytestmark = pytest.mark.unit

PROPORTION = Kind(counts_people=True, is_proportion=True, needs_denominator=True)
RATE = Kind(counts_people=True, is_proportion=False, needs_denominator=True)
COUNT = Kind(counts_people=True, is_proportion=False, needs_denominator=False)
MEAN = Kind(counts_people=False, is_proportion=False, needs_denominator=True)
DAYS = Kind(counts_people=False, is_proportion=False, needs_denominator=False)

VALUE, MISSING, HIDDEN = State.VALUE, State.MISSING, State.HIDDEN


def test_counts_of_one_to_ten_are_small_and_no_others():
    found = states([*range(200), None], [None] * 201, kind=COUNT, may_see_small=False)
    assert [count for count in range(201) if found[count] == HIDDEN] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert found[200] == MISSING


@pytest.mark.parametrize(
    ("kind", "numerator", "denominator", "state"),
    [
        # A part, a whole and a rest of 1 to 10 people are hidden; 0 and 11 are shown.
        (PROPORTION, 0, 50, VALUE),
        (PROPORTION, 1, 50, HIDDEN),
        (PROPORTION, 10, 50, HIDDEN),
        (PROPORTION, 11, 50, VALUE),
        (PROPORTION, 39, 50, VALUE),
        (PROPORTION, 40, 50, HIDDEN),
        (PROPORTION, 49, 50, HIDDEN),
        (PROPORTION, 50, 50, VALUE),
        (PROPORTION, 0, 10, HIDDEN),
        (PROPORTION, 10, 10, HIDDEN),
        # Missing is neither zero nor hidden.
        (PROPORTION, None, None, MISSING),
        (PROPORTION, None, 50, MISSING),
        (PROPORTION, 0, 0, MISSING),
        (PROPORTION, 5, None, MISSING),
        # A rate has no rest: 45 falls in 50 bed weeks say nothing about 5 people.
        (RATE, 45, 50, VALUE),
        (RATE, 60, 50, VALUE),
        (RATE, 5, 50, HIDDEN),
        (COUNT, 0, None, VALUE),
        (COUNT, 3, None, HIDDEN),
        (COUNT, 30, None, VALUE),
        # Days are no people, but the people they are spread over are.
        (MEAN, 5, 50, VALUE),
        (MEAN, 300, 3, HIDDEN),
        (MEAN, 300, 0, MISSING),
        (DAYS, 4, None, VALUE),
        (DAYS, None, None, MISSING),
    ],
)
def test_each_kind_of_measure_is_hidden_by_its_own_counts(kind, numerator, denominator, state):
    found = shown(numerator, denominator, kind=kind, may_see_small=False)
    assert found == (Shown(VALUE, numerator, denominator) if state == VALUE else Shown(state, None, None))


def test_those_whose_numbers_they_are_see_them_and_missing_stays_missing():
    assert shown(3, 7, kind=PROPORTION, may_see_small=True) == Shown(VALUE, 3, 7)
    assert shown(None, 7, kind=PROPORTION, may_see_small=True) == Shown(MISSING, None, None)


def test_permission_can_differ_by_row():
    numbers = [[3.0, 30.0], [3.0, 30.0]]
    wholes = [[90.0, 90.0], [90.0, 90.0]]
    found = states(numbers, wholes, kind=PROPORTION, may_see_small=[[True], [False]])
    assert found.tolist() == [[VALUE, VALUE], [HIDDEN, VALUE]]


def test_teams_compare_from_five_teams_on_and_faculty_from_one():
    teams = [0, 1, 4, 5, 300]
    assert FEWEST_TEAMS == 5
    assert may_compare(teams, sees_each_team=False).tolist() == [False, False, False, True, True]
    assert may_compare(teams, sees_each_team=True).tolist() == [False, True, True, True, True]


@st.composite
def proportions(draw):
    whole = draw(st.one_of(st.none(), st.integers(0, 60)))
    part = draw(st.one_of(st.none(), st.integers(0, whole or 0)))
    return part, whole


@given(st.lists(proportions(), min_size=1, max_size=20))
def test_many_cells_at_once_are_what_single_cells_are(cells):
    parts, wholes = zip(*cells, strict=True)
    found = states(parts, wholes, kind=PROPORTION, may_see_small=False)
    singly = [shown(part, whole, kind=PROPORTION, may_see_small=False).state for part, whole in cells]
    assert found.tolist() == singly


@given(st.lists(proportions(), min_size=1, max_size=20), st.data())
def test_what_is_shown_is_the_same_whatever_the_hidden_numbers_are(cells, data):
    """Nothing hidden can be derived within a series: two series that differ only where hidden look alike."""
    parts, wholes = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    state = states(parts, wholes, kind=PROPORTION, may_see_small=False)
    hideable = [(part, whole) for whole in range(1, 61) for part in range(whole + 1) if _has_small(part, whole)]
    others, other_wholes = parts.copy(), wholes.copy()
    for place in np.flatnonzero(state == HIDDEN):
        others[place], other_wholes[place] = data.draw(st.sampled_from(hideable))
    again = states(others, other_wholes, kind=PROPORTION, may_see_small=False)
    assert again.tolist() == state.tolist()
    for first, second in zip(masked(parts, wholes, state), masked(others, other_wholes, again), strict=True):
        np.testing.assert_array_equal(first, second)


def _has_small(part, whole):
    return any(1 <= count <= 10 for count in (part, whole, whole - part))


@given(st.lists(proportions(), min_size=1, max_size=20))
def test_no_shown_cell_holds_a_small_count(cells):
    parts, wholes = zip(*cells, strict=True)
    above, below = masked(parts, wholes, states(parts, wholes, kind=PROPORTION, may_see_small=False))
    for part, whole in zip(above, below, strict=True):
        assert np.isnan(part) == np.isnan(whole)
        assert np.isnan(part) or not _has_small(part, whole)
