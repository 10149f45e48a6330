"""Our cycles counted as McNicholas 2019 counted theirs, against its tables and a second implementation."""

import datetime as dt
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pdsa.stats.facts import CycleFacts, Scale, linked
from pdsa.stats.fidelity import Criterion, Outcome, score
from pdsa.stats.published import (
    CONNORS_2020_CYCLES,
    CONNORS_2020_MONTHS,
    KNUDSEN_2019_ALL_FOUR,
    KNUDSEN_2019_DOCUMENTED,
    MCNICHOLAS_2019,
    TAYLOR_2014_MONTHLY_DATA,
    TAYLOR_2014_SEQUENCE,
    Check,
    Read,
    consensus,
    counted,
)
from pdsa.stats.shares import Share
from tests.pdsa.stats import slow
from tests.pdsa.stats.strategies import DAYS, FIRST, cycles

pytestmark = pytest.mark.unit

PATIENCE = 21
TODAY = dt.date(2027, 1, 1)
READS = st.builds(
    Read,
    past_tense=st.lists(st.booleans(), max_size=2).map(tuple),
    learning=st.lists(st.booleans(), max_size=2).map(tuple),
)


def count(found: list[CycleFacts], reads: dict[int, Read] | None = None, on: dt.date = TODAY) -> dict[str, Share]:
    """Over all series together."""
    total = {check.value: Share() for check in Check}
    for series in linked(found):
        fidelity = score(series, on=on, stalled_after=PATIENCE)
        for checks in counted(series, fidelity, on=on, stalled_after=PATIENCE, reads=reads).values():
            for check, adheres in checks.items():
                total[check.value] += Share(int(adheres), 1)
    return total


def test_the_published_counts_give_the_published_percentages() -> None:
    percentages = {
        check.value: [round(100 * (share.value or 0), 1) for share in (figures.all, *figures.rounds) if share]
        for check, figures in MCNICHOLAS_2019.items()
    }
    assert percentages == {
        "documented": [71.0, 50.0, 64.6, 77.3],
        "past_tense": [84.6, 66.7, 72.0, 92.1],
        "learning": [98.3, 100.0, 96.8, 99.0],
        "prediction": [12.2, 0.0, 3.3, 17.5],
        "series": [54.5, 0.0, 51.6, 60.2],
        "growing": [29.7, 15.8, 35.6],
        "data": [45.3, 36.8, 48.9],
    }


def test_the_published_rounds_add_up_to_all_rounds() -> None:
    for figures in MCNICHOLAS_2019.values():
        assert sum((share for share in figures.rounds if share), Share()) == figures.all


def test_each_published_check_is_asked_of_those_that_passed_the_one_before_it() -> None:
    documented = MCNICHOLAS_2019[Check.DOCUMENTED].all.met
    for check in (Check.PAST_TENSE, Check.LEARNING, Check.SERIES):
        assert MCNICHOLAS_2019[check].all.of == documented
    assert MCNICHOLAS_2019[Check.PREDICTION].all.of == MCNICHOLAS_2019[Check.LEARNING].all.met


def test_the_other_published_figures() -> None:
    figures = (TAYLOR_2014_SEQUENCE, TAYLOR_2014_MONTHLY_DATA, KNUDSEN_2019_DOCUMENTED, KNUDSEN_2019_ALL_FOUR)
    assert [round(100 * (share.value or 0)) for share in figures] == [19, 15, 60, 4]
    assert round(CONNORS_2020_CYCLES / CONNORS_2020_MONTHS, 2) == 0.98


def cycle(key: int, **changes: object) -> CycleFacts:
    day = FIRST + dt.timedelta(days=10 * key)
    made = CycleFacts(
        key=key, number=key, plan_filled=True, do_filled=True, study_filled=True, act_filled=True,
        started_on=day, ended_on=day, studied_on=day, closed_on=day, predicted_on=day, has_theory=True,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_round_of_four_cycles_counted_by_hand() -> None:
    """Two linked cycles, documented; one alone without a prediction; one that stopped after Do."""
    found = [
        cycle(1),
        cycle(2, previous=1, scale=Scale(people=4)),
        cycle(3, predicted_on=None),
        cycle(4, study_filled=False, act_filled=False, studied_on=None, closed_on=None),
    ]
    assert count(found) == {
        "documented": Share(3, 4),
        "past_tense": Share(),
        "learning": Share(),
        "prediction": Share(2, 3),
        "series": Share(2, 3),
        "growing": Share(1, 1),
        "data": Share(0, 1),
    }


def test_a_cycle_without_a_learning_activity_is_not_asked_for_a_prediction() -> None:
    found = [cycle(1), cycle(2, predicted_on=None)]
    reads = {1: Read((True,), (True,)), 2: Read((False,), (False,))}
    counts = count(found, reads)
    assert counts["prediction"] == Share(1, 1)
    assert (counts["past_tense"], counts["learning"]) == (Share(1, 2), Share(1, 2))


def test_a_prediction_that_only_a_file_dates_before_do_is_not_in_the_share() -> None:
    assert count([cycle(1), cycle(2, vouched_on=FIRST + dt.timedelta(days=99))])["prediction"] == Share(1, 1)


def test_a_plan_that_was_given_up_counts_as_initiated_and_not_documented() -> None:
    given_up = CycleFacts(key=1, plan_filled=True, act_filled=True, closed_on=FIRST, abandoned=True)
    assert count([given_up])["documented"] == Share(0, 1)


def test_one_small_test_that_was_abandoned_counts_as_alone() -> None:
    """Kinder for the team on its own page, but the paper's share counts it."""
    assert count([cycle(1, abandoned=True)])["series"] == Share(0, 1)


def test_coaches_who_differ_make_no_yes() -> None:
    assert [consensus(answers) for answers in [(), (True,), (False,), (True, True), (True, False)]] == [
        None, True, False, True, False,
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(found=cycles(), on=DAYS, data=st.data())
def test_equals_the_slow_definition(found: list[CycleFacts], on: dt.date, data: st.DataObject) -> None:
    reads = {one.key: data.draw(READS) for one in found}
    expected = {check.value: Share() for check in Check}
    for rows in slow.series_of(slow.rows_of(found)):
        for check, (met, of) in slow.published(rows, on, PATIENCE, reads).items():
            expected[check] += Share(met, of)
    assert count(found, reads, on) == expected


@settings(deadline=None)
@given(found=cycles(), on=DAYS)
def test_laws_of_the_denominators(found: list[CycleFacts], on: dt.date) -> None:
    counts = count(found, None, on)
    judged = [one for series in linked(found) for one in score(series, on=on, stalled_after=PATIENCE).values()]
    unproven = [
        one
        for one in judged
        if (one.outcome(Criterion.DOCUMENTATION), one.outcome(Criterion.PREDICTION)) == (Outcome.MET, Outcome.UNPROVEN)
    ]
    assert counts["series"].of == counts["prediction"].of + len(unproven)
    assert counts["growing"].of == counts["data"].of <= counts["series"].met / 2
    assert counts["documented"].of <= len(found)
