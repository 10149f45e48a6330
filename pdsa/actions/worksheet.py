"""Writing a worksheet field by field, so that two people can type in it at once and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common.changes import locked
from collab.common.order import next_position
from collab.models import ChangeIdea, Driver, Measure, User
from pdsa.actions.history import ROW_MODELS, keep_revision, mark_of, plain
from pdsa.actions.ramps import keep_going
from pdsa.enums import Part, PdsaEvent, Sharing, Stage
from pdsa.limits import ROWS_A_CYCLE, whole_number
from pdsa.models import Cycle, DataPoint, Question, Task
from pdsa.policies import (
    NotReadyError,
    check_day_came,
    check_day_counted,
    check_first_day,
    check_order,
    check_sharing,
    check_write,
    check_year,
    is_open,
    predictions_are_fixed,
)
from pdsa.queries.lineage import ancestors_of
from pdsa.queries.worksheet import first_seen_on

# Field → the part of the worksheet it stands in. What is not here is written by moves, not by typing.
FIELDS: dict[str, Part] = {
    **dict.fromkeys(
        (
            "title", "ramp", "previous", "owner", "objective", "purpose", "idea", "drivers", "measures",
            "other_measure", "change", "change_since", "fitted", "setting", "population", "people", "sites", "days",
            "plan_start", "plan_end", "data_what", "data_who", "data_how", "data_when", "who_agrees", "left_out",
            "is_complex",
        ),
        Part.PLAN,
    ),
    **dict.fromkeys(("started_on", "ended_on", "carried_out", "deviations", "observations", "problems"), Part.DO),
    **dict.fromkeys(("comparison", "against_baseline", "learned"), Part.STUDY),
    **dict.fromkeys(("decision_reason", "next_step"), Part.ACT),
}  # fmt: skip
ROW_FIELDS: dict[str, dict[str, Part]] = {
    "questions": {
        **dict.fromkeys(("question", "prediction", "reason"), Part.PLAN),
        **dict.fromkeys(("answer", "match"), Part.STUDY),
    },
    "tasks": {**dict.fromkeys(("what", "who", "when", "where"), Part.PLAN), "done": Part.PLAN},
    "points": dict.fromkeys(("day", "label", "measure", "value", "out_of", "note"), Part.DO),
}
MANY = ("drivers", "measures")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed while it was being typed: theirs is stored, mine is not."""

    key: str
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the keys it changed, the keys in conflict, and the sentence for each value it refused."""

    cycle: Cycle
    changed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def save(*, by: User, cycle: Cycle, values: Mapping[str, Any], base: Mapping[str, str] | None = None) -> Saved:
    """Store what was typed. Every good value is stored even when others are refused: nothing typed waits for the rest.

    ``values``: key → cleaned value; a key is a field's name, or "questions.<pk>.prediction" for a row's field; the
    values of ``drivers`` and ``measures`` are lists of numbers. ``base``: key → ``mark_of`` the plain value the person
    saw when typing began. Where the new value is still that one, nobody typed and the key stays as it is; where what is
    stored is neither that nor the new value, the key is a conflict and stays as it is too. Keys without a base are
    stored as they come. Raises ``NotReadyError`` when nothing may be written.
    """
    cycle = locked(cycle)
    check_write(cycle)
    conflicts: list[Conflict] = []
    refused: dict[str, str] = {}
    changed: list[str] = []
    waiting = list(values)
    while waiting:
        refused_before, refused = set(refused), {}
        for key in waiting:
            try:
                target, name, part = _target(cycle, key)
                standing, new = _stored(target, name), _comparable(target, name, values[key])
                seen = base.get(key) if base else None
                if new == standing or mark_of(new) == seen:
                    continue
                _check_open(cycle, key, name, part)
                if seen is not None and mark_of(standing) != seen:
                    conflicts.append(Conflict(key=key, theirs=standing, mine=new))
                    continue
                changed += _store(target, name, values[key], by=by)
            except NotReadyError as error:
                refused[key] = error.sentence
            except ValidationError as error:
                refused[key] = " ".join(error.messages)
            else:
                changed.append(key)
        # A first day after the old last day is refused until the new last day is stored: try once more after others.
        waiting = list(refused) if set(refused) != refused_before else []
    if changed:
        keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_CHANGED, changed=changed)
    return Saved(cycle=cycle, changed=changed, conflicts=conflicts, refused=refused)


def _target(cycle: Cycle, key: str) -> tuple[models.Model, str, Part]:
    """The row, the field and its part behind a key. Raises ``ValidationError`` for a key that is none."""
    if key in FIELDS:
        return cycle, key, FIELDS[key]
    table, _dot, rest = key.partition(".")
    pk, _dot, name = rest.partition(".")
    number = whole_number(pk)
    if table not in ROW_MODELS or name not in ROW_FIELDS[table] or number is None:
        raise ValidationError(_("“%(key)s” is not a field of a worksheet.") % {"key": key[:60]})
    row = ROW_MODELS[table]._base_manager.filter(cycle=cycle, pk=number).first()
    if row is None:
        raise ValidationError(_("Somebody removed this line while you were typing. Add a line and write it again."))
    return row, name, ROW_FIELDS[table][name]


def _check_open(cycle: Cycle, key: str, name: str, part: Part) -> None:
    if _is_fixed(cycle, key, name):
        raise NotReadyError(
            _("Questions and predictions are fixed once Do has begun. To change them, go back a step and say why.")
        )
    # A task may be ticked off while the test runs; its day of Do is written from Do on.
    if not is_open(part, cycle):
        raise NotReadyError(_("“%(part)s” opens later: finish the step before it first.") % {"part": part.label})


def why_not_writable(cycle: Cycle, key: str) -> str:
    """Why what was typed under this key can not be stored now; empty where it can."""
    try:
        _row, name, part = _target(cycle, key)
        _check_open(cycle, key, name, part)
    except NotReadyError as error:
        return error.sentence
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def is_writable(cycle: Cycle, key: str) -> bool:
    """Whether typing in this key is possible in the cycle's stage, by its name alone."""
    table, _dot, rest = key.partition(".")
    name = rest.partition(".")[2] or key
    part = ROW_FIELDS[table][name] if table in ROW_FIELDS else FIELDS[name]
    return not _is_fixed(cycle, key, name) and is_open(part, cycle)


