"""Who took whose change: worked examples, a slow second implementation, and laws over made-up families."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdsa.stats.lineage import (
    Adoption,
    CircleError,
    Trial,
    adoption_of,
    depth,
    lanes,
    layers,
    shown_part,
    takings,
)

pytestmark = pytest.mark.unit

DAY = dt.date(2026, 3, 2)


def trial(key: int, team: int, series: int | None = None, **fields: Any) -> Trial:
    return Trial(key, team, series if series is not None else team, fields.pop("number", key), **fields)


# Team 1 tests twice; teams 2 and 3 take its second test, team 4 takes from team 2.
FAMILY = [
    trial(1, 1, begun=DAY),
    trial(2, 1, previous=1, begun=DAY + dt.timedelta(days=7)),
    trial(3, 2, taken_from=2, begun=DAY + dt.timedelta(days=20)),
    trial(4, 2, previous=3),
    trial(5, 3, taken_from=2, begun=DAY + dt.timedelta(days=14)),
    trial(6, 4, taken_from=3, begun=DAY + dt.timedelta(days=40)),
]


def test_every_test_stands_beyond_what_it_descends_from() -> None:
    assert layers(FAMILY) == {1: 0, 2: 1, 3: 2, 4: 3, 5: 2, 6: 3}


def test_who_took_from_whom_by_day() -> None:
    assert [(taking.source.key, taking.taker.key) for taking in takings(FAMILY)] == [(2, 5), (2, 3), (3, 6)]
    assert depth(FAMILY) == 2


def test_each_series_below_the_one_it_was_taken_from() -> None:
    found = [(lane.team, lane.depth, lane.after, [one.key for one in lane.trials]) for lane in lanes(FAMILY)]
    assert found == [(1, 0, None, [1, 2]), (3, 1, 1, [5]), (2, 1, 1, [3, 4]), (4, 2, 2, [6])]


def test_nobody_took_it() -> None:
    alone = [trial(1, 1), trial(2, 1, previous=1)]
    assert (takings(alone), depth(alone), layers([]), depth([]), lanes([])) == ([], 0, {}, 0, [])


def test_a_part_of_a_family_leaves_out_parents_it_does_not_hold() -> None:
    assert layers(FAMILY[2:4]) == {3: 0, 4: 1}
    assert (takings(FAMILY[2:4]), depth(FAMILY[2:4])) == ([], 0)


@pytest.mark.parametrize(
    "circle",
    [
        [trial(1, 1, previous=1)],
        [trial(1, 1, previous=2), trial(2, 1, previous=1)],
        # Taken by team 2, and the source made to follow what was taken back.
        [trial(1, 1, previous=3), trial(2, 2, taken_from=1), trial(3, 1, taken_from=2)],
    ],
)
def test_a_circle_is_refused(circle: list[Trial]) -> None:
    with pytest.raises(CircleError):
        layers(circle)


def test_two_series_that_took_from_each_other_both_stand_once() -> None:
    family = [
        trial(1, 1, 10),
        trial(2, 2, 20, taken_from=1),
        trial(3, 2, 20, previous=2),
        trial(4, 1, 10, taken_from=3),
    ]
    assert [(lane.series, [one.key for one in lane.trials]) for lane in lanes(family)] == [(10, [1, 4]), (20, [2, 3])]


class TestShownPart:
    def test_what_may_be_read_what_leads_to_it_and_its_takers(self) -> None:
        # Team 4 reads its own test only: it learns from whom it took, and from whom they had it.
        assert [one.key for one in shown_part(FAMILY, {6})] == [1, 2, 3, 5, 6]

    def test_what_others_keep_is_not_even_counted(self) -> None:
        assert [one.key for one in shown_part(FAMILY, {1, 2})] == [1, 2, 3, 5]

    def test_nothing_readable_nothing_shown(self) -> None:
        assert shown_part(FAMILY, set()) == []


class TestAdoption:
    def test_each_team_once_by_its_latest_decision(self) -> None:
        def closed(key: int, team: int, decision: str, after: int) -> Trial:
            return trial(key, team, begun=DAY, closed=DAY + dt.timedelta(days=after), decision=decision)

        family = [
            closed(1, 1, "adapt", 3),
            closed(2, 1, "adopt", 9),
            closed(3, 2, "adopt", 3),
            closed(4, 2, "abandon", 30),
            closed(5, 3, "adapt", 5),
            trial(6, 4, begun=DAY),
            trial(7, 5),
        ]
        found = adoption_of(family)
        assert found == Adoption(tested=4, adopted=1, abandoned=1)
        assert found.going_on == 2

    def test_an_open_test_does_not_undo_a_decision(self) -> None:
        family = [trial(1, 1, begun=DAY, closed=DAY, decision="adopt"), trial(2, 1, begun=DAY)]
        assert adoption_of(family) == Adoption(1, 1, 0)


@st.composite
def families(draw: Any, most: int = 9) -> list[Trial]:
    """Tests of up to four teams: each follows one of its own series, or was taken from another team's, or begins."""
    found: list[Trial] = []
    for key in range(1, draw(st.integers(0, most)) + 1):
        team = draw(st.integers(1, 4))
        own = [one.key for one in found if one.team == team]
        others = [one.key for one in found if one.team != team]
        days = draw(st.none() | st.integers(0, 60))
        decision = draw(st.sampled_from(["", "adopt", "adapt", "abandon"])) if days is not None else ""
        begun = DAY + dt.timedelta(days=days) if days is not None else None
        closed = begun + dt.timedelta(days=draw(st.integers(0, 9))) if begun and decision else None
        found.append(
            Trial(
                key,
                team,
                team,
                key,
                previous=draw(st.none() | st.sampled_from(own)) if own else None,
                taken_from=draw(st.none() | st.sampled_from(others)) if others else None,
                decision=decision,
                begun=begun,
                closed=closed,
            )
        )
    return draw(st.permutations(found))


