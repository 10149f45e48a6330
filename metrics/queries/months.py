"""What a team's month is made of: definitions, the live revision, the draft, earlier values; and the list of months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Max

from collab.models import Collaborative, Measure, MeasureVersion
from metrics.cells import CellKey, Entry, Value
from metrics.entry import Breakdown, breakdowns_for, group_values, site_breakdown
from metrics.enums import Importance, MonthState
from metrics.models import DraftCell, MeasureCheck, Observation, Reopening, Submission
from metrics.policies import last_day_before, state_of
from teams.models import Team


@dataclass(frozen=True, slots=True)
class Past:
    """A measure's live value in an earlier month, with the number of the definition it was counted by."""

    month: dt.date
    numerator: float | None
    denominator: float | None
    version_id: int


@dataclass(frozen=True, slots=True)
class SheetMeasure:
    """One measure of the month: its definition then, its breakdowns, the team's earlier values in order, its rules."""

    measure: Measure
    version: MeasureVersion
    breakdowns: tuple[Breakdown, ...]
    past: tuple[Past, ...]
    checks: tuple[MeasureCheck, ...] = ()

    @property
    def key(self) -> CellKey:
        return CellKey(self.measure.code)

    @property
    def comparable(self) -> tuple[Past, ...]:
        """Earlier values under the same definition."""
        return tuple(past for past in self.past if past.version_id == self.version.pk)

    @property
    def sites(self) -> Breakdown | None:
        """The breakdown whose numbers make the total, where the team reports by site."""
        return next((breakdown for breakdown in self.breakdowns if breakdown.makes_total), None)

    def cell_keys(self) -> list[CellKey]:
        """The total's key, then those of all groups."""
        return [self.key, *(group.key for breakdown in self.breakdowns for group in breakdown.groups)]


@dataclass(frozen=True, slots=True)
class CellNow:
    """A cell as it stands for the team, and who left it so when: the draft, else the live revision, else blank."""

    entry: Entry
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """A team's month."""

    team: Team
    month: dt.date
    measures: tuple[SheetMeasure, ...]
    live: Submission | None
    live_values: dict[CellKey, Value]
    drafts: dict[CellKey, DraftCell] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The live revision's number, 0 when nothing has been submitted."""
        return self.live.revision if self.live else 0

    @cached_property
    def by_code(self) -> dict[str, SheetMeasure]:
        return {item.measure.code: item for item in self.measures}

    def cell_keys(self) -> list[CellKey]:
        """All cells of the month, in order."""
        return [key for item in self.measures for key in item.cell_keys()]

    def live_entry(self, key: CellKey) -> Entry:
        """The cell as it stands in the live revision, as text."""
        value = self.live_values.get(key)
        return entry_of(value) if value else Entry(key)

    @cached_property
    def cells(self) -> dict[CellKey, CellNow]:
        """Every cell as it stands now."""
        return {key: self._cell(key) for key in self.cell_keys()}

    def _cell(self, key: CellKey) -> CellNow:
        draft = self.drafts.get(key)
        if draft:
            entry = Entry(key, draft.numerator, draft.denominator, draft.missing_reason, draft.note, draft.population)
            return CellNow(entry, str(draft.updated_by), draft.updated_at)
        if self.live:
            return CellNow(self.live_entry(key), str(self.live.submitted_by or ""), self.live.submitted_at)
        return CellNow(Entry(key))

    @property
    def entries(self) -> list[Entry]:
        return [cell.entry for cell in self.cells.values()]

    @property
    def has_changes(self) -> bool:
        """Whether the draft differs from what was submitted."""
        return any(self.cells[key].entry != self.live_entry(key) for key in self.drafts if key in self.cells)


def cell_names(sheet: Sheet) -> dict[CellKey, str]:
    """Each cell's name in full."""
    names = {item.key: item.version.name for item in sheet.measures}
    for item in sheet.measures:
        for breakdown in item.breakdowns:
            names |= {group.key: f"{item.version.name}, {group.name}" for group in breakdown.groups}
    return names


def plain(number: float | None) -> str:
    """A stored number as a person types it: "42", "14.5"."""
    if number is None:
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def entry_of(value: Value) -> Entry:
    """A stored value as texts."""
    return Entry(
        value.key,
        plain(value.numerator),
        plain(value.denominator),
        value.missing_reason,
        value.note,
        plain(value.population),
    )


def values_by_submission(submissions: Sequence[Submission]) -> dict[int, dict[CellKey, Value]]:
    """Submission → all values of the revision, groups included; two queries for any number of submissions."""
    ids = [submission.pk for submission in submissions]
    found: dict[int, dict[CellKey, Value]] = {pk: {} for pk in ids}
    if not ids:
        return found
    rows = Observation.objects.filter(submission__in=ids).values_list(
        "submission_id", "measure__code", "numerator", "denominator", "missing_reason", "note", "population"
    )
    for pk, code, numerator, denominator, reason, note, population in rows:
        found[pk][CellKey(code)] = Value(CellKey(code), numerator, denominator, reason, note, population)
    for pk, values in group_values(ids).items():
        found[pk].update({value.key: value for value in values})
    return found


def stored_values(submission: Submission) -> dict[CellKey, Value]:
    """All values of one revision, groups included."""
    return values_by_submission([submission])[submission.pk]


def live_submission(team: Team, month: dt.date) -> Submission | None:
    return Submission.objects.live().for_month(month).filter(team=team).select_related("submitted_by").first()


