"""Mails of new signals: each signal once, one mail a week, only of series that the reader sees."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from collab.common import letters
from collab.common.models import Letter
from collab.enums import CollaborativeRole, CollaborativeStatus
from metrics.actions.signals import signals_of_the_week
from metrics.actions.standings import refresh_standings
from metrics.enums import MetricsLetters
from metrics.models import Observation, SignalNews, TeamStanding
from metrics.presenters.news import news_words
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory
from tests.metrics.worlds import member_of, report

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
# The first Mondays after the twelfth month.
WEEKS = [dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC) + dt.timedelta(weeks=week) for week in range(4)]
WORSE = [*[(31, 100)] * 2, (29, 100), *[(31, 100)] * 3, *[(60, 100)] * 6]
STEADY = [(30, 100), (32, 100)] * 6


@pytest.fixture
def collaborative():
    return CollaborativeFactory(status=CollaborativeStatus.RUNNING, faculty_see_small_counts=False)


@pytest.fixture
def measure(collaborative):
    return MeasureFactory(
        collaborative=collaborative, code="no_show", version__name="Missed visits", version__direction="down"
    )


@pytest.fixture
def team(collaborative):
    return TeamFactory(collaborative=collaborative, name="Aspen")


def week(number, collaborative):
    """What happens on a Monday: standings are read, and mails are written."""
    with time_machine.travel(WEEKS[number], tick=False):
        refresh_standings(collaborative=collaborative)
        return signals_of_the_week()


def correct(team, pairs):
    """Late corrections, as a submission leaves them."""
    months = team.collaborative.reporting_months()
    for month, (numerator, denominator) in zip(months, pairs, strict=False):
        Observation.objects.filter(team=team, month=month).update(numerator=numerator, denominator=denominator)
    TeamStanding.objects.filter(team=team).delete()


def texts_of(user):
    return list(Letter.objects.filter(to=user).order_by("pk").values_list("text", flat=True))


def test_two_weeks_and_late_corrections_tell_each_signal_once(collaborative, measure, team):
    report(team, measure, WORSE)
    member = member_of(team)
    assert [week(0, collaborative), week(0, collaborative), week(1, collaborative)] == [1, 0, 0]
    (text,) = texts_of(member)
    assert "Aspen, Missed visits: the level has moved: a concern." in text
    assert f"/c/{collaborative.slug}/teams/{team.slug}/measures/no_show/" in text
    # A correction takes the shift away, and another one brings it back: it has been told.
    correct(team, STEADY)
    assert week(2, collaborative) == 0
    assert SignalNews.objects.filter(holds=True).count() == 0
    correct(team, WORSE)
    assert week(3, collaborative) == 0
    assert len(texts_of(member)) == 1


def test_what_is_found_after_the_weeks_mails_waits_for_the_next(collaborative, measure, team):
    report(team, measure, WORSE)
    member = member_of(team)
    assert week(0, collaborative) == 1
    other = MeasureFactory(collaborative=collaborative, code="late", version__name="Late", version__direction="down")
    report(team, other, WORSE)
    TeamStanding.objects.all().delete()
    assert week(0, collaborative) == 0
    assert week(1, collaborative) == 1
    assert ["Late:" in text for text in texts_of(member)] == [False, True]
    assert ["Missed visits:" in text for text in texts_of(member)] == [True, False]


def test_nothing_new_is_no_mail(collaborative, measure, team):
    report(team, measure, STEADY)
    member_of(team)
    assert week(0, collaborative) == 0
    assert not Letter.objects.exists()


def test_who_switched_the_mails_off_gets_none_and_others_do(collaborative, measure, team):
    report(team, measure, WORSE)
    off, on = member_of(team), member_of(team)
    letters.switch(user=off, kind=MetricsLetters.SIGNALS.value, on=False)
    assert week(0, collaborative) == 1
    assert (texts_of(off), len(texts_of(on))) == ([], 1)


def test_members_leader_and_faculty_are_told_of_their_own_and_nobody_else(collaborative, measure, team):
    report(team, measure, WORSE)
    stranger = member_of(TeamFactory(collaborative=collaborative, name="Birch"))
    elsewhere = CollaborativeAppointmentFactory(role=CollaborativeRole.COACH).user
    sponsor = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.SPONSOR).user
    told = [
        member_of(team),
        AgencyAppointmentFactory(agency=team.agency).user,
        CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user,
    ]
    assert week(0, collaborative) == 3
    assert [len(texts_of(user)) for user in told] == [1, 1, 1]
    assert [texts_of(user) for user in (stranger, elsewhere, sponsor)] == [[], [], []]


def test_a_signal_in_small_numbers_is_told_to_those_alone_whose_numbers_they_are(collaborative, measure, team):
    """Of 12 people each: who sees no small counts reads nothing of this series, in a mail either."""
    report(team, measure, [(2, 12)] * 6 + [(10, 12)] * 6)
    member = member_of(team)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    assert week(0, collaborative) == 1
    assert (len(texts_of(member)), texts_of(coach)) == (1, [])


def test_a_mail_holds_no_figures(collaborative, measure, team):
    report(team, measure, WORSE)
    member = member_of(team)
    week(0, collaborative)
    (text,) = texts_of(member)
    body = text.split("http")[0]
    assert not any(character.isdigit() for character in body)


def test_a_signal_says_in_which_month_it_began(measure, team):
    news = SignalNews(team=team, measure=measure, concern=False, began=dt.date(2026, 3, 1), through=dt.date(2026, 8, 1))
    assert {kind: news_words(_as(news, kind), 1) for kind in ("shift", "trend", "near")} == {
        "shift": "a shift began in March 2026: an improvement.",
        "trend": "a trend began in March 2026: an improvement.",
        "near": "a pattern that chance seldom makes began in March 2026: an improvement.",
    }


def _as(news, kind):
    news.kind = kind
    return news