def slow_layer(one: Trial, family: Sequence[Trial]) -> int:
    """The longest way back, tried out."""
    parents = [other for other in family if other.key in (one.previous, one.taken_from)]
    return max((slow_layer(parent, family) + 1 for parent in parents), default=0)


def slow_depth(one: Trial, family: Sequence[Trial]) -> int:
    """The most takings on any way back, tried out."""
    ways = [
        slow_depth(other, family) + (other.key == one.taken_from)
        for other in family
        if other.key in (one.previous, one.taken_from)
    ]
    return max(ways, default=0)


def slow_adoption(family: Sequence[Trial]) -> Adoption:
    begun = [one for one in family if one.begun]
    last = {}
    for one in sorted(begun, key=lambda one: (one.closed is not None, one.closed, one.number) if one.closed else (0,)):
        last[one.team] = one.decision or last.get(one.team, "")
    return Adoption(
        len(last), sum(each == "adopt" for each in last.values()), sum(each == "abandon" for each in last.values())
    )


@given(families())
def test_like_the_slow_way(family: list[Trial]) -> None:
    assert layers(family) == {one.key: slow_layer(one, family) for one in family}
    assert depth(family) == max((slow_depth(one, family) for one in family), default=0)
    assert adoption_of(family) == slow_adoption(family)


@given(families())
def test_every_test_stands_in_one_lane(family: list[Trial]) -> None:
    drawn = lanes(family)
    assert sorted(one.key for lane in drawn for one in lane.trials) == sorted(one.key for one in family)
    assert len({lane.series for lane in drawn}) == len(drawn)


@given(families(), st.data())
def test_what_is_shown_holds_together(family: list[Trial], data: st.DataObject) -> None:
    readable = set(data.draw(st.sets(st.sampled_from([one.key for one in family])))) if family else set()
    kept = {one.key for one in shown_part(family, readable)}
    assert readable <= kept
    # Nothing stands there that is neither readable, nor led to something kept, nor was taken from something kept.
    for one in family:
        if one.key in kept - readable:
            leads = any(one.key in other.parents and other.key in kept for other in family)
            assert leads or one.taken_from in kept
