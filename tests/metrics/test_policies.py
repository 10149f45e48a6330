"""When a month may be entered: each closed door with its own sentence, and deadlines on the collaborative's clock."""

from __future__ import annotations

import datetime as dt

import pytest

from collab.enums import CollaborativeStatus
from metrics.enums import MonthState
from metrics.policies import (
    Closed,
    MonthClosedError,
    can_enter,
    can_reopen,
    check_enter,
    check_reopen,
    needs_reason,
)
from metrics.queries.months import month_states
from teams.models import Team
from tests.factories.metrics import ReopeningFactory, SubmissionFactory
from tests.factories.teams import TeamFactory
from tests.metrics.months import AFTER_DUE, BEFORE_DUE, DUE, FEBRUARY, JANUARY, LOCKED, World, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def world() -> World:
    return make_world()


def month_state(team: Team, month: dt.date, now: dt.datetime) -> MonthState:
    """What the list of months says of one."""
    [row] = [row for row in month_states(team, now) if row.month == month]
    return row.state


def refused(team: object, month: dt.date, now: dt.datetime) -> tuple[Closed, str]:
    with pytest.raises(MonthClosedError) as error:
        check_enter(team, month, now)  # type: ignore[arg-type]  # a team from the world
    return error.value.why, error.value.sentence


def test_each_closed_door_says_why(world: World) -> None:
    team = world.team
    assert refused(team, FEBRUARY, BEFORE_DUE) == (
        Closed.NOT_OVER,
        "February 2025 is not over yet. You can enter it from Sat 1 Mar 2025.",
    )
    assert refused(team, dt.date(2026, 3, 1), BEFORE_DUE) == (
        Closed.OUTSIDE,
        "March 2026 is not a reporting month of this collaborative, which runs from January 2025 to December 2025.",
    )
    assert refused(team, JANUARY, LOCKED) == (
        Closed.LOCKED,
        (
            "January 2025 is locked since Sat 12 Apr 2025, 60 days after it was due. "
            "Ask your coordinator to reopen it, and say why it has to change."
        ),
    )
    late = TeamFactory(collaborative=team.collaborative, name="Latecomers", enrolled_on=dt.date(2025, 3, 3))
    assert refused(late, JANUARY, BEFORE_DUE) == (
        Closed.NOT_EXPECTED,
        (
            "Latecomers joined on Mon 3 Mar 2025, so nothing is expected for January 2025. "
            "If that is wrong, ask your coordinator."
        ),
    )
    gone = TeamFactory(collaborative=team.collaborative, name="Leavers", withdrawn=True)
    assert refused(gone, dt.date(2025, 6, 1), LOCKED + dt.timedelta(days=200)) == (
        Closed.NOT_EXPECTED,
        (
            "Leavers left the collaborative on Sun 15 Jun 2025, so nothing is expected for June 2025. "
            "If that is wrong, ask your coordinator."
        ),
    )
    team.collaborative.status = CollaborativeStatus.ENDED
    assert refused(team, JANUARY, BEFORE_DUE) == (
        Closed.ENDED,
        "This collaborative has ended and its figures are final. For a correction, ask your coordinator.",
    )
    team.collaborative.status = CollaborativeStatus.SETUP
    assert refused(team, JANUARY, BEFORE_DUE) == (
        Closed.NOT_STARTED,
        "This collaborative is still being set up. Months open when your coordinator starts it.",
    )


def test_deadlines_follow_the_collaboratives_clock(world: World) -> None:
    """The last second of 10 February in New York is still on time; so is the lock, 60 days later."""
    second = dt.timedelta(seconds=1)
    assert month_state(world.team, JANUARY, DUE - second) is MonthState.OPEN
    assert month_state(world.team, JANUARY, DUE) is MonthState.LATE
    assert month_state(world.team, JANUARY, LOCKED - second) is MonthState.LATE
    assert month_state(world.team, JANUARY, LOCKED) is MonthState.LOCKED
    assert can_enter(world.team, JANUARY, LOCKED - second)
    assert not can_enter(world.team, JANUARY, LOCKED)
    new_year = dt.datetime(2025, 2, 1, 5, tzinfo=dt.UTC)
    assert month_state(world.team, JANUARY, new_year - second) is MonthState.FUTURE
    assert month_state(world.team, JANUARY, new_year) is MonthState.OPEN


def test_a_reopening_opens_until_its_day_even_after_the_end(world: World) -> None:
    now = LOCKED + dt.timedelta(days=10)
    reopening = ReopeningFactory(team=world.team, opened_at=now)
    assert month_state(world.team, JANUARY, now) is MonthState.LATE
    assert can_enter(world.team, JANUARY, now)
    assert not can_enter(world.team, FEBRUARY, LOCKED + dt.timedelta(days=40))
    assert not can_enter(world.team, JANUARY, reopening.open_until)
    world.team.collaborative.status = CollaborativeStatus.ENDED
    assert can_enter(world.team, JANUARY, now)


def test_only_a_closed_month_is_reopened(world: World) -> None:
    assert can_reopen(world.team, JANUARY, LOCKED)
    with pytest.raises(MonthClosedError) as error:
        check_reopen(world.team, JANUARY, AFTER_DUE)
    assert error.value.sentence == "January 2025 is open until Fri 11 Apr 2025; there is nothing to reopen."
    with pytest.raises(MonthClosedError) as error:
        check_reopen(world.team, FEBRUARY, BEFORE_DUE)
    assert error.value.why is Closed.NOT_OVER


def test_submitted_wins_over_late_and_locked(world: World) -> None:
    SubmissionFactory(team=world.team, month=JANUARY)
    assert month_state(world.team, JANUARY, LOCKED) is MonthState.SUBMITTED


def test_corrections_need_a_reason_only_after_the_due_day(world: World) -> None:
    live = SubmissionFactory(team=world.team, month=JANUARY)
    assert not needs_reason(world.team, JANUARY, live, BEFORE_DUE)
    assert needs_reason(world.team, JANUARY, live, DUE)
    assert not needs_reason(world.team, JANUARY, None, DUE)
