"""Publishing benchmarks to the teams, and taking them back. They go on being computed whatever is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from collab.common import audit, months
from collab.common.changes import locked
from collab.models import Collaborative, Measure
from metrics.enums import MetricsEvent, Published
from metrics.models import Publication
from metrics.queries.publishing import published_in


class PublishedMeanwhileError(Exception):
    """Somebody else changed what is published after the page was opened."""


@transaction.atomic
def publish_all(
    *,
    by: Any,
    collaborative: Collaborative,
    answers: Iterable[tuple[Measure | None, Published, dt.date | None]],
    seen: str,
) -> None:
    """Carry out a whole page of answers, each a measure (None: all), what teams see, and from which month.

    ``seen``: the stamp of what held when the page was opened. Raises ``PublishedMeanwhileError``, and changes nothing,
    where something else holds by now: the answers would take it back without a word.
    """
    locked(collaborative)
    if published_in(collaborative).stamp != seen:
        raise PublishedMeanwhileError
    for measure, what, month in answers:
        publish(by=by, collaborative=collaborative, measure=measure, what=what, from_month=month)


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
