"""Drafts: what two people type into one month is never lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.actions.drafts import Typed, discard_changes, save_cells
from metrics.cells import CellKey, Entry
from metrics.models import DraftCell
from metrics.policies import MonthClosedError
from metrics.queries.months import sheet_for
from tests.metrics.months import JANUARY, LOCKED, World, entry, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
NO_SHOW = CellKey("no_show")


@pytest.fixture
def world() -> World:
    return make_world()


def save(world: World, user: object, *typed: Typed) -> dict[CellKey, Entry]:
    """Save; the cells in conflict with what the others have in them."""
    saved = save_cells(by=user, team=world.team, month=JANUARY, typed=typed, now=world.now)
    return {key: conflict.theirs.entry for key, conflict in saved.conflicts.items()}


def stands(world: World, key: CellKey = NO_SHOW) -> Entry:
    return sheet_for(world.team, JANUARY).cells[key].entry


def test_two_people_fill_different_cells(world: World) -> None:
    assert save(world, world.ana, Typed(entry("no_show", "12/40"), entry("no_show"))) == {}
    assert save(world, world.ben, Typed(entry("waiting_days", "90/30"), entry("waiting_days"))) == {}
    assert (stands(world), stands(world, CellKey("waiting_days"))) == (
        entry("no_show", "12/40"),
        entry("waiting_days", "90/30"),
    )


def test_the_second_sees_the_others_value_with_name_and_time(world: World) -> None:
    save(world, world.ana, Typed(entry("no_show", "12/40"), entry("no_show")))
    mine = Typed(entry("no_show", "13/40"), entry("no_show"))
    saved = save_cells(by=world.ben, team=world.team, month=JANUARY, typed=[mine], now=world.now)
    conflict = saved.conflicts[NO_SHOW]
    assert (conflict.mine, conflict.theirs.entry, conflict.theirs.by) == (
        entry("no_show", "13/40"),
        entry("no_show", "12/40"),
        "Ana Ruiz",
    )
    assert conflict.theirs.at == DraftCell.objects.get().updated_at
    assert stands(world) == entry("no_show", "12/40")


def test_keep_mine_and_the_same_value_are_no_conflict(world: World) -> None:
    save(world, world.ana, Typed(entry("no_show", "12/40"), entry("no_show")))
    assert save(world, world.ben, Typed(entry("no_show", "12/40"), entry("no_show"))) == {}
    assert save(world, world.ben, Typed(entry("no_show", "13/40"), entry("no_show", "12/40"))) == {}
    assert stands(world) == entry("no_show", "13/40")


def test_a_submission_meanwhile_is_told_cell_by_cell(world: World) -> None:
    """Ana types while Ben submits: only the cell that both changed asks her."""
    seen = [entry("no_show"), entry("waiting_days")]
    world.submit("12/40", by=world.ben)
    found = save(
        world, world.ana, Typed(entry("no_show", "15/40"), seen[0]), Typed(entry("waiting_days", "90/30"), seen[1])
    )
    assert found == {NO_SHOW: entry("no_show", "12/40")}


def test_a_submission_ends_the_draft_and_discarding_returns_to_it(world: World) -> None:
    save(world, world.ana, Typed(entry("no_show", "12/40"), entry("no_show")))
    world.submit("12/40")
    assert list(DraftCell.objects.all()) == []
    save(world, world.ana, Typed(entry("no_show", "99/40"), entry("no_show", "12/40")))
    assert sheet_for(world.team, JANUARY).has_changes
    discard_changes(team=world.team, month=JANUARY)
    assert not sheet_for(world.team, JANUARY).has_changes
    assert stands(world) == entry("no_show", "12/40")


def test_wrong_texts_are_kept_and_cells_of_other_months_are_not(world: World) -> None:
    stranger = Entry(CellKey("not_ours"), "1", "2")
    save(world, world.ana, Typed(entry("no_show", "12%/x"), entry("no_show")), Typed(stranger, Entry(stranger.key)))
    assert [cell.numerator for cell in DraftCell.objects.all()] == ["12%"]


def test_a_locked_month_takes_no_draft(world: World) -> None:
    world.now = LOCKED
    with pytest.raises(MonthClosedError):
        save(world, world.ana, Typed(entry("no_show", "12/40"), entry("no_show")))
    assert list(DraftCell.objects.all()) == []


Step = tuple[int, str, int]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(["no_show", "waiting_days"]), st.integers(0, 3)),
        max_size=12,
    )
)
def test_no_sequence_of_saves_loses_a_value(world: World, steps: list[Step]) -> None:
    """Two people save in any order with pages of any age: a value is overwritten only by who has seen it."""
    DraftCell.objects.all().delete()
    people = (world.ana, world.ben)
    # What each person's page shows, and who has seen what.
    pages: list[dict[str, Entry]] = [{code: entry(code) for code in ("no_show", "waiting_days")} for _ in people]
    for who, code, number in steps:
        before = stands(world, CellKey(code))
        mine = entry(code, f"{number}/{40 + who}")
        found = save(world, people[who], Typed(mine, pages[who][code]))
        after = stands(world, CellKey(code))
        if pages[who][code] == before or mine == before:
            assert (after, found) == (mine, {})
            pages[who][code] = mine
        else:
            assert (after, found) == (before, {CellKey(code): before})
            # Being asked shows the other's value; the next save may overwrite it.
            pages[who][code] = before