def _is_fixed(cycle: Cycle, key: str, name: str) -> bool:
    is_prediction = key.startswith("questions.") and name in ("question", "prediction", "reason")
    return is_prediction and predictions_are_fixed(cycle)


def stored(cycle: Cycle, key: str) -> Any:
    """The plain value of a key as it stands. Uses prefetched rows; None for a line that is not there."""
    table, _dot, rest = key.partition(".")
    if table not in ROW_MODELS:
        if key in MANY:
            return sorted(row.pk for row in getattr(cycle, key).all())
        return plain(cycle.serializable_value(key))
    pk, _dot, name = rest.partition(".")
    row = next((row for row in getattr(cycle, table).all() if str(row.pk) == pk), None)
    return plain(row.serializable_value(name)) if row else None


def _stored(target: models.Model, name: str) -> Any:
    if name in MANY:
        return sorted(getattr(target, name).values_list("pk", flat=True))
    return plain(target.serializable_value(name))


def _comparable(target: models.Model, name: str, value: Any) -> Any:
    if name in MANY:
        return sorted(value)
    if isinstance(value, models.Model):
        return value.pk
    model_field: models.Field[Any, Any] = target._meta.get_field(name)  # type: ignore[assignment]
    return plain(model_field.clean(value, target) if value is not None else None)


