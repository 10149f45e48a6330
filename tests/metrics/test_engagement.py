"""Engagement: the formulas, what is stored a day, and the words beside what studies found."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from collab.common.jobs import catch_up, mark_stale
from collab.common.models import StaleMark
from collab.enums import CollaborativeStatus
from collab.models import Collaborative
from metrics.actions.engagement import mark_all_engagement_stale, record_engagement
from metrics.engagement import Figure, TeamFacts, figures
from metrics.enums import EngagementFigure
from metrics.models import EngagementRecord
from metrics.presenters.engagement import Engagement, engagement_of
from metrics.published import PUBLISHED
from metrics.queries.engagement import figures_on, latest
from teams.actions.teams import ROSTER
from tests.factories.collab import CollaborativeFactory
from tests.factories.metrics import EngagementRecordFactory, SubmissionFactory
from tests.factories.teams import TeamFactory

DAY = dt.date(2025, 6, 30)
JANUARY, FEBRUARY = dt.date(2025, 1, 1), dt.date(2025, 2, 1)


def counts(found: list[Figure]) -> dict[str, tuple[int, int]]:
    return {figure.figure.value: (figure.numerator, figure.denominator) for figure in found}


@pytest.mark.unit
@pytest.mark.practice("R-10")
def test_each_formula_has_its_own_denominator() -> None:
    came = dt.date(2025, 1, 1)
    teams = [
        TeamFacts(1, came),
        TeamFacts(2, came, withdrawn_on=dt.date(2025, 3, 1), withdrawal_stage="before_middle", withdrawal_reason="fit"),
        TeamFacts(3, came, withdrawn_on=DAY, withdrawal_stage="before_middle", withdrawal_reason="funding"),
        TeamFacts(4, came, completed_on=dt.date(2025, 6, 1)),
        TeamFacts(5, came, withdrawn_on=dt.date(2025, 7, 1), withdrawal_stage="after_middle", withdrawal_reason="fit"),
        TeamFacts(6, dt.date(2025, 7, 1)),
    ]
    due = {JANUARY: [1, 2, 3, 4, 5], FEBRUARY: [1, 3, 4, 5]}
    submitted = {(1, JANUARY): True, (1, FEBRUARY): False, (2, JANUARY): True, (2, FEBRUARY): True, (5, JANUARY): False}

    found = figures(teams, due, submitted, DAY)

    assert counts(found) == {
        "enrolled": (5, 5),
        "active": (2, 5),
        "withdrawn": (2, 5),
        "completed": (1, 5),
        "submitted": (4, 9),
        "on_time": (2, 9),
    }
    details = {figure.figure: figure.detail for figure in found if figure.detail}
    assert details == {
        EngagementFigure.WITHDRAWN: {
            "by_stage": {"before_middle": 2},
            "by_reason": {"fit": 1, "funding": 1},
            "withdrawals": [
                {"team": 2, "on": "2025-03-01", "stage": "before_middle", "reason": "fit"},
                {"team": 3, "on": "2025-06-30", "stage": "before_middle", "reason": "funding"},
            ],
        },
        EngagementFigure.COMPLETED: {"still_in": 3},
    }


@pytest.mark.unit
def test_what_the_center_imported_is_submitted_and_neither_on_time_nor_late() -> None:
    came = dt.date(2025, 1, 1)
    found = figures([TeamFacts(1, came)], {JANUARY: [1], FEBRUARY: [1]}, {(1, JANUARY): None, (1, FEBRUARY): True}, DAY)
    assert (counts(found)["submitted"], counts(found)["on_time"]) == ((2, 2), (1, 1))


@pytest.mark.unit
def test_without_teams_every_figure_is_nothing_of_nothing() -> None:
    assert set(counts(figures([], {}, {}, DAY)).values()) == {(0, 0)}


@pytest.mark.integration
@pytest.mark.django_db
def test_a_month_counts_from_the_day_after_its_deadline_on_the_collaboratives_clock() -> None:
    collaborative = CollaborativeFactory(due_day=10)
    team = TeamFactory(collaborative=collaborative)
    TeamFactory(collaborative=collaborative, enrolled_on=FEBRUARY)
    SubmissionFactory(team=team, month=JANUARY, on_time=True)
    # 11 March 01:00 in UTC is still 10 March in New York.
    SubmissionFactory(team=team, month=FEBRUARY, on_time=True, submitted_at=dt.datetime(2025, 3, 11, 1, tzinfo=dt.UTC))

    by_day = {
        day: counts(figures_on(collaborative, day))
        for day in (dt.date(2025, 2, 10), dt.date(2025, 2, 11), dt.date(2025, 3, 10), dt.date(2025, 3, 11))
    }

    assert [(found["submitted"], found["on_time"]) for found in by_day.values()] == [
        ((0, 0), (0, 0)),
        ((1, 1), (1, 1)),
        ((1, 1), (1, 1)),
        ((2, 3), (2, 3)),
    ]


@pytest.mark.integration
@pytest.mark.django_db
def test_a_correction_does_not_make_a_month_late_or_count_it_twice() -> None:
    collaborative = CollaborativeFactory()
    team = TeamFactory(collaborative=collaborative)
    SubmissionFactory(team=team, month=JANUARY, revision=1, status="superseded", on_time=True)
    SubmissionFactory(team=team, month=JANUARY, revision=2, on_time=True)

    assert counts(figures_on(collaborative, dt.date(2025, 2, 20)))["on_time"] == (1, 1)


@pytest.mark.integration
@pytest.mark.django_db
def test_another_collaboratives_teams_do_not_count() -> None:
    collaborative = CollaborativeFactory()
    TeamFactory(collaborative=collaborative)
    SubmissionFactory(team=TeamFactory(withdrawn=True))

    assert counts(figures_on(collaborative, DAY)) == {
        "enrolled": (1, 1),
        "active": (1, 1),
        "withdrawn": (0, 1),
        "completed": (0, 1),
        "submitted": (0, 5),
        "on_time": (0, 5),
    }


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize("teams", [1, 3])
def test_a_day_is_stored_once_and_renewed_in_the_same_number_of_queries(
    teams: int, django_assert_num_queries: Any
) -> None:
    collaborative = CollaborativeFactory()
    for _ in range(teams):
        SubmissionFactory(team=TeamFactory(collaborative=collaborative))

    # Begin, teams, submissions, records, end.
    with django_assert_num_queries(5):
        record_engagement(collaborative=collaborative, day=DAY)
    leaver = collaborative.teams.first()
    leaver.status, leaver.withdrawn_on = "withdrawn", DAY
    leaver.withdrawal_stage, leaver.withdrawal_reason = "after_middle", "turnover"
    leaver.save()
    record_engagement(collaborative=collaborative, day=DAY)

    records = EngagementRecord.objects.filter(collaborative=collaborative)
    assert records.count() == 6
    assert records.get(figure=EngagementFigure.WITHDRAWN).numerator == 1
    assert records.get(figure=EngagementFigure.WITHDRAWN).detail["by_reason"] == {"turnover": 1}


@pytest.mark.integration
@pytest.mark.django_db
def test_the_newest_day_is_shown_and_only_of_this_collaborative() -> None:
    collaborative: Collaborative = CollaborativeFactory()
    assert latest(collaborative) is None
    EngagementRecordFactory(collaborative=collaborative, day=dt.date(2025, 6, 29), numerator=7)
    newest = EngagementRecordFactory(collaborative=collaborative, day=DAY, numerator=8)
    EngagementRecordFactory(day=dt.date(2025, 7, 1), numerator=1)

    found = latest(collaborative)

    assert found is not None
    assert (found.day, found.records) == (DAY, {EngagementFigure.ACTIVE: newest})


@pytest.mark.integration
@pytest.mark.django_db
def test_every_hour_each_collaborative_that_has_not_ended_is_counted() -> None:
    running, ended = CollaborativeFactory(), CollaborativeFactory(status=CollaborativeStatus.ENDED)

    mark_all_engagement_stale()

    assert list(StaleMark.objects.values_list("task", "key")) == [(ROSTER, str(running.pk))]
    with time_machine.travel(dt.datetime(2025, 7, 1, 2, tzinfo=dt.UTC), tick=False):
        catch_up(ROSTER, str(running.pk))
    assert set(EngagementRecord.objects.values_list("collaborative", "day")) == {(running.pk, DAY)}
    assert not EngagementRecord.objects.filter(collaborative=ended).exists()


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.practice("R-225")
def test_rates_stand_with_their_counts_beside_the_published_range() -> None:
    collaborative = CollaborativeFactory()
    for _ in range(3):
        TeamFactory(collaborative=collaborative)
    TeamFactory(collaborative=collaborative, withdrawn=True)
    SubmissionFactory(team=collaborative.teams.first(), month=JANUARY)
    record_engagement(collaborative=collaborative, day=DAY)

    with time_machine.travel(dt.datetime(2025, 7, 1, tzinfo=dt.UTC)):
        shown = engagement_of(latest(collaborative))

    assert shown.as_of == "Mon 30 Jun"
    assert [(str(line.label), line.value) for line in shown.lines] == [
        ("Teams enrolled", "4"),
        ("Teams taking part", "75\u202f% (3 of 4)"),
        ("Dropout", "25\u202f% (1 of 4)"),
        ("Completion", "0\u202f% (0 of 4)"),
        ("Months submitted", "5\u202f% (1 of 20)"),
        ("Months submitted on time", "5\u202f% (1 of 20)"),
    ]
    assert [line.published for line in shown.lines if line.published] == list(PUBLISHED.values())
    dropout = PUBLISHED[EngagementFigure.WITHDRAWN]
    assert (dropout.low, dropout.high, str(dropout.sentence)) == (0.06, 0.30, "Published dropout: 6 % to 30 %")
    assert [(one.on, str(one.stage), str(one.reason)) for one in shown.withdrawals] == [
        ("Sun 15 Jun", "In the first half", "Staff turnover")
    ]
    assert engagement_of(None) == Engagement("", [], [])


@pytest.mark.integration
@pytest.mark.django_db
def test_a_withdrawal_is_counted_when_its_mark_is_caught_up() -> None:
    collaborative = CollaborativeFactory()
    TeamFactory(collaborative=collaborative, withdrawn=True)
    mark_stale(ROSTER, str(collaborative.pk))

    catch_up(ROSTER, str(collaborative.pk))

    record = EngagementRecord.objects.get(collaborative=collaborative, figure=EngagementFigure.WITHDRAWN)
    assert (record.numerator, record.denominator) == (1, 1)
