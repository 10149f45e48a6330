"""Cycles as teams could leave them, also half written and wrongly dated."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st

from pdsa.stats.facts import CycleFacts, Point, Scale

FIRST = dt.date(2026, 1, 1)
DAYS = st.integers(0, 120).map(lambda count: FIRST + dt.timedelta(days=count))
SCALES = st.builds(Scale, people=st.integers(1, 4), sites=st.integers(1, 2), days=st.integers(1, 3))
POINTS = st.lists(st.builds(Point, measure=st.sampled_from("ab"), day=DAYS), max_size=4).map(tuple)


@st.composite
def cycles(draw: Any, most: int = 5) -> list[CycleFacts]:
    """Up to ``most`` cycles of one ramp, each following an earlier one, or none."""
    found = []
    for key in range(1, draw(st.integers(1, most)) + 1):
        started = draw(st.none() | DAYS)
        closed = draw(st.none() | DAYS)
        found.append(
            CycleFacts(
                key=key,
                number=key,
                previous=draw(st.none() | st.integers(1, key - 1)) if key > 1 else None,
                plan_filled=draw(st.booleans()),
                do_filled=draw(st.booleans()),
                study_filled=draw(st.booleans()),
                act_filled=draw(st.booleans()),
                plan_start=draw(st.none() | DAYS),
                started_on=started,
                ended_on=draw(st.none() | DAYS) if started else None,
                studied_on=draw(st.none() | DAYS) if started else None,
                closed_on=closed,
                predicted_on=draw(st.none() | DAYS),
                vouched_on=draw(st.none() | DAYS),
                has_theory=draw(st.booleans()),
                full_scale=draw(st.booleans()),
                abandoned=draw(st.booleans()) if closed else False,
                scale=draw(SCALES),
                points=draw(POINTS) if started else (),
            )
        )
    return found


@st.composite
def faithful(draw: Any, most: int = 5) -> list[CycleFacts]:
    """A series as the papers ask for it: linked, short, predicted, growing, measured every week."""
    found: list[CycleFacts] = []
    day = FIRST
    for key in range(1, draw(st.integers(2, most)) + 1):
        start = day + dt.timedelta(days=draw(st.integers(0, 5)))
        end = start + dt.timedelta(days=draw(st.integers(0, 10)))
        studied = end + dt.timedelta(days=draw(st.integers(0, 5)))
        closed = studied + dt.timedelta(days=draw(st.integers(0, 5)))
        found.append(
            CycleFacts(
                key=key, number=key, previous=key - 1 or None,
                plan_filled=True, do_filled=True, study_filled=True, act_filled=True,
                plan_start=start, started_on=start, ended_on=end, studied_on=studied, closed_on=closed,
                predicted_on=start - dt.timedelta(days=draw(st.integers(0, 9))), has_theory=True,
                scale=Scale(people=key * 2), points=tuple(Point("a", start + dt.timedelta(days=n)) for n in (0, 1, 2)),
            )
        )  # fmt: skip
        day = closed
    return found
