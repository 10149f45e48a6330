"""Submitting, correcting, reopening and importing months: the only code that writes observations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit, months
from collab.common.formatting import month_name
from collab.common.jobs import mark_stale, send_after_commit
from collab.common.rows import write_rows
from collab.enums import Statistic
from collab.models import Collaborative, Measure
from metrics.actions.standings import forget_standings
from metrics.cells import CellKey, Finding, Value
from metrics.entry import Placed, store_groups, switch_groups
from metrics.enums import MetricsEvent, Source, SubmissionStatus
from metrics.marks import RECOMPUTE, month_key
from metrics.models import Confirmation, DraftCell, Observation, Reopening, Submission
from metrics.policies import check_enter, check_reopen, check_reportable, needs_reason
from metrics.queries.months import live_submission, values_by_submission
from teams.models import Team

SHORTEST_REASON = 3
LONGEST_SENTENCE = 500
TEAM_MONTHS_A_BATCH = 500
OBSERVATION_COLUMNS = (
    "submission_id",
    "team_id",
    "month",
    "measure_id",
    "version_id",
    "numerator",
    "denominator",
    "missing_reason",
    "note",
    "population",
    "is_proportion",
    "live",
)


class MonthChangedError(Exception):
    """Somebody else has submitted the month since it was opened; ``live`` is what stands now."""

    def __init__(self, live: Submission) -> None:
        super().__init__(
            _("%(name)s has submitted %(month)s meanwhile. Look at the changes and submit again.")
            % {"name": live.submitted_by or _("Somebody"), "month": month_name(live.month)}
        )
        self.live = live


class ReasonNeededError(Exception):
    """A correction after the due date says why."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(
            _("%(month)s was due already. Say in a few words why the figures change.") % {"month": month_name(month)}
        )


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """One team's values of one month, as an import brings them."""

    team: Team
    month: dt.date
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: new team-months, corrected ones, and those that already stood as they were."""

    created: int
    corrected: int
    unchanged: int


@transaction.atomic
def submit_month(
    *,
    by: Any,
    team: Team,
    month: dt.date,
    values: Sequence[Value],
    source: Source,
    note: str = "",
    confirmed: Sequence[Finding] = (),
    base_revision: int | None = None,
    now: dt.datetime | None = None,
) -> Submission:
    """Submit a team's month, or correct it with a new revision; either way it becomes the live one.

    ``values`` are checked ones, and ``confirmed`` what the check found unusual and a note of the cell answers: both
    are kept with the revision. The same values again (a double click, a reload) change nothing and give back the live
    revision. ``base_revision`` is the live revision that the sender has seen (0: none). Raises ``MonthClosedError``,
    ``MonthChangedError`` when another revision is live, ``ReasonNeededError`` for a late correction without ``note``.
    """
    at = now or timezone.now()
    _lock([team])
    check_enter(team, month, at)
    live = live_submission(team, month)
    if live and values_by_submission([live])[live.pk] == _by_key(values):
        DraftCell.objects.of(team, month).delete()
        return live
    if live and base_revision is not None and base_revision != live.revision:
        raise MonthChangedError(live)
    if needs_reason(team, month, live, at) and len(note.strip()) < SHORTEST_REASON:
        raise ReasonNeededError(month)
    (submission,) = _store([(TeamMonth(team, month, values), live)], by=by, source=source, note=note.strip(), at=at)
    _keep_confirmations(submission, confirmed, values)
    DraftCell.objects.of(team, month).delete()
    audit.record(
        by=by,
        event=MetricsEvent.MONTH_CORRECTED if live else MetricsEvent.MONTH_SUBMITTED,
        target=submission,
        scope=team.collaborative,
        team=team.slug,
        month=months.iso(month),
        revision=submission.revision,
        source=submission.source,
        reason=submission.note,
    )
    _recompute(team.collaborative_id, month)
    return submission


@transaction.atomic
def import_months(
    *,
    by: Any,
    collaborative: Collaborative,
    months_values: Iterable[TeamMonth],
    source: Source = Source.IMPORT,
    note: str = "",
    now: dt.datetime | None = None,
) -> Imported:
    """Take in many teams and months at once for the center, all or nothing.

    The same rules as for one month but two: neither the lock nor the end of the collaborative stops the center, and a
    reason is the import's own ``note``. Values are checked ones; a team-month comes once. Works in batches, so an
    iterator of any length fits into memory. Raises ``MonthClosedError`` for a month that the team does not owe.
    """
    at = now or timezone.now()
    created = corrected = unchanged = 0
    touched: set[dt.date] = set()
    rest = iter(months_values)
    while batch := list(islice(rest, TEAM_MONTHS_A_BATCH)):
        _lock(item.team for item in batch)
        for item in batch:
            check_reportable(item.team, item.month, at)
        to_store = list(_changed(batch))
        _store(to_store, by=by, source=source, note=note, at=at)
        new = sum(live is None for _item, live in to_store)
        created += new
        corrected += len(to_store) - new
        unchanged += len(batch) - len(to_store)
        touched |= {item.month for item, _live in to_store}
    audit.record(
        by=by,
        event=MetricsEvent.MONTHS_IMPORTED,
        target=collaborative,
        scope=collaborative,
        created=created,
        corrected=corrected,
        unchanged=unchanged,
    )
    for month in sorted(touched):
        _recompute(collaborative.pk, month)
    return Imported(created, corrected, unchanged)


@transaction.atomic
def reopen_month(
    *, by: Any, team: Team, month: dt.date, reason: str, open_until: dt.datetime, now: dt.datetime | None = None
) -> Reopening:
    """Let a team change a locked month until an instant. Raises ``MonthClosedError`` when it is not locked."""
    at = now or timezone.now()
    _lock([team])
    check_reopen(team, month, at)
    reopening = Reopening.objects.create(
        team=team, month=month, reason=reason.strip(), opened_by=by, opened_at=at, open_until=open_until
    )
    audit.record(
        by=by,
        event=MetricsEvent.MONTH_REOPENED,
        target=reopening,
        scope=team.collaborative,
        team=team.slug,
        month=months.iso(month),
        reason=reopening.reason,
        until=open_until.isoformat(),
    )
    return reopening


def _keep_confirmations(submission: Submission, confirmed: Sequence[Finding], values: Sequence[Value]) -> None:
    """What the team was asked about unusual values, in the words of that day, and what it answered."""
    if not confirmed:
        return
    notes = {value.key: value.note for value in values}
    measures = {
        measure.code: measure for measure in Measure.objects.filter(collaborative=submission.team.collaborative)
    }
    Confirmation.objects.bulk_create(
        Confirmation(
            submission=submission,
            measure=measures[finding.key.measure],
            code=finding.code,
            sentence=finding.message[:LONGEST_SENTENCE],
            note=notes[finding.key],
        )
        for finding in confirmed
    )


def _recompute(collaborative_id: int, month: dt.date) -> None:
    """Mark the month's benchmarks as old, and ask for new ones once the transaction holds."""
    mark_stale(RECOMPUTE, month_key(collaborative_id, month))
    # Tasks stand above actions, so the task is called by its name.
    task = current_app.signature("metrics.tasks.recompute", (collaborative_id, months.iso(month)))
    send_after_commit(task.apply_async)