def measures_asked(team: Team, month: dt.date) -> list[tuple[Measure, MeasureVersion]]:
    """The measures asked for in the month, each with the definition that holds then."""
    collaborative = team.collaborative
    return [
        (measure, measure.version_for(month))
        for measure in collaborative.measures.with_versions()
        if measure.is_asked_for(month, collaborative)
    ]


def sheet_for(team: Team, month: dt.date) -> Sheet:
    """Everything the grid, the files and the checks need, in a fixed number of queries."""
    live = live_submission(team, month)
    breakdowns = breakdowns_for(team.collaborative)
    sites = list(team.sites.open())
    past = _past_by_measure(team, month)
    checks = _checks_by_measure(team)
    drafts = DraftCell.objects.of(team, month).select_related("measure", "updated_by")
    return Sheet(
        team=team,
        month=month,
        measures=tuple(
            SheetMeasure(
                measure,
                version,
                (*site_breakdown(sites, version, measure.code), *breakdowns.get(measure.code, ())),
                tuple(past.get(measure.pk, ())),
                tuple(checks.get(measure.pk, ())),
            )
            for measure, version in measures_asked(team, month)
        ),
        live=live,
        live_values=stored_values(live) if live else {},
        drafts={CellKey(draft.measure.code, draft.dimension, draft.stratum): draft for draft in drafts},
    )


def checks_to_hold(collaborative: Collaborative) -> dict[str, tuple[MeasureCheck, ...]]:
    """Measure code → its rules that no number may break. One query."""
    found: dict[str, tuple[MeasureCheck, ...]] = {}
    checks = MeasureCheck.objects.added().filter(measure__collaborative=collaborative, importance=Importance.CORRECT)
    for check in checks.select_related("measure", "other"):
        found[check.measure.code] = (*found.get(check.measure.code, ()), check)
    return found


def _checks_by_measure(team: Team) -> dict[int, list[MeasureCheck]]:
    found: dict[int, list[MeasureCheck]] = {}
    checks = MeasureCheck.objects.filter(measure__collaborative=team.collaborative_id)
    for check in checks.select_related("other").order_by("pk"):
        found.setdefault(check.measure_id, []).append(check)
    return found


def _past_by_measure(team: Team, month: dt.date) -> dict[int, list[Past]]:
    found: dict[int, list[Past]] = {}
    for measure, earlier, numerator, denominator, version in (
        Observation.objects.live()
        .filter(team=team, month__lt=month)
        .order_by("month")
        .values_list("measure_id", "month", "numerator", "denominator", "version_id")
    ):
        found.setdefault(measure, []).append(Past(earlier, numerator, denominator, version))
    return found


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of a team: where it stands, when it is due, and what was sent."""

    team: Team
    month: dt.date
    state: MonthState
    due: dt.date
    live: Submission | None
    reopened_until: dt.datetime | None
    draft_saved_at: dt.datetime | None

    @property
    def can_change(self) -> bool:
        """Whether the team owes figures that it can still type: what "due" means."""
        return self.state in (MonthState.OPEN, MonthState.LATE)

    @property
    def reopened_through(self) -> dt.date | None:
        """The last day on which a reopening lets the team in."""
        return last_day_before(self.reopened_until, self.team.collaborative) if self.reopened_until else None


def month_states(team: Team, now: dt.datetime) -> list[MonthRow]:
    """Every reporting month of the team's collaborative, in order. Three queries, whatever the number of months."""
    return month_states_of([team], now)[team.pk]


def month_states_of(teams: Iterable[Team], now: dt.datetime) -> dict[int, list[MonthRow]]:
    """Team → its months, for several teams (each with its collaborative) in the same three queries."""
    teams = list(teams)
    live = {
        (submission.team_id, submission.month): submission
        for submission in Submission.objects.live().filter(team__in=teams).select_related("submitted_by")
    }
    reopened: dict[tuple[int, dt.date], dt.datetime] = {}
    for team_id, month, until in (
        Reopening.objects.holding(now).filter(team__in=teams).values_list("team_id", "month", "open_until")
    ):
        reopened[team_id, month] = max(until, reopened.get((team_id, month), until))
    drafts = {
        (team_id, month): saved
        for team_id, month, saved in DraftCell.objects.filter(team__in=teams)
        .values("team_id", "month")
        .annotate(saved=Max("updated_at"))
        .values_list("team_id", "month", "saved")
    }
    return {
        team.pk: [
            MonthRow(
                team=team,
                month=month,
                state=state_of(
                    team,
                    month,
                    now,
                    is_submitted=(team.pk, month) in live,
                    reopened_until=reopened.get((team.pk, month)),
                ),
                due=team.collaborative.due_date(month),
                live=live.get((team.pk, month)),
                reopened_until=reopened.get((team.pk, month)),
                draft_saved_at=drafts.get((team.pk, month)),
            )
            for month in team.collaborative.reporting_months()
        ]
        for team in teams
    }


def due_months(team: Team, now: dt.datetime) -> list[MonthRow]:
    """Months the team can and must still submit, the oldest first."""
    return [row for row in month_states(team, now) if row.can_change]


def month_to_open(rows: list[MonthRow]) -> MonthRow | None:
    """Where "Month" leads: the oldest month not yet submitted, else the last one that is over."""
    due = [row for row in rows if row.can_change]
    past = [row for row in rows if row.state in (MonthState.SUBMITTED, MonthState.LOCKED)]
    if due:
        return due[0]
    return past[-1] if past else None
