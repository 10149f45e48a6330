"""Criteria of fidelity: cases from the papers' definitions, the second implementation, laws."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings

from pdsa.stats.facts import CycleFacts, Point, Scale, SeriesFacts, linked
from pdsa.stats.fidelity import Criterion, CycleFidelity, Hint, Outcome, longest_row, score
from tests.pdsa.stats import slow
from tests.pdsa.stats.strategies import DAYS, FIRST, cycles, faithful

pytestmark = pytest.mark.unit

PATIENCE = 21
TODAY = dt.date(2026, 6, 1)


def on_day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def judge(*given_: CycleFacts, on: dt.date = TODAY) -> dict[int, CycleFidelity]:
    found: dict[int, CycleFidelity] = {}
    for series in linked(given_):
        found |= score(series, on=on, stalled_after=PATIENCE)
    return found


def answer(criterion: Criterion, *given_: CycleFacts, key: int = 1, on: dt.date = TODAY) -> tuple[str, str | None]:
    found = next(one for one in judge(*given_, on=on)[key].judgements if one.criterion is criterion)
    return found.outcome.value, found.hint.value if found.hint else None


PLANNED = CycleFacts(key=1, plan_filled=True, plan_start=on_day(10))
CLOSED = CycleFacts(
    key=1, plan_filled=True, do_filled=True, study_filled=True, act_filled=True, plan_start=on_day(0),
    started_on=on_day(0), ended_on=on_day(3), studied_on=on_day(4), closed_on=on_day(5), predicted_on=on_day(0),
    has_theory=True,
)  # fmt: skip
NEXT = replace(CLOSED, key=2, number=2, previous=1, started_on=on_day(7), ended_on=on_day(8), studied_on=on_day(9),
               closed_on=on_day(10), predicted_on=on_day(6))  # fmt: skip


@pytest.mark.practice("R-193")
@pytest.mark.practice("R-196")
def test_a_faithful_pair_of_cycles_meets_every_criterion() -> None:
    first = replace(CLOSED, points=(Point("a", on_day(1)), Point("a", on_day(2))))
    second = replace(NEXT, scale=Scale(people=5), points=(Point("a", on_day(8)),))
    found = judge(first, second)
    assert [(one.met, one.applicable, one.missed) for one in found.values()] == [(8, 8, ()), (8, 8, ())]


def test_a_cycle_that_is_being_planned_is_never_told_that_it_failed() -> None:
    found = judge(PLANNED, on=on_day(10))[1]
    assert (found.met, found.applicable) == (0, 0)
    assert {one.outcome for one in found.judgements} == {Outcome.NOT_YET}


class TestPrediction:
    """Taylor 2014: articulated in the plan stage. McNicholas 2019: explicit, documented."""

    def test_written_on_the_first_day_of_do_or_before(self) -> None:
        assert answer(Criterion.PREDICTION, CLOSED) == ("met", None)
        assert answer(Criterion.PREDICTION, replace(CLOSED, predicted_on=on_day(-9))) == ("met", None)

    def test_written_after_do_began_is_none(self) -> None:
        assert answer(Criterion.PREDICTION, replace(CLOSED, predicted_on=on_day(1))) == ("missed", "predict_before_do")

    def test_one_that_only_a_file_dates_before_do_counts_neither_way(self) -> None:
        from_a_file = replace(CLOSED, predicted_on=on_day(-2), vouched_on=on_day(1))
        assert answer(Criterion.PREDICTION, from_a_file) == ("unproven", None)
        [found] = judge(from_a_file).values()
        [typed] = judge(CLOSED).values()
        assert (found.met, found.applicable) == (typed.met - 1, typed.applicable - 1)

    def test_one_from_a_file_that_came_in_before_do_began_is_proven(self) -> None:
        from_a_file = replace(CLOSED, predicted_on=on_day(-2), vouched_on=on_day(0))
        assert answer(Criterion.PREDICTION, from_a_file) == ("met", None)

    def test_a_file_that_tells_against_itself_is_believed(self) -> None:
        from_a_file = replace(CLOSED, predicted_on=on_day(1), vouched_on=on_day(9))
        assert answer(Criterion.PREDICTION, from_a_file) == ("missed", "predict_before_do")

    def test_missing_counts_from_do_on(self) -> None:
        assert answer(Criterion.PREDICTION, replace(CLOSED, predicted_on=None)) == ("missed", "write_prediction")
        assert answer(Criterion.PREDICTION, PLANNED) == ("not_yet", None)

    def test_a_plan_with_a_prediction_has_the_point(self) -> None:
        assert answer(Criterion.PREDICTION, replace(PLANNED, predicted_on=on_day(400))) == ("met", None)


class TestDocumentation:
    """McNicholas 2019: all stages documented."""

    def test_all_four_parts_in_order_of_date(self) -> None:
        assert answer(Criterion.DOCUMENTATION, CLOSED) == ("met", None)

    @pytest.mark.parametrize(
        ("part", "hint"),
        [
            ("plan_filled", "fill_plan"),
            ("do_filled", "fill_do"),
            ("study_filled", "fill_study"),
            ("act_filled", "fill_act"),
        ],
    )
    def test_the_hint_names_the_empty_part(self, part: str, hint: str) -> None:
        assert answer(Criterion.DOCUMENTATION, replace(CLOSED, **{part: False})) == ("missed", hint)

    def test_a_study_before_the_test_ended_contradicts_itself(self) -> None:
        assert answer(Criterion.DOCUMENTATION, replace(CLOSED, studied_on=on_day(2))) == ("missed", "mend_dates")

    @pytest.mark.practice("R-197")
    def test_a_cycle_that_stops_after_do_is_missed_once_it_is_stalled(self) -> None:
        stopped = replace(CLOSED, study_filled=False, act_filled=False, studied_on=None, closed_on=None)
        assert answer(Criterion.DOCUMENTATION, stopped, on=on_day(21)) == ("not_yet", None)
        assert answer(Criterion.DOCUMENTATION, stopped, on=on_day(22)) == ("missed", "fill_study")

    def test_a_plan_that_is_never_run_is_missed_three_weeks_after_its_first_day(self) -> None:
        assert answer(Criterion.DOCUMENTATION, PLANNED, on=on_day(31)) == ("not_yet", None)
        assert answer(Criterion.DOCUMENTATION, PLANNED, on=on_day(32)) == ("missed", "run_or_abandon")
        assert answer(Criterion.DOCUMENTATION, replace(PLANNED, plan_start=None)) == ("not_yet", None)

    def test_a_change_given_up_before_it_was_tried_has_nothing_to_write(self) -> None:
        given_up = replace(PLANNED, closed_on=on_day(12), abandoned=True, act_filled=True)
        assert answer(Criterion.DOCUMENTATION, given_up) == ("not_yet", None)


class TestSeries:
    """McNicholas 2019: within a series of two or more. Knudsen 2019: two successive linked cycles."""

    def test_linked_cycles(self) -> None:
        assert answer(Criterion.SERIES, CLOSED, NEXT) == ("met", None)
        assert answer(Criterion.SERIES, CLOSED, NEXT, key=2) == ("met", None)

    def test_two_cycles_without_a_link_are_no_series(self) -> None:
        assert answer(Criterion.SERIES, CLOSED, replace(NEXT, previous=None), key=2) == ("missed", "test_again")

    def test_one_small_test_that_showed_the_change_does_not_help_is_good_use(self) -> None:
        assert answer(Criterion.SERIES, replace(CLOSED, abandoned=True)) == ("not_yet", None)

    def test_two_cycles_may_follow_the_same(self) -> None:
        parallel = replace(NEXT, key=3, number=3)
        assert [len(series.cycles) for series in linked([CLOSED, NEXT, parallel])] == [3]

    def test_a_follower_of_another_ramp_links_nothing(self) -> None:
        assert [len(series.cycles) for series in linked([replace(NEXT, previous=77)])] == [1]


class TestGrowingScale:
    """Taylor 2014: did sequential cycles increase scale of testing?"""

    @pytest.mark.parametrize(
        ("scales", "expected"),
        [
            ([Scale(1), Scale(5)], ("met", None)),
            ([Scale(1), Scale(1), Scale(1, 2)], ("met", None)),
            ([Scale(1, 1, 1), Scale(1, 1, 5)], ("met", None)),
            ([Scale(1), Scale(5), Scale(1)], ("met", None)),
            ([Scale(1), Scale(1)], ("missed", "grow")),
            ([Scale(5), Scale(1)], ("missed", "grow")),
            ([Scale(1, 1, 5), Scale(9, 1, 1)], ("missed", "grow")),
            ([Scale(1)], ("not_yet", None)),
        ],
    )
    def test_larger_in_one_way_and_smaller_in_none(self, scales: list[Scale], expected: tuple[str, str | None]) -> None:
        chain = [
            replace(CLOSED, key=number, number=number, previous=number - 1 or None, scale=scale)
            for number, scale in enumerate(scales, 1)
        ]
        assert answer(Criterion.GROWING_SCALE, *chain) == expected

    def test_a_larger_next_cycle_that_is_planned_spares_the_hint(self) -> None:
        planned = replace(PLANNED, key=3, number=3, previous=2, scale=Scale(people=9))
        assert answer(Criterion.GROWING_SCALE, CLOSED, NEXT, planned) == ("not_yet", None)
        assert answer(Criterion.GROWING_SCALE, CLOSED, NEXT, planned, key=3) == ("not_yet", None)


class TestDataOverTime:
    """Knudsen 2019: three or more consecutive points. Taylor 2014: monthly or more frequent."""

    def with_points(self, *numbers: int, measure: str = "a") -> tuple[CycleFacts, CycleFacts]:
        return replace(CLOSED, points=tuple(Point(measure, on_day(number)) for number in numbers)), NEXT

    def test_three_months_in_a_row(self) -> None:
        assert answer(Criterion.DATA_OVER_TIME, *self.with_points(0, 31, 62)) == ("met", None)

    def test_a_gap_of_more_than_a_month_breaks_the_row(self) -> None:
        assert answer(Criterion.DATA_OVER_TIME, *self.with_points(0, 31, 63)) == ("missed", "count_more_often")

    def test_two_points_are_no_row(self) -> None:
        assert answer(Criterion.DATA_OVER_TIME, *self.with_points(0, 1)) == ("missed", "count_three_times")

    def test_three_numbers_of_one_day_are_one_point(self) -> None:
        assert answer(Criterion.DATA_OVER_TIME, *self.with_points(1, 1, 1)) == ("missed", "count_three_times")

    def test_points_of_different_measures_do_not_add_up(self) -> None:
        first, second = self.with_points(0, 1)
        mixed = replace(second, points=(Point("b", on_day(2)),))
        assert answer(Criterion.DATA_OVER_TIME, first, mixed) == ("missed", "count_three_times")

    def test_points_of_all_cycles_of_a_series_add_up(self) -> None:
        first, second = self.with_points(0, 1)
        assert answer(Criterion.DATA_OVER_TIME, first, replace(second, points=(Point("a", on_day(8)),))) == (
            "met",
            None,
        )

    def test_the_first_small_test_is_not_asked_for_a_row(self) -> None:
        assert answer(Criterion.DATA_OVER_TIME, CLOSED) == ("not_yet", None)


class TestSmallFirst:
    """Knudsen 2019: smaller than an entire department before a full-scale test was begun."""

    def test_a_test_before_the_change_is_put_in_place(self) -> None:
        assert answer(Criterion.SMALL_FIRST, CLOSED, replace(NEXT, full_scale=True), key=2) == ("met", None)

    def test_put_in_place_everywhere_at_once(self) -> None:
        assert answer(Criterion.SMALL_FIRST, replace(CLOSED, full_scale=True), NEXT, key=2) == ("missed", "start_small")


@pytest.mark.practice("R-186")
class TestCycleLength:
    def test_thirty_days_are_weeks_and_thirty_one_are_months(self) -> None:
        assert answer(Criterion.CYCLE_LENGTH, replace(CLOSED, closed_on=on_day(29))) == ("met", None)
        assert answer(Criterion.CYCLE_LENGTH, replace(CLOSED, closed_on=on_day(30))) == ("missed", "test_shorter")

    def test_an_open_cycle_has_thirty_days(self) -> None:
        still_open = replace(CLOSED, closed_on=None)
        assert answer(Criterion.CYCLE_LENGTH, still_open, on=on_day(29)) == ("not_yet", None)
        assert answer(Criterion.CYCLE_LENGTH, still_open, on=on_day(30)) == ("missed", "decide_now")


def test_theory_is_asked_from_do_on() -> None:
    assert answer(Criterion.THEORY, CLOSED) == ("met", None)
    assert answer(Criterion.THEORY, replace(CLOSED, has_theory=False)) == ("missed", "say_why")
    assert answer(Criterion.THEORY, PLANNED) == ("not_yet", None)


@settings(max_examples=400, deadline=None)
@given(found=cycles(), on=DAYS)
def test_equals_the_slow_definition(found: list[CycleFacts], on: dt.date) -> None:
    expected = {}
    for rows in slow.series_of(slow.rows_of(found)):
        expected |= slow.outcomes(rows, on, PATIENCE)
    actual = judge(*found, on=on)
    assert {
        key: {one.criterion.value: one.outcome.value for one in fidelity.judgements} for key, fidelity in actual.items()
    } == expected


@given(found=cycles())
def test_series_split_the_cycles_as_the_slow_definition_does(found: list[CycleFacts]) -> None:
    actual = sorted([one.key for one in series.cycles] for series in linked(found))
    assert actual == sorted([row["key"] for row in rows] for rows in slow.series_of(slow.rows_of(found)))


@settings(deadline=None)
@given(found=cycles(), on=DAYS, later=st.integers(0, 400))
def test_laws_of_outcomes(found: list[CycleFacts], on: dt.date, later: int) -> None:
    now, then = judge(*found, on=on), judge(*found, on=on + dt.timedelta(days=later))
    for key, fidelity in now.items():
        assert [one.criterion for one in fidelity.judgements] == list(Criterion)
        assert 0 <= fidelity.met <= fidelity.applicable <= len(Criterion)
        for one, after in zip(fidelity.judgements, then[key].judgements, strict=True):
            # A hint stands exactly where a point is missed.
            assert (one.hint is not None) == (one.outcome is Outcome.MISSED)
            # Time alone never gives a point, and never takes back what is met or missed.
            assert one == after or (one.outcome is Outcome.NOT_YET and after.outcome is Outcome.MISSED)


@settings(deadline=None)
@given(found=faithful(), on=DAYS, broken=st.sampled_from(["prediction", "theory", "documentation"]), data=st.data())
def test_one_fault_costs_the_point_it_is_about_and_no_other(
    found: list[CycleFacts], on: dt.date, broken: str, data: st.DataObject
) -> None:
    assume(on >= max(one.closed_on for one in found if one.closed_on))
    place = data.draw(st.integers(0, len(found) - 1))
    faults: dict[str, dict[str, object]] = {
        "prediction": {"predicted_on": None},
        "theory": {"has_theory": False},
        "documentation": {"study_filled": False},
    }
    assert {one.met for one in judge(*found, on=on).values()} == {8}
    spoiled = [*found[:place], replace(found[place], **faults[broken]), *found[place + 1 :]]  # type: ignore[arg-type]
    for key, fidelity in judge(*spoiled, on=on).items():
        missed = [one.criterion.value for one in fidelity.missed]
        assert missed == ([broken] if key == found[place].key else [])


@given(days=st.sets(DAYS, max_size=12).map(sorted))
def test_the_longest_row_is_one_of_the_pieces_between_wide_gaps(days: list[dt.date]) -> None:
    pieces, piece = [0], []
    for day in days:
        if piece and (day - piece[-1]).days > 31:
            piece = []
        piece.append(day)
        pieces.append(len(piece))
    assert longest_row(days) == max(pieces)


@given(one=st.builds(Scale, *[st.integers(1, 5)] * 3), other=st.builds(Scale, *[st.integers(1, 5)] * 3))
def test_exceeding_is_an_order(one: Scale, other: Scale) -> None:
    assert not (one.exceeds(other) and other.exceeds(one))
    assert not one.exceeds(one)
    if one.exceeds(other):
        assert one.people * one.sites * one.days > other.people * other.sites * other.days


@given(found=cycles())
def test_a_series_stands_in_order_of_its_beginning(found: list[CycleFacts]) -> None:
    for series in linked(found):
        begun = [one.started_on for one in series.begun]
        assert all(a <= b for a, b in pairwise(begun) if a and b)
        assert series.cycles[: len(begun)] == series.begun


def test_every_hint_can_be_reached() -> None:
    stopped = replace(CLOSED, study_filled=False, act_filled=False, studied_on=None, closed_on=None)
    cases = [
        [replace(CLOSED, predicted_on=None, has_theory=False, full_scale=True)],
        [replace(CLOSED, predicted_on=on_day(1))],
        [replace(CLOSED, **{part: False}) for part in ("plan_filled",)],
        [replace(CLOSED, do_filled=False)],
        [stopped],
        [replace(CLOSED, act_filled=False)],
        [PLANNED],
        [replace(CLOSED, studied_on=on_day(1))],
        [replace(CLOSED, closed_on=on_day(90))],
        [CLOSED, NEXT],
        [replace(CLOSED, points=tuple(Point("a", on_day(n)) for n in (0, 50, 99))), NEXT],
    ]
    hints = {one.hint for case in cases for found in judge(*case).values() for one in found.missed}
    assert hints == set(Hint)


def test_an_empty_ramp_has_nothing_to_judge() -> None:
    assert linked([]) == []
    assert score(SeriesFacts(()), on=TODAY, stalled_after=PATIENCE) == {}