def _store(target: models.Model, name: str, value: Any, *, by: User) -> list[str]:
    """Store one value. Returns the keys that changed with it: a change idea brings its drivers.

    A ramp that has ended goes on with the cycle that is put into it.
    """
    if isinstance(target, Cycle):
        _check_belongs(target, name, value)
        _check_days(target, name, value)
    else:
        _check_day_of_row(target, name, value)
    if name in MANY:
        getattr(target, name).set(value)
        return []
    before = getattr(target, name)
    setattr(target, name, value)
    if isinstance(target, Cycle) and name == "previous":
        try:
            check_no_circle(target)
        except ValidationError:
            target.previous = before
            raise
    names = [name]
    if isinstance(target, Question) and name == "prediction":
        # A prediction counts from when it was written as it now stands.
        target.predicted_at = timezone.now() if value.strip() else None
        names.append("predicted_at")
    try:
        target.clean_fields(exclude=[other.name for other in target._meta.fields if other.name not in names])
        target.validate_constraints(exclude={"number"})
    except ValidationError:
        setattr(target, name, before)
        raise
    target.save(update_fields=names)
    if name == "ramp":
        keep_going(by=by, ramp=value)
    if isinstance(target, Cycle) and name == "idea":
        return _drivers_of_idea(target, before)
    return []


def _drivers_of_idea(cycle: Cycle, before: ChangeIdea | None) -> list[str]:
    """Exchange the drivers of the idea that was for those of the one that is; what people chose beside them stays."""
    standing = set(cycle.drivers.values_list("pk", flat=True))
    gone = set(before.drivers.values_list("pk", flat=True)) if before else set()
    come = set(cycle.idea.drivers.values_list("pk", flat=True)) if cycle.idea else set()
    after = (standing - gone) | come
    cycle.drivers.set(after)
    return ["drivers"] if after != standing else []


def _check_days(cycle: Cycle, name: str, value: Any) -> None:
    """The days of *Do* have come and are in order, and a stage keeps those it stands on. Raises ``ValidationError``."""
    if name in ("plan_start", "plan_end"):
        check_year(cycle.team, value)
    if name not in ("started_on", "ended_on"):
        return
    check_day_came(cycle.team, value)
    if value is None and (name == "started_on" or cycle.stage == Stage.STUDY):
        raise ValidationError(_("A test that has begun keeps this day. Change it, or go back a step."))
    if name == "started_on":
        check_first_day(cycle, value, seen_on=first_seen_on(cycle))
    check_order(cycle, **{name: value})


def _check_day_of_row(row: models.Model, name: str, value: Any) -> None:
    """A number's day and a task's can be meant. Raises ``ValidationError``."""
    if isinstance(row, DataPoint) and name == "day":
        check_day_counted(row.cycle, value)
    if isinstance(row, Task) and name == "when":
        check_year(row.cycle.team, value)


def _check_belongs(cycle: Cycle, name: str, value: Any) -> None:
    """What a worksheet names is the team's own or its collaborative's. Raises ``ValidationError``."""
    team = cycle.team
    if name == "ramp" and (value is None or value.team_id != team.pk):
        raise ValidationError(_("A cycle belongs to a ramp of its own team."))
    if name == "idea" and value is not None and value.package.collaborative_id != team.collaborative_id:
        raise ValidationError(_("This change idea belongs to another collaborative."))
    strange = (
        name == "measures"
        and Measure.objects.filter(pk__in=value).exclude(collaborative=team.collaborative_id).exists()
    ) or (
        name == "drivers"
        and Driver.objects.filter(pk__in=value).exclude(package__collaborative=team.collaborative_id).exists()
    )
    if strange:
        raise ValidationError(_("A cycle names measures and drivers of its own collaborative."))
    if name == "owner" and value is not None and not team.memberships.current().filter(user=value).exists():
        raise ValidationError(_("%(person)s is not in the team today. Choose somebody who is.") % {"person": value})


def check_no_circle(cycle: Cycle) -> None:
    """A cycle follows cycles of its own team, and never itself, be it through others or through what teams took.

    Raises ``ValidationError``.
    """
    before = cycle.previous
    if before is None:
        return
    if before.team_id != cycle.team_id:
        raise ValidationError(_("A cycle can only follow a cycle of its own team."))
    if before.pk == cycle.pk or cycle.pk in ancestors_of(before):
        raise ValidationError(
            _("“%(title)s” can not follow “%(other)s”: that one already follows it, directly or through others.")
            % {"title": cycle.title, "other": before.title}
        )


