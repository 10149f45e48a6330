"""Keeping how each team stands: read by a job, a few teams at a time, and forgotten with every change.

The row of a team is deleted in the transaction that changes its figures or its chart, and written by a job that holds
the team meanwhile, so no reading of older figures can stay. A job that dies leaves the teams that it has read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from collab.common.jobs import mark_stale, send_after_commit, send_catch_up
from collab.models import Collaborative
from metrics.marks import STANDINGS, all_teams_key
from metrics.models import TeamSignal, TeamStanding
from metrics.queries.series import Panel, panels_of_batch
from metrics.queries.standings import teams_to_read
from teams.models import Team

TEAMS_AT_ONCE = 50
"""Who submits for one of these teams waits for so many to be read: some tenths of a second."""

Reader = Callable[[Panel], Sequence[bool | None]]
"""For each row of a panel: whether a signal of concern holds, or of improvement (False), or none (None)."""

_readers: list[Reader] = []


def reads_signals(reader: Reader) -> Reader:
    """Register who tells signals: they are worded in a layer above."""
    _readers[:] = [reader]
    return reader


def forget_standings(team_ids: Iterable[int]) -> None:
    """To be called in the transaction that changes what the series of these teams are made of."""
    TeamStanding.objects.filter(team__in=list(team_ids)).delete()


@transaction.atomic
def read_again(*, team: Team) -> None:
    """After a change to a team's charts and not to its figures: have a job read the team's signals again.

    The team is held, for a job may be reading it now.
    """
    list(Team.objects.select_for_update(no_key=True).filter(pk=team.pk).values_list("pk"))
    forget_standings([team.pk])
    key = str(team.collaborative_id)
    mark_stale(STANDINGS, key)
    send_after_commit(lambda: send_catch_up(STANDINGS, key))


@transaction.atomic
def read_all_again(*, collaborative: Collaborative) -> None:
    """After a change to how a measure is drawn: have a job read every team again. Until then the old signals stand."""
    key = all_teams_key(collaborative.pk)
    mark_stale(STANDINGS, key)
    send_after_commit(lambda: send_catch_up(STANDINGS, key))


def refresh_standings(
    *,
    collaborative: Collaborative,
    since: dt.datetime | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Read the teams whose signals are not known; with ``since`` also those read before it. Returns how many."""
    owed = teams_to_read(collaborative, since=since)
    done = 0
    for batch in _batches(owed):
        _read(collaborative, batch, since)
        done += len(batch)
        progress(done, len(owed))
    return len(owed)


@transaction.atomic
def _read(collaborative: Collaborative, team_ids: Sequence[int], since: dt.datetime | None) -> None:
    """Read some teams and keep what was found. They are held, so that nobody changes what is being read."""
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=team_ids).order_by("pk").values_list("pk"))
    ids = teams_to_read(collaborative, since=since, among=team_ids)
    if not ids:
        return
    ended = collaborative.ended_months()
    full, masked = panels_of_batch(collaborative, ids)
    (reader,) = _readers
    signals = []
    for with_small_counts, panels in ((True, full), (False, masked)):
        for panel in panels:
            for pk, concern in zip(ids, reader(panel), strict=True):
                if concern is not None:
                    signals.append(
                        TeamSignal(
                            team_id=pk, measure=panel.measure, with_small_counts=with_small_counts, concern=concern
                        )
                    )
    TeamSignal.objects.filter(team__in=ids).delete()
    TeamStanding.objects.filter(team__in=ids).delete()
    TeamSignal.objects.bulk_create(signals)
    now = timezone.now()
    TeamStanding.objects.bulk_create(
        TeamStanding(team_id=pk, through=ended[-1] if ended else None, read_at=now) for pk in ids
    )


def _batches(team_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(team_ids), TEAMS_AT_ONCE):
        yield team_ids[at : at + TEAMS_AT_ONCE]