def _lock(teams: Iterable[Team]) -> None:
    """Let nobody else submit for these teams until the transaction ends. SQLite has one writer at a time anyway."""
    ids = sorted({team.pk for team in teams})
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _by_key(values: Iterable[Value]) -> dict[CellKey, Value]:
    return {value.key: value for value in values}


def _changed(batch: Sequence[TeamMonth]) -> Iterator[tuple[TeamMonth, Submission | None]]:
    """Those of a batch that differ from what is live, each with the live revision it replaces."""
    found = Submission.objects.live().filter(
        team__in={item.team.pk for item in batch}, month__in={item.month for item in batch}
    )
    live = {(submission.team_id, submission.month): submission for submission in found}
    wanted = [live[item.team.pk, item.month] for item in batch if (item.team.pk, item.month) in live]
    stored = values_by_submission(wanted)
    for item in batch:
        submission = live.get((item.team.pk, item.month))
        if submission is None or stored[submission.pk] != _by_key(item.values):
            yield item, submission


def _store(
    items: Sequence[tuple[TeamMonth, Submission | None]], *, by: Any, source: Source, note: str, at: dt.datetime
) -> list[Submission]:
    """Write revisions with their values. One that replaces another is written beside it and switched live last."""
    if not items:
        return []
    submissions = Submission.objects.bulk_create(
        [
            Submission(
                team=item.team,
                month=item.month,
                revision=live.revision + 1 if live else 1,
                status=SubmissionStatus.SUPERSEDED if live else SubmissionStatus.LIVE,
                source=source,
                note=note if live else "",
                on_time=live.on_time if live else _came_on_time(item, source, at),
                submitted_by=by,
                submitted_at=at,
            )
            for item, live in items
        ]
    )
    placed = list(_place(items, submissions))
    write_rows(Observation, OBSERVATION_COLUMNS, (_observation(one) for one in placed if one.value.key.is_total))
    store_groups([one for one in placed if not one.value.key.is_total])
    _switch(
        off=[live.pk for _item, live in items if live],
        on=[new for new, (_item, live) in zip(submissions, items, strict=True) if live],
    )
    forget_standings({item.team.pk for item, _live in items})
    return submissions


