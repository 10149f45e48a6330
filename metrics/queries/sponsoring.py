"""What several collaboratives achieved, in a number of queries that does not grow with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from django.db.models import OuterRef, QuerySet, Subquery

from collab.models import Collaborative
from collab.rules import sponsored_collaborative_ids
from metrics.enums import EngagementFigure
from metrics.models import EngagementRecord
from metrics.queries.engagement import Latest
from metrics.queries.series import Benchmarks, benchmarks, measures_of_all, sight_of


@dataclass(frozen=True)
class Achieved:
    """One collaborative: its pooled results in the measures' order, and its newest engagement figures."""

    collaborative: Collaborative
    results: tuple[Benchmarks, ...]
    engagement: Latest | None


def sponsored_by(user: Any) -> QuerySet[Collaborative]:
    """The collaboratives that ``user`` sponsors, newest first."""
    found = Collaborative.objects.filter(pk__in=sponsored_collaborative_ids(user)).select_related("center")
    return found.order_by("-start", "name", "pk")


def achieved_by(collaboratives: Sequence[Collaborative], user: Any) -> list[Achieved]:
    """What each achieved, as ``user`` may see it: four queries, and one for each further way of seeing them."""
    measures = measures_of_all(collaboratives)
    months = sorted({month for one in collaboratives for month in one.ended_months()})
    found: dict[int, Benchmarks] = {}
    for sight in {sight_of(user, one) for one in collaboratives}:
        own = [measure for measure in measures if sight_of(user, measure.collaborative) is sight]
        found |= benchmarks(own, months, sight, user)
    latest = _latest(collaboratives)
    return [
        Achieved(
            one,
            tuple(_within(found[measure.pk], one) for measure in measures if measure.collaborative_id == one.pk),
            latest.get(one.pk),
        )
        for one in collaboratives
    ]


def _within(found: Benchmarks, collaborative: Collaborative) -> Benchmarks:
    """The months of the collaborative itself."""
    ended = set(collaborative.ended_months())
    keep = np.array([month in ended for month in found.months], dtype=np.bool_)
    lines = {
        field.name: getattr(found, field.name)[keep]
        for field in fields(found)
        if isinstance(getattr(found, field.name), np.ndarray)
    }
    return replace(found, months=tuple(month for month in found.months if month in ended), **lines)


def _latest(collaboratives: Sequence[Collaborative]) -> dict[int, Latest]:
    """The newest engagement figures by the key of the collaborative. One query."""
    of_one = EngagementRecord.objects.filter(collaborative=OuterRef("collaborative"))
    newest = of_one.order_by("-day").values("day")[:1]
    records: dict[int, list[EngagementRecord]] = {}
    for record in EngagementRecord.objects.filter(collaborative__in=collaboratives, day=Subquery(newest)):
        records.setdefault(record.collaborative_id, []).append(record)
    return {
        pk: Latest(
            day=own[0].day,
            computed_at=max(record.computed_at for record in own),
            records={EngagementFigure(record.figure): record for record in own},
        )
        for pk, own in records.items()
    }
