"""A team's results by group: three months together, and no small number nor one that could be subtracted."""

from __future__ import annotations

import pytest

from collab.common.months import add
from collab.common.sections import sections_for
from equity.presenters import group_tables
from equity.queries.groups import group_counts
from equity.sections import results_by_group
from metrics.models import Submission
from tests.factories.collab import CollaborativeAppointmentFactory, MeasureFactory, MeasureVersionFactory
from tests.factories.equity import StratifiedObservationFactory, StratifierFactory, StratumFactory
from tests.factories.metrics import SubmissionFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def measure(team):
    return MeasureFactory(collaborative=team.collaborative, code="no_show")


@pytest.fixture
def language(team, measure):
    return StratifierFactory(collaborative=team.collaborative, code="language", name="Language", measures=[measure])


def count(team, measure, stratum, month, numerator, denominator, **fields):
    submission = Submission.objects.filter(team=team, month=month).first() or SubmissionFactory(team=team, month=month)
    return StratifiedObservationFactory(
        submission=submission,
        measure=measure,
        stratum=stratum,
        numerator=numerator,
        denominator=denominator,
        **fields,
    )


def strata(stratifier, *names):
    return [
        StratumFactory(stratifier=stratifier, code=name.lower(), name=name, position=place)
        for place, name in enumerate(names)
    ]


def member_of(team):
    return TeamMembershipFactory(team=team).user


def faculty_of(team):
    return CollaborativeAppointmentFactory(collaborative=team.collaborative).user


def rows_for(team, viewer):
    counts = group_counts(team, viewer, team.collaborative.reporting_months())
    return [(table.title, dict(table.rows)) for table in group_tables(counts)]


def test_the_last_three_months_are_added_up(team, measure, language):
    english, spanish = strata(language, "English", "Spanish")
    months = team.collaborative.reporting_months()
    for month, (numerator, denominator) in zip(months[-4:], [(99, 99), (5, 20), (6, 20), (4, 20)], strict=True):
        count(team, measure, english, month, numerator, denominator)
    count(team, measure, spanish, months[-1], 12, 24)
    count(team, measure, spanish, months[-2], None, None, missing_reason="not_ready")
    assert rows_for(team, member_of(team)) == [
        ("No show by language", {"English": "25\u202f% (15 of 60)", "Spanish": "50\u202f% (12 of 24)"})
    ]


def test_faculty_see_no_small_group_nor_one_that_could_be_subtracted(team, measure, language):
    month = team.collaborative.reporting_months()[-1]
    for stratum, (numerator, denominator) in zip(
        strata(language, "English", "Spanish", "Other", "Unknown"),
        [(60, 120), (20, 44), (3, 33), (0, 0)],
        strict=True,
    ):
        count(team, measure, stratum, month, numerator, denominator)
    own = dict(rows_for(team, member_of(team))[0][1])
    assert own["Other"] == "9.1\u202f% (3 of 33)"
    # "Other" is small. Total minus "English" and "Spanish" would give it away, so the next smallest goes too.
    assert rows_for(team, faculty_of(team))[0][1] == {
        "English": "50\u202f% (60 of 120)",
        "Spanish": "hidden (small number)",
        "Other": "hidden (small number)",
        "Unknown": "nobody to count",
    }


def test_months_count_by_the_definition_that_held_in_them(team, measure, language):
    """A mean from the last month on is no sum with the proportions before it, nor a reason to show small ones."""
    (english,) = strata(language, "English")
    months = team.collaborative.reporting_months()
    for month in months[-3:]:
        count(team, measure, english, month, 3, 50)
    coming = MeasureVersionFactory(
        measure=measure,
        number=2,
        effective_month=add(months[-1], 1),
        stat="mean",
        unit="days",
        multiplier=1,
        name="Wait",
    )
    assert rows_for(team, member_of(team)) == [("No show by language", {"English": "6\u202f% (9 of 150)"})]
    assert rows_for(team, faculty_of(team)) == [("No show by language", {"English": "hidden (small number)"})]
    coming.effective_month = months[-1]
    coming.save()
    for viewer in (member_of(team), faculty_of(team)):
        assert rows_for(team, viewer) == [("Wait by language", {"English": "0.1\u202fdays (50 cases)"})]


def test_groups_that_overlap_do_not_add_up_so_only_the_small_one_is_hidden(team, measure, language):
    language.overlapping = True
    language.save()
    month = team.collaborative.reporting_months()[-1]
    english, spanish = strata(language, "English", "Spanish")
    count(team, measure, english, month, 60, 120)
    count(team, measure, spanish, month, 3, 33)
    assert rows_for(team, faculty_of(team))[0][1] == {
        "English": "50\u202f% (60 of 120)",
        "Spanish": "hidden (small number)",
    }


def test_replaced_revisions_and_other_teams_do_not_count(team, measure, language):
    month = team.collaborative.reporting_months()[-1]
    (english,) = strata(language, "English")
    count(team, measure, english, month, 60, 120, live=False)
    other = TeamFactory(collaborative=team.collaborative)
    count(other, measure, english, month, 60, 120)
    assert rows_for(team, member_of(team)) == []


def test_without_groups_there_is_no_section(team, measure):
    span = team.collaborative.span
    assert list(results_by_group(team, span, member_of(team))) == []
    assert "For whom?" not in [section.title for section in sections_for(team, span, member_of(team))]


def test_the_teams_page_shows_the_section(client_for, team, measure, language):
    (english,) = strata(language, "English")
    count(team, measure, english, team.collaborative.reporting_months()[-1], 60, 120)
    source = client_for(member_of(team)).get(team.get_absolute_url()).content.decode()
    assert [words in source for words in ("For whom?", "No show by language", "50\u202f% (60 of 120)")] == [True] * 3


@pytest.mark.parametrize("groups", [1, 3])
def test_queries_do_not_grow_with_groups(team, measure, language, groups, django_assert_num_queries):
    months = team.collaborative.reporting_months()
    for stratum in strata(language, *("English", "Spanish", "Other")[:groups]):
        count(team, measure, stratum, months[-1], 60, 120)
    viewer = member_of(team)
    group_counts(team, viewer, months)
    # Sums, measures, definitions, groups.
    with django_assert_num_queries(4):
        group_counts(team, viewer, months)
