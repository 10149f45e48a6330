"""Submitting, correcting, reopening and importing: one live revision, nothing half written, nothing sent twice."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collab.common.models import AuditEvent, StaleMark
from equity.models import StratifiedObservation
from metrics.actions.submissions import (
    Imported,
    MonthChangedError,
    ReasonNeededError,
    TeamMonth,
    import_months,
    reopen_month,
    submit_month,
)
from metrics.cells import CellKey, Value
from metrics.enums import Source, SubmissionStatus
from metrics.models import Observation, Submission
from metrics.policies import MonthClosedError, can_enter
from metrics.queries.months import sheet_for, stored_values
from tests.factories.teams import TeamFactory
from tests.metrics.months import AFTER_DUE, BEFORE_DUE, FEBRUARY, JANUARY, LOCKED, World, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def world() -> World:
    return make_world()


def live_numbers(world: World) -> dict[str, tuple[float | None, float | None]]:
    """What every reader sees of January, by cell."""
    totals = Observation.objects.live().filter(team=world.team, month=JANUARY)
    groups = StratifiedObservation.objects.live().filter(team=world.team, month=JANUARY)
    return {
        **{one.measure.code: (one.numerator, one.denominator) for one in totals.select_related("measure")},
        **{one.stratum.code: (one.numerator, one.denominator) for one in groups.select_related("stratum")},
    }


def test_a_submission_is_one_revision_with_everything_in_it(world: World) -> None:
    submission = submit_month(
        by=world.ana,
        team=world.team,
        month=JANUARY,
        values=world.values("12/40", en="7/20", es="5/20"),
        source=Source.GRID,
        now=BEFORE_DUE,
    )
    assert (submission.revision, submission.status, submission.on_time, submission.submitted_by) == (
        1,
        SubmissionStatus.LIVE,
        True,
        world.ana,
    )
    assert live_numbers(world) == {
        "no_show": (12, 40),
        "waiting_days": (90, 30),
        "en": (7, 20),
        "es": (5, 20),
    }
    event = AuditEvent.objects.about(submission).get()
    assert (event.event, event.actor, event.detail) == (
        "month_submitted",
        world.ana,
        {"team": "northside", "month": "2025-01", "revision": 1, "source": "grid", "reason": ""},
    )
    mark = StaleMark.objects.get(task="metrics.recompute")
    assert mark.key == f"{world.team.collaborative_id}:2025-01"


def test_a_correction_replaces_and_keeps(world: World) -> None:
    first = world.submit("12/40")
    second = world.submit("13/40", by=world.ben, now=AFTER_DUE, note="Two letters came back late.")
    first.refresh_from_db()
    assert (first.status, second.status, second.revision) == (SubmissionStatus.SUPERSEDED, SubmissionStatus.LIVE, 2)
    # The first revision came in time, and that is what counts.
    assert second.on_time
    assert stored_values(first)[CellKey("no_show")].numerator == 12
    assert live_numbers(world)["no_show"] == (13, 40)
    assert Observation.objects.filter(submission=first, live=True).count() == 0
    assert AuditEvent.objects.about(second).get().event == "month_corrected"


def test_late_first_figures_need_no_reason_late_corrections_do(world: World) -> None:
    assert not world.submit("12/40", now=AFTER_DUE).on_time
    with pytest.raises(ReasonNeededError) as error:
        world.submit("13/40", now=AFTER_DUE, note="ok")
    assert str(error.value) == "January 2025 was due already. Say in a few words why the figures change."
    assert Submission.objects.count() == 1
    assert live_numbers(world)["no_show"] == (12, 40)


def test_a_double_click_makes_one_revision(world: World) -> None:
    first = world.submit("12/40", base_revision=0)
    again = world.submit("12/40", base_revision=0)
    assert (again, Submission.objects.count(), AuditEvent.objects.about(first).count()) == (first, 1, 1)


def test_submitting_over_somebody_elses_revision_shows_theirs(world: World) -> None:
    world.submit("12/40", by=world.ben, base_revision=0)
    with pytest.raises(MonthChangedError) as error:
        world.submit("13/40", base_revision=0)
    assert str(error.value) == ("Ben Okoro has submitted January 2025 meanwhile. Look at the changes and submit again.")
    assert live_numbers(world)["no_show"] == (12, 40)
    assert world.submit("13/40", base_revision=1).revision == 2


def test_a_closed_month_is_left_as_it_is(world: World) -> None:
    world.submit("12/40")
    with pytest.raises(MonthClosedError):
        world.submit("13/40", now=LOCKED, note="too late")
    assert live_numbers(world)["no_show"] == (12, 40)


def test_a_number_the_database_refuses_leaves_nothing_behind(world: World) -> None:
    world.submit("12/40")
    impossible = [Value(CellKey("no_show"), 41, 40), Value(CellKey("no_show", "language", "en"), 1, 2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        submit_month(
            by=world.ana, team=world.team, month=JANUARY, values=impossible, source=Source.GRID, now=BEFORE_DUE
        )
    assert Submission.objects.count() == 1
    assert live_numbers(world) == {"no_show": (12, 40), "waiting_days": (90, 30)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=6))
def test_any_run_of_corrections_keeps_one_live_revision(world: World, steps: list[tuple[int, bool]]) -> None:
    StratifiedObservation.objects.all().delete()
    Observation.objects.all().delete()
    Submission.objects.all().delete()
    expected: list[tuple[int, bool]] = []
    for count, with_groups in steps:
        groups = {"en": f"{count}/40"} if with_groups else {}
        submit_month(
            by=world.ana,
            team=world.team,
            month=JANUARY,
            values=world.values(f"{count}/40", **groups),
            source=Source.GRID,
            now=BEFORE_DUE,
        )
        if not expected or expected[-1] != (count, with_groups):
            expected.append((count, with_groups))
    count, with_groups = expected[-1]
    assert [one.revision for one in Submission.objects.filter(team=world.team).order_by("revision")] == list(
        range(1, len(expected) + 1)
    )
    assert Submission.objects.live().get(team=world.team).revision == len(expected)
    groups = {"en": (float(count), 40.0)} if with_groups else {}
    assert live_numbers(world) == {"no_show": (count, 40), "waiting_days": (90, 30), **groups}


def test_reopening_lets_the_team_in_until_its_day(world: World) -> None:
    until = LOCKED + dt.timedelta(days=5)
    reopening = reopen_month(
        by=world.ben, team=world.team, month=JANUARY, reason=" Wrong totals. ", open_until=until, now=LOCKED
    )
    assert (reopening.reason, can_enter(world.team, JANUARY, LOCKED), can_enter(world.team, JANUARY, until)) == (
        "Wrong totals.",
        True,
        False,
    )
    assert AuditEvent.objects.about(reopening).get().detail["reason"] == "Wrong totals."
    with pytest.raises(MonthClosedError) as error:
        reopen_month(by=world.ben, team=world.team, month=JANUARY, reason="again", open_until=until, now=LOCKED)
    assert error.value.sentence == "January 2025 is open until Wed 16 Apr 2025; there is nothing to reopen."


# --- Imports -------------------------------------------------------------------------------------------------------
def import_all(world: World, *items: TeamMonth) -> Imported:
    return import_months(by=world.ben, collaborative=world.team.collaborative, months_values=iter(items), now=LOCKED)


def test_an_import_creates_corrects_and_leaves_alone(world: World) -> None:
    other = TeamFactory(collaborative=world.team.collaborative)
    world.submit("12/40")
    march = dt.date(2025, 3, 1)
    items = (
        TeamMonth(world.team, JANUARY, world.values("15/40", en="9/20")),
        TeamMonth(world.team, FEBRUARY, world.values("12/40")),
        TeamMonth(other, march, world.values("9/30")),
    )
    assert import_all(world, *items) == Imported(created=2, corrected=1, unchanged=0)
    assert live_numbers(world) == {"no_show": (15, 40), "waiting_days": (90, 30), "en": (9, 20)}
    assert import_all(world, *items) == Imported(created=0, corrected=0, unchanged=3)
    revisions = Submission.objects.live().order_by("team", "month").values_list("revision", "source", "on_time")
    assert list(revisions) == [(2, "import", True), (1, "import", None), (1, "import", None)]
    assert sorted(StaleMark.objects.filter(task="metrics.recompute").values_list("key", flat=True)) == [
        f"{world.team.collaborative_id}:2025-0{number}" for number in (1, 2, 3)
    ]
    assert [event.detail for event in AuditEvent.objects.about(world.team.collaborative).order_by("pk")] == [
        {"created": 2, "corrected": 1, "unchanged": 0},
        {"created": 0, "corrected": 0, "unchanged": 3},
    ]


def test_an_import_is_all_or_nothing(world: World) -> None:
    gone = TeamFactory(collaborative=world.team.collaborative, enrolled_on=dt.date(2025, 6, 1))
    with pytest.raises(MonthClosedError):
        import_all(world, TeamMonth(world.team, JANUARY, world.values()), TeamMonth(gone, JANUARY, world.values()))
    assert (Submission.objects.count(), Observation.objects.count(), StaleMark.objects.count()) == (0, 0, 0)


def test_an_import_costs_the_same_queries_for_one_and_for_many(world: World, django_assert_num_queries: object) -> None:
    teams = [TeamFactory(collaborative=world.team.collaborative) for _ in range(6)]
    values = world.values("12/40", en="7/20")
    # Savepoints included.
    for some in (teams[:1], teams[1:4]):
        StaleMark.objects.all().delete()
        with django_assert_num_queries(16):  # type: ignore[operator]  # pytest-django's fixture
            import_all(world, *(TeamMonth(team, JANUARY, values) for team in some))


# --- Two at once ---------------------------------------------------------------------------------------------------
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_people_submitting_at_once_make_one_revision() -> None:
    """Both have passed their checks when they meet: the same figures become one revision, others are refused."""
    world = make_world()
    values = world.values("12/40")
    others = world.values("13/40")
    gate = threading.Barrier(4)
    outcomes: list[str] = []

    def submit(given: list[Value]) -> None:
        gate.wait(timeout=10)
        try:
            submission = submit_month(
                by=world.ana,
                team=world.team,
                month=JANUARY,
                values=given,
                source=Source.GRID,
                base_revision=0,
                now=BEFORE_DUE,
            )
            outcomes.append(f"revision {submission.revision}")
        except MonthChangedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=(given,)) for given in (values, values, others, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["refused", "refused", "revision 1", "revision 1"]
    assert Submission.objects.count() == 1
    assert sheet_for(world.team, JANUARY).live_values[CellKey("no_show")].numerator in (12, 13)
