"""Which benchmarks are published: computing them and showing them to the teams are two things."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Value, When

from collab.models import Collaborative
from metrics.models import Publication


def is_published() -> Case:
    """A condition on ``BenchmarkValue``: what holds for its measure, else for its collaborative, else yes."""
    of_measure = Publication.objects.filter(measure=OuterRef("measure"))
    of_all = Publication.objects.filter(measure__isnull=True, collaborative=OuterRef("run__collaborative"))
    shown = {"from_month__lte": OuterRef("month")}
    return Case(
        When(Exists(of_measure), then=Exists(of_measure.filter(**shown))),
        When(Exists(of_all), then=Exists(of_all.filter(**shown))),
        default=Value(True),
    )


@dataclass(frozen=True)
class Published:
    """What holds in a collaborative: for all measures, and for those that have a setting of their own."""

    for_all: Publication | None
    by_measure: dict[int, Publication]

    def of(self, measure_id: int) -> Publication | None:
        """What holds for a measure; None: everything is published."""
        return self.by_measure.get(measure_id, self.for_all)

    @property
    def stamp(self) -> str:
        """What holds, as a text to compare: a page that was opened earlier has another one."""
        rows = [(0, self.for_all), *sorted(self.by_measure.items())]
        return " ".join(f"{key}:{row.from_month or 'none'}" for key, row in rows if row)

    def holds(self, measure_id: int, month: dt.date) -> bool:
        """Whether a month of a measure is published."""
        found = self.of(measure_id)
        return found is None or (found.from_month is not None and found.from_month <= month)


def published_in(collaborative: Collaborative) -> Published:
    """What holds in a collaborative. One query."""
    rows = list(Publication.objects.filter(collaborative=collaborative).select_related("changed_by"))
    return Published(
        for_all=next((row for row in rows if row.measure_id is None), None),
        by_measure={row.measure_id: row for row in rows if row.measure_id is not None},
    )
