"""Publishing benchmarks to the teams, and taking them back. They go on being computed whatever is published."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from collab.common import audit, months
from collab.common.changes import locked
from collab.models import Collaborative, Measure
from metrics.enums import MetricsEvent, Published
from metrics.models import Publication


@transaction.atomic
def publish(
    *,
    by: Any,
    collaborative: Collaborative,
    measure: Measure | None,
    what: Published,
    from_month: dt.date | None = None,
) -> None:
    """Say from which month on teams see benchmarks: of one measure, or of all that have no setting of their own.

    ``from_month`` is needed for ``Published.FROM`` and ignored otherwise. Saying again what holds changes nothing.
    """
    locked(collaborative)
    rows = Publication.objects.filter(collaborative=collaborative, measure=measure)
    before = rows.first()
    if what is Published.DEFAULT or (what is Published.ALL and measure is None):
        if before is None:
            return
        rows.delete()
        shown = None
    else:
        shown = {Published.ALL: collaborative.start, Published.FROM: from_month}.get(what)
        if before is not None and before.from_month == shown:
            return
        Publication.objects.update_or_create(
            collaborative=collaborative,
            measure=measure,
            defaults={"from_month": shown, "changed_by": by, "changed_at": timezone.now()},
        )
    audit.record(
        by=by,
        event=MetricsEvent.PUBLICATION_CHANGED,
        target=measure or collaborative,
        scope=collaborative,
        what=what.value,
        from_month=months.iso(shown) if shown else "",
    )