def _came_on_time(item: TeamMonth, source: Source, at: dt.datetime) -> bool | None:
    """Nobody knows when a team had the figures that the center takes in from a file, often years later."""
    return None if source is Source.IMPORT else at < item.team.collaborative.due_at(item.month)


def _place(items: Sequence[tuple[TeamMonth, Submission | None]], submissions: Sequence[Submission]) -> Iterator[Placed]:
    """Each value with its measure and the definition that held in its month."""
    collaboratives = {item.team.collaborative_id for item, _live in items}
    measures = {
        (measure.collaborative_id, measure.code): measure
        for measure in Measure.objects.filter(collaborative__in=collaboratives).with_versions()
    }
    versions: dict[tuple[int, dt.date], Any] = {}
    for submission, (item, live) in zip(submissions, items, strict=True):
        for value in item.values:
            measure = measures[item.team.collaborative_id, value.key.measure]
            held = (measure.pk, item.month)
            if held not in versions:
                versions[held] = measure.version_for(item.month)
            yield Placed(submission, measure, versions[held], value, live=live is None)


def _observation(placed: Placed) -> tuple[Any, ...]:
    """The values of ``OBSERVATION_COLUMNS``."""
    value = placed.value
    return (
        placed.submission.pk,
        placed.submission.team_id,
        placed.submission.month,
        placed.measure.pk,
        placed.version.pk,
        value.numerator,
        value.denominator,
        value.missing_reason,
        value.note,
        value.population,
        placed.version.stat == Statistic.PROPORTION,
        placed.live,
    )


def _switch(*, off: Sequence[int], on: Sequence[Submission]) -> None:
    """Supersede the old revisions and show the new ones: the last lines of the transaction."""
    if not off:
        return
    new = [submission.pk for submission in on]
    Observation.objects.filter(submission__in=off, live=True).update(live=False)
    Observation.objects.filter(submission__in=new).update(live=True)
    switch_groups(off=off, on=new)
    Submission.objects.filter(pk__in=off).update(status=SubmissionStatus.SUPERSEDED)
    Submission.objects.filter(pk__in=new).update(status=SubmissionStatus.LIVE)
    for submission in on:
        submission.status = SubmissionStatus.LIVE
