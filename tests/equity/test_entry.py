"""The strata part of the month: asked for, stored with the revision, switched live with it."""

from __future__ import annotations

import datetime as dt

import pytest

from equity.entry import StrataPart
from equity.models import StratifiedObservation
from metrics.cells import CellKey
from metrics.entry import breakdowns_for, group_values
from metrics.queries.months import sheet_for
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.metrics.months import JANUARY, World, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def world() -> World:
    return make_world()


def test_breakdowns_are_those_in_use_that_have_groups(world: World) -> None:
    StratifierFactory(collaborative=world.team.collaborative, name="Empty", measures=[world.no_show])
    retired = StratifierFactory(
        collaborative=world.team.collaborative, measures=[world.no_show], retired_on=dt.date(2025, 1, 1)
    )
    StratumFactory(stratifier=retired)
    elsewhere = StratifierFactory(measures=[world.no_show])
    StratumFactory(stratifier=elsewhere)
    found = breakdowns_for(world.team.collaborative)
    assert {
        measure: [
            (one.name, one.overlapping, [(str(group.key), group.name) for group in one.groups]) for one in several
        ]
        for measure, several in found.items()
    } == {
        "no_show": [
            ("Language", False, [("no_show.language.en", "English"), ("no_show.language.es", "Spanish")]),
        ]
    }


@pytest.mark.parametrize("count", [1, 3])
def test_breakdowns_cost_three_queries(world: World, django_assert_num_queries: object, count: int) -> None:
    for _number in range(count):
        StratumFactory(stratifier=StratifierFactory(collaborative=world.team.collaborative, measures=[world.waiting]))
    with django_assert_num_queries(3):  # type: ignore[operator]  # pytest-django's fixture
        StrataPart().breakdowns(world.team.collaborative)


def test_groups_follow_their_revision(world: World) -> None:
    """A correction switches all groups at once, also those that it no longer has."""
    first = world.submit("12/40", values=world.values("12/40", en="7/20", es="5/20"))
    second = world.submit("12/40", values=world.values("12/40", en="6/20"))
    live = StratifiedObservation.objects.live().select_related("stratum")
    assert [(one.submission, one.stratum.code, one.numerator) for one in live] == [(second, "en", 6)]
    kept = group_values([first.pk, second.pk])
    assert {pk: {value.key.stratum: value.numerator for value in values} for pk, values in kept.items()} == {
        first.pk: {"en": 7, "es": 5},
        second.pk: {"en": 6},
    }


def test_a_retired_stratum_stays_in_the_record(world: World) -> None:
    submission = world.submit("12/40", values=world.values("12/40", en="7/20"))
    world.language.retired_on = dt.date(2025, 2, 1)
    world.language.save()
    assert [value.key for value in group_values([submission.pk])[submission.pk]] == [
        CellKey("no_show", "language", "en")
    ]
    assert sheet_for(world.team, JANUARY).cell_keys() == [CellKey("no_show"), CellKey("waiting_days")]