@transaction.atomic
def add_row(*, by: User, cycle: Cycle, table: str, values: Mapping[str, Any] | None = None) -> models.Model:
    """Add a line to "questions", "tasks" or "points". Raises ``NotReadyError`` and ``ValidationError``."""
    cycle = locked(cycle)
    check_write(cycle)
    if table == "questions" and predictions_are_fixed(cycle):
        raise NotReadyError(_("Questions are fixed once Do has begun. To add one, go back a step and say why."))
    if table == "points" and not is_open(Part.DO, cycle):
        raise NotReadyError(_("Numbers are collected in Do: start it first."))
    rows = ROW_MODELS[table]._base_manager.filter(cycle=cycle)
    if rows.count() >= ROWS_A_CYCLE:
        raise ValidationError(_("A worksheet holds at most %(count)d lines of a kind.") % {"count": ROWS_A_CYCLE})
    given = dict(values or {})
    if table == "questions" and given.get("prediction", "").strip():
        given["predicted_at"] = timezone.now()
    check_day_counted(cycle, given.get("day"))
    check_year(cycle.team, given.get("when"))
    row = ROW_MODELS[table](cycle=cycle, position=next_position(rows), **given)
    row.full_clean(exclude=["cycle"])
    row.save()
    keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_CHANGED, changed=[table])
    return row


@transaction.atomic
def remove_row(*, by: User, cycle: Cycle, table: str, pk: int) -> None:
    """Take a line away; the history keeps it. Does nothing when it is gone already."""
    cycle = locked(cycle)
    check_write(cycle)
    if table == "questions" and predictions_are_fixed(cycle):
        raise NotReadyError(_("Questions are fixed once Do has begun. To remove one, go back a step and say why."))
    deleted, _rows = ROW_MODELS[table]._base_manager.filter(cycle=cycle, pk=pk).delete()
    if deleted:
        keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_CHANGED, changed=[table])


@transaction.atomic
def bring_back(*, by: User, cycle: Cycle, snapshot: Mapping[str, Any], key: str) -> None:
    """Write what stood under ``key`` in an old version into the worksheet again; a line that was removed is added.

    ``key`` may be a field's, a row's field's, or a row's own ("tasks.7"). Raises ``NotReadyError`` and
    ``ValidationError``, also when what it named is gone.
    """
    table, _dot, rest = key.partition(".")
    pk, _dot, name = rest.partition(".")
    if table not in ROW_MODELS:
        if key not in FIELDS or key not in snapshot:
            raise ValidationError(_("This version holds nothing under that name."))
        _refuse_if_refused(save(by=by, cycle=cycle, values={key: _unplain(Cycle, key, snapshot[key])}), key)
        return
    old = next((row for row in snapshot.get(table, []) if str(row["pk"]) == pk), None)
    if old is None or (name and name not in ROW_FIELDS[table]):
        raise ValidationError(_("This version holds nothing under that name."))
    values = {each: _unplain(ROW_MODELS[table], each, old[each]) for each in ROW_FIELDS[table] if each in old}
    if not ROW_MODELS[table]._base_manager.filter(cycle=cycle, pk=pk).exists():
        add_row(by=by, cycle=cycle, table=table, values=values)
    elif name:
        _refuse_if_refused(save(by=by, cycle=cycle, values={key: values[name]}), key)


def _refuse_if_refused(saved: Saved, key: str) -> None:
    if key in saved.refused:
        raise ValidationError(saved.refused[key])


def _unplain(model: type[models.Model], name: str, value: Any) -> Any:
    """A kept plain value as the field takes it: the row behind a number, the day behind its text."""
    model_field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    if name in MANY or value is None:
        return value
    if model_field.is_relation:
        found = model_field.related_model._base_manager.filter(pk=value).first()  # type: ignore[union-attr]
        if found is None:
            raise ValidationError(_("What stood here does not exist any more."))
        return found
    return model_field.to_python(value)


@transaction.atomic
def set_sharing(*, by: User, cycle: Cycle, sharing: Sharing) -> None:
    """Choose who reads the cycle; possible in every stage. Raises ``NotReadyError``."""
    cycle = locked(cycle)
    check_sharing(cycle, sharing)
    if cycle.sharing != sharing:
        cycle.sharing = sharing.value
        cycle.save(update_fields=["sharing"])
        keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_SHARED, changed=["sharing"], sharing=sharing.value)
