"""Threads on numbers in words, for one reader: what was said is hidden where the number is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collab.common.formatting import moment, period_name
from metrics.cells import CellKey
from metrics.enums import QueryStatus
from metrics.models import Query
from metrics.queries.months import Sheet, cell_names
from metrics.queries.threads import hidden_cells, threads_of
from metrics.rules import close_query, discuss_figures, see_small_counts


@dataclass(frozen=True, slots=True)
class Said:
    """One message; ``text`` is None where the reader may not see the number it is about."""

    by: str
    by_team: bool
    at: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread as a reader sees it."""

    query: Query
    cell: str
    status: QueryStatus
    said: tuple[Said, ...]
    closed: str
    is_hidden: bool
    may_answer: bool
    may_close: bool

    @property
    def key(self) -> str:
        return str(self.query.key)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something."""
        return self.status in (QueryStatus.TEAM, QueryStatus.CENTER)

    @property
    def last(self) -> Said:
        return self.said[-1]


def threads_seen(viewer: Any, sheet: Sheet, queries: Sequence[Query] | None = None) -> list[Thread]:
    """The month's threads, or these of them, as ``viewer`` may read them."""
    found = threads_of(sheet.team, sheet.month) if queries is None else queries
    may_see_small = see_small_counts.check(viewer, sheet.team)
    hidden = hidden_cells(sheet) if found and not may_see_small else set()
    return threads_for(sheet, found, viewer, hidden=hidden, may_see_small=may_see_small)


def threads_for(
    sheet: Sheet, queries: Iterable[Query], viewer: Any, *, hidden: Set[CellKey], may_see_small: bool
) -> list[Thread]:
    """The threads of a month. ``hidden`` as ``queries.threads.hidden_cells`` gives it; empty for who sees all."""
    names = cell_names(sheet)
    may_answer = discuss_figures.check(viewer, sheet.team)
    found = []
    for query in queries:
        # Of a cell that the month no longer has nobody can say whether its number was small.
        is_hidden = not may_see_small and (query.key in hidden or query.key not in names)
        found.append(
            Thread(
                query=query,
                cell=names.get(query.key, query.measure.version_for(query.month).name),
                status=query.state,
                said=tuple(_said(sheet, query, viewer, is_hidden=is_hidden)),
                closed=_closed(sheet, query),
                is_hidden=is_hidden,
                may_answer=may_answer,
                may_close=query.status in QueryStatus.open() and close_query.check(viewer, query),
            )
        )
    return found


def _said(sheet: Sheet, query: Query, viewer: Any, *, is_hidden: bool) -> Iterable[Said]:
    for message in query.messages.all():
        # What one wrote oneself is no secret to oneself.
        may_read = not is_hidden or message.by_id == viewer.pk
        yield Said(
            by=str(message.by),
            by_team=message.by_team,
            at=moment(message.at, sheet.team.collaborative.time_zone),
            text=message.text if may_read else None,
        )


def _closed(sheet: Sheet, query: Query) -> str:
    if query.closed_at is None:
        return ""
    return _("Closed by %(person)s, %(at)s.") % {
        "person": query.closed_by,
        "at": moment(query.closed_at, sheet.team.collaborative.time_zone),
    }


@dataclass(frozen=True, slots=True)
class QueryLine:
    """One line of the list over all teams. Nothing that was said stands in it."""

    query: Query
    team: str
    measure: str
    month: str
    status: QueryStatus
    by: str
    count: int
    last: str
    url: str


def query_lines(queries: Iterable[Any]) -> list[QueryLine]:
    """Lines of a list, from ``queries.threads.queries_of``."""
    return [
        QueryLine(
            query=query,
            team=query.team.name,
            measure=query.measure.version_for(query.month).name,
            month=period_name(query.month, step=query.team.collaborative.step),
            status=query.state,
            by=str(query.raised_by),
            count=query.said,
            last=moment(query.last_at, query.team.collaborative.time_zone),
            url=query.get_absolute_url(),
        )
        for query in queries
    ]
