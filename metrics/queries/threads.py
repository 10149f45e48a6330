"""Threads on numbers, as one person finds them and may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Max, Q
from django.shortcuts import get_object_or_404

from collab.models import Collaborative
from collab.rules import coordinated_center_ids, taught_collaborative_ids
from metrics.cells import CellKey, Value
from metrics.enums import QueryStatus
from metrics.models import Query, Submission
from metrics.models.query import QueryQuerySet
from metrics.queries.months import Sheet, SheetMeasure, values_by_submission
from metrics.queries.series import kind_of
from metrics.suppression import State, shown
from teams.models import Team
from teams.rules import roles_by_team


def find_query(team: Team, pk: int) -> Query:
    """The team's thread with all that was said. Raises ``Http404`` when there is none."""
    query: Query = get_object_or_404(_with_all(team.queries.all()), pk=pk)
    query.team = team
    return query


def threads_of(team: Team, month: dt.date) -> list[Query]:
    """The threads of a team's month with all that was said, the newest first. Two queries."""
    found = list(_with_all(Query.objects.of(team, month)))
    for query in found:
        query.team = team
    return found


def _with_all(queries: Any) -> Any:
    return queries.select_related("measure", "raised_by", "closed_by").prefetch_related(
        "messages__by", "measure__versions"
    )


def queries_of(collaborative: Collaborative) -> QueryQuerySet:
    """All threads of a collaborative, what waits longest first among those that wait, the newest first after them."""
    return (
        Query.objects.filter(team__collaborative=collaborative)
        .select_related("team__collaborative", "measure", "raised_by")
        .prefetch_related("measure__versions")
        .annotate(said=Count("messages"), last_said=Max("messages__at"))
        .order_by("-last_at", "-pk")
    )


def waiting_for(user: Any) -> QueryQuerySet:
    """Questions whose next word is the person's: those to their teams, what they asked, and what teams asked those
    who look after them."""
    mine = Q(status=QueryStatus.TEAM, team__in=list(roles_by_team(user)))
    answered = Q(status=QueryStatus.CENTER, raised_by=user.pk, raised_by_team=False)
    asked = Q(status=QueryStatus.CENTER, raised_by_team=True) & (
        Q(team__collaborative__center__in=coordinated_center_ids(user))
        | Q(team__collaborative__in=taught_collaborative_ids(user))
    )
    return (
        Query.objects.visible_to(user)
        .filter(mine | answered | asked)
        .select_related("team__collaborative", "measure")
        .prefetch_related("measure__versions")
        .order_by("last_at", "pk")
    )


def hidden_cells(sheet: Sheet) -> set[CellKey]:
    """The cells whose number is too small to be shown to others, in any revision: a text about the number that stood
    there once says as much as the number. Groups are hidden together, as on the month's page. Three queries at most.
    """
    submissions = list(Submission.objects.filter(team=sheet.team, month=sheet.month))
    every = values_by_submission(submissions).values()
    return {key for values in every for item in sheet.measures for key in _hidden_in(item, values)}


def _hidden_in(item: SheetMeasure, values: Mapping[CellKey, Value]) -> Iterable[CellKey]:
    def is_hidden(key: CellKey) -> bool:
        value = values.get(key)
        if value is None:
            return False
        kind = kind_of(item.version.statistic)
        return shown(value.numerator, value.denominator, kind=kind, may_see_small=False).state is State.HIDDEN

    if is_hidden(item.key):
        yield from item.cell_keys()
        return
    for breakdown in item.breakdowns:
        keys = [group.key for group in breakdown.groups]
        if any(is_hidden(key) for key in keys):
            yield from keys
