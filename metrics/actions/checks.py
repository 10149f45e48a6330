"""Setting up what is asked about a measure's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from collab.common import audit
from collab.models import Measure
from metrics.enums import CheckKind, Importance, MetricsEvent
from metrics.models import MeasureCheck


@transaction.atomic
def add_check(
    *,
    by: Any,
    measure: Measure,
    kind: CheckKind,
    importance: Importance,
    part: str,
    low: float | None = None,
    high: float | None = None,
    other: Measure | None = None,
    other_part: str = "",
) -> MeasureCheck:
    """Add a rule. Raises ``ValidationError`` for one without a bound, with bounds out of order, or without its other
    measure."""
    check = MeasureCheck(
        measure=measure,
        kind=kind,
        importance=importance,
        part=part,
        low=low,
        high=high,
        other=other,
        other_part=other_part,
        created_by=by,
    )
    check.full_clean()
    check.save()
    _record(by, MetricsEvent.CHECK_CHANGED, check)
    return check


@transaction.atomic
def weigh_usual_checks(*, by: Any, measure: Measure, importances: Mapping[CheckKind, Importance]) -> None:
    """Say how much the checks against the team's own past weigh for this measure; what is as it was is left alone."""
    stands = {check.kind: check for check in measure.checks.select_for_update().filter(kind__in=CheckKind.usual())}
    for kind, importance in importances.items():
        check = stands.get(kind.value)
        if check is not None and check.importance == importance:
            continue
        if check is None:
            check = MeasureCheck(measure=measure, kind=kind, created_by=by)
        check.importance = importance
        check.full_clean(validate_unique=False, validate_constraints=False)
        check.save()
        _record(by, MetricsEvent.CHECK_CHANGED, check)


@transaction.atomic
def remove_check(*, by: Any, check: MeasureCheck) -> None:
    """Take a rule away. What was confirmed under it stays in the history of its months."""
    _record(by, MetricsEvent.CHECK_REMOVED, check)
    check.delete()


def _record(by: Any, event: MetricsEvent, check: MeasureCheck) -> None:
    audit.record(
        by=by,
        event=event,
        target=check.measure,
        scope=check.measure.collaborative,
        measure=check.measure.code,
        kind=check.kind,
        importance=check.importance,
        part=check.part,
        low=check.low,
        high=check.high,
        other=check.other.code if check.other else "",
        other_part=check.other_part,
    )
