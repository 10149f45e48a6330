"""Baselines, phases and notes of a team's charts, and how a measure is drawn. Nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit, months
from collab.common.changes import change, locked
from collab.common.formatting import full_day
from collab.models import Measure
from metrics.actions.standings import read_again, read_all_again
from metrics.enums import AnnotationStatus, DecisionKind, MetricsEvent
from metrics.models import Annotation, ChartDecision, Observation
from metrics.policies import Series, check_annotation_day, check_baseline, check_phase
from teams.models import Team

DOUBLE_CLICK = dt.timedelta(seconds=5)


def series_of(team: Team, measure: Measure) -> Series:
    """The months of a chart, those with a figure, and those in which a phase begins. Three queries."""
    shown = tuple(team.collaborative.ended_months())
    reported = Observation.objects.live().filter(team=team, measure=measure, numerator__isnull=False)
    decided = ChartDecision.objects.standing().filter(team=team, measure=measure, kind=DecisionKind.PHASE)
    defined = {month for before, month in pairwise(shown) if measure.version_for(month) != measure.version_for(before)}
    return Series(
        months=shown,
        step=team.collaborative.step,
        reported=frozenset(reported.values_list("month", flat=True)),
        defined=frozenset(defined),
        decided=frozenset(decided.values_list("month", flat=True)),
    )


@transaction.atomic
def freeze_baseline(*, by: Any, team: Team, measure: Measure, month: dt.date, reason: str) -> ChartDecision:
    """Make centre line and limits from the points up to ``month`` and leave them so.

    A baseline that was frozen in the same phase before is taken back. Raises ``ValidationError``.
    """
    locked(team)
    asked_before = _same_decision(by, team, measure, DecisionKind.BASELINE, month, reason)
    if asked_before:
        return asked_before
    series = series_of(team, measure)
    check_baseline(series, month)
    first, end = series.phase_of(month)
    for older in ChartDecision.objects.standing().filter(
        team=team, measure=measure, kind=DecisionKind.BASELINE, month__range=(first, end)
    ):
        _take_back(by, older)
    return _decide(by, team, measure, DecisionKind.BASELINE, month, reason)


@transaction.atomic
def start_phase(*, by: Any, team: Team, measure: Measure, month: dt.date, reason: str) -> ChartDecision:
    """Begin a phase with ``month``: its own centre line, limits and signals. Raises ``ValidationError``."""
    locked(team)
    asked_before = _same_decision(by, team, measure, DecisionKind.PHASE, month, reason)
    if asked_before:
        return asked_before
    check_phase(series_of(team, measure), month)
    return _decide(by, team, measure, DecisionKind.PHASE, month, reason)


@transaction.atomic
def undo_decision(*, by: Any, decision: ChartDecision) -> ChartDecision:
    """Take back a baseline or phase; it stays in the history. Doing it twice does it once."""
    held = locked(decision)
    if held.undone_at is None:
        _take_back(by, held)
    return held


def repeat_decision(*, by: Any, decision: ChartDecision) -> ChartDecision:
    """Decide once more what was taken back, as a decision of its own. Raises ``ValidationError``."""
    act = freeze_baseline if decision.kind == DecisionKind.BASELINE else start_phase
    return act(by=by, team=decision.team, measure=decision.measure, month=decision.month, reason=decision.reason)


def _same_decision(
    by: Any, team: Team, measure: Measure, kind: DecisionKind, month: dt.date, reason: str
) -> ChartDecision | None:
    """What the same person decided a moment ago: a button that was pressed twice."""
    return (
        ChartDecision.objects.standing()
        .filter(team=team, measure=measure, kind=kind, month=month, reason=reason, made_by=by)
        .filter(made_at__gt=timezone.now() - DOUBLE_CLICK)
        .first()
    )


def _decide(by: Any, team: Team, measure: Measure, kind: DecisionKind, month: dt.date, reason: str) -> ChartDecision:
    decision = ChartDecision(team=team, measure=measure, kind=kind, month=month, reason=reason, made_by=by)
    decision.full_clean()
    decision.save()
    event = MetricsEvent.BASELINE_FROZEN if kind is DecisionKind.BASELINE else MetricsEvent.PHASE_STARTED
    _record(by, event, decision, team, measure=measure.code, month=months.iso(month), reason=reason)
    read_again(team=team)
    return decision


def _take_back(by: Any, decision: ChartDecision) -> None:
    decision.undone_by, decision.undone_at = by, timezone.now()
    decision.save(update_fields=["undone_by", "undone_at"])
    _record(
        by,
        MetricsEvent.CHART_DECISION_UNDONE,
        decision,
        decision.team,
        measure=decision.measure.code,
        kind=decision.kind,
        month=months.iso(decision.month),
    )
    read_again(team=decision.team)


@transaction.atomic
def add_annotation(
    *, by: Any, team: Team, measure: Measure | None, kind: str, day: dt.date, label: str, text: str = ""
) -> Annotation:
    """Write a note on one chart of a team, or on all of them (``measure`` None). Raises ``ValidationError``."""
    locked(team)
    note = Annotation(team=team, measure=measure, kind=kind, day=day, label=label, text=text, written_by=by)
    twin = _twin_of(note)
    if twin and twin.written_by_id == by.pk and twin.written_at > timezone.now() - DOUBLE_CLICK:
        return twin
    _write(note, twin)
    _record_note(by, MetricsEvent.ANNOTATION_ADDED, note)
    return note


@transaction.atomic
def change_annotation(
    *, by: Any, annotation: Annotation, measure: Measure | None, kind: str, day: dt.date, label: str, text: str
) -> Annotation:
    """Write a note anew; the words before stay in the history. Nothing is written where nothing changes.

    Raises ``ValidationError``, also where somebody has changed or removed it meanwhile.
    """
    locked(annotation.team)
    held = _still_live(annotation)
    written = {"measure": measure, "kind": kind, "day": day, "label": label, "text": text}
    if all(getattr(held, name) == value for name, value in written.items()):
        return held
    return _next_revision(by, held, written, MetricsEvent.ANNOTATION_CHANGED)


@transaction.atomic
def remove_annotation(*, by: Any, annotation: Annotation) -> Annotation:
    """Take a note off the charts; it stays in the history. Returns the row that says so."""
    locked(annotation.team)
    held = Annotation.objects.get(pk=annotation.pk)
    if held.status == AnnotationStatus.REMOVED:
        return held
    held = _still_live(annotation)
    held.status = AnnotationStatus.REPLACED
    held.save(update_fields=["status"])
    removed = Annotation(
        team=held.team,
        measure=held.measure,
        first_id=held.began_as,
        status=AnnotationStatus.REMOVED,
        kind=held.kind,
        day=held.day,
        label=held.label,
        text=held.text,
        written_by=by,
    )
    removed.save()
    _record_note(by, MetricsEvent.ANNOTATION_REMOVED, removed)
    return removed


@transaction.atomic
def return_annotation(*, by: Any, annotation: Annotation) -> Annotation:
    """Show a removed note, or the words that an earlier revision had. Raises ``ValidationError``."""
    locked(annotation.team)
    newest = Annotation.objects.filter(first=annotation.began_as).order_by("-pk").first() or annotation
    written = {name: getattr(annotation, name) for name in ("measure", "kind", "day", "label", "text")}
    return _next_revision(by, newest, written, MetricsEvent.ANNOTATION_CHANGED)


def _next_revision(by: Any, held: Annotation, written: dict[str, Any], event: MetricsEvent) -> Annotation:
    note = Annotation(team=held.team, first_id=held.began_as, written_by=by, **written)
    held.status = AnnotationStatus.REPLACED
    held.save(update_fields=["status"])
    _write(note, _twin_of(note))
    _record_note(by, event, note)
    return note


def _still_live(annotation: Annotation) -> Annotation:
    held = Annotation.objects.select_related("measure").get(pk=annotation.pk)
    if held.status == AnnotationStatus.LIVE:
        return held
    newest = Annotation.objects.filter(first=held.began_as).select_related("written_by").order_by("-pk").first() or held
    sentence = (
        _("%(person)s removed this note on %(day)s. Nothing of yours was saved; go back to the chart to see it.")
        if newest.status == AnnotationStatus.REMOVED
        else _("%(person)s changed this note on %(day)s. Nothing of yours was saved; go back to the chart to see it.")
    )
    today = held.team.collaborative.today(newest.written_at)
    raise ValidationError(sentence % {"person": newest.written_by, "day": full_day(today)}, code="changed")


def _twin_of(note: Annotation) -> Annotation | None:
    """A note of the same kind, day and words where this one would stand."""
    twins = Annotation.objects.live().filter(
        team=note.team, measure=note.measure, kind=note.kind, day=note.day, label__iexact=note.label
    )
    return twins.exclude(first=note.first_id).exclude(pk=note.first_id).first() if note.first_id else twins.first()


def _write(note: Annotation, twin: Annotation | None) -> None:
    note.full_clean(exclude=["first"])
    if twin is not None:
        raise ValidationError({"label": _("This note is on the chart already.")})
    check_annotation_day(note.team, note.day)
    note.save()


def _record_note(by: Any, event: MetricsEvent, note: Annotation) -> None:
    measure = note.measure.code if note.measure else ""
    _record(by, event, note, note.team, measure=measure, kind=note.kind, day=note.day.isoformat(), label=note.label)


def _record(by: Any, event: MetricsEvent, target: Any, team: Team, **detail: Any) -> None:
    audit.record(by=by, event=event, target=target, scope=team.collaborative, team=team.slug, **detail)


@transaction.atomic
def choose_chart(*, by: Any, measure: Measure, drawn_as: str, rules: str) -> Measure:
    """How all charts of a measure are drawn, and by which rules. Raises ``ValidationError``."""
    held = locked(measure)
    differing = change(held, {"drawn_as": drawn_as, "rules": rules})
    if differing:
        audit.record(
            by=by,
            event=MetricsEvent.CHART_CHOSEN,
            target=held,
            scope=held.collaborative,
            measure=held.code,
            changes=differing,
        )
        read_all_again(collaborative=held.collaborative)
    return held
